# Files of this user's that hey writes.

# write_settings FILE TEXT: into a file that is not there, or has nothing in it. Ends: where something else has come meanwhile, with 1.
write_settings() {
  if [ ! -e "$1" ] && [ ! -L "$1" ]; then
    # The shell makes it anew or not at all.
    (set -C; printf "%s\n" "$2" >"$1")
  elif is_plain "$1" && [ ! -s "$1" ]; then
    printf "%s\n" "$2" >>"$1"
  elif ! is_plain "$1" || [ "$(cat "$1" 2>/dev/null)" != "$2" ]; then
    # What a shell has redirected here is this text already.
    step "$1 is there by now, and was left as it is"
    exit 1
  fi
  step "written to $1"
}

# offer_settings FILE CONSENT PATH: shows $text, and writes it to the file, if that is not there: with CONSENT "yes", or where a person
# agrees. Who has agreed trusts it. Ends: where the file is there, with 1.
offer_settings() {
  local there_already
  # A shell that redirects to it has made it, without anything in it.
  if [ -n "$1" ] && [ -s "$1" ]; then there_already=yes; else there_already=; fi
  printf "%s\n" "$text"
  if [ -z "$1" ]; then
    step "shown only: the flake is no directory here"
  elif [ -n "$there_already" ]; then
    step "shown only: $1 is there already. Try: move it away"
    exit 1
  elif [ "$2" = yes ]; then
    write_settings "$1" "$text"
    trust_settings "$1" "$3"
  elif [ -t 1 ] && (: </dev/tty) 2>/dev/null; then
    if agreed_to "Write this to $1?"; then
      write_settings "$1" "$text"
      trust_settings "$1" "$3"
    else
      step "nothing was written"
    fi
  else
    step "shown only. Try: --yes, or redirect it to $1"
  fi
}

# trust_settings FILE PATH: what was just shown is trusted, if it is what the file has. It can be typed later, too.
trust_settings() {
  if keep_trust "$1" "$(printf "%s\n" "$text" | sum_of)" "$2"; then :; else step "it is not trusted yet. Try: hey trust"; fi
}

# add_line FILE LINE: to a shell's own file, once. Ends: where that can't be written, with 1.
add_line() {
  if [ -f "$1" ] && grep -qxF -e "$2" "$1"; then
    step "$1 has it already: $2"
  else
    # On NixOS such a file is often a link into the store, made by home-manager.
    if [ -e "$1" ] && [ ! -w "$1" ]; then
      step "$1 can't be written to; put this line where it is made from: $2"
      exit 1
    fi
    mkdir -p "${1%/*}"
    # A last line that has no end would take ours with it.
    if [ -s "$1" ] && [ -n "$(tail -c 1 "$1")" ]; then
      printf "\n" >>"$1"
    fi
    step "into $1: $2"
    printf "%s\n" "$2" >>"$1"
  fi
}

# write_pages DIR HELP PAGE...: each page is what the command that a person would type for it says, and is there whole or not at all.
write_pages() {
  local dir help page
  # They are for everybody who reads manuals here.
  umask 022
  dir=$1
  help=$2
  shift 2
  mkdir -p "$dir"
  for page in "$@"; do
    write_page "$dir/$page.1" "$help" "${page#hey}"
  done
}

# write_page FILE HELP -VERB: that page.
write_page() {
  "$2" --man ${3:+"${3#-}"} >"$1.new"
  mv -f "$1.new" "$1"
}

# evaluate_either ATTRIBUTE [OTHER]: what is missing, or only the other can be read, is no error while there is the other. Sets: text, only,
# broken.
evaluate_either() {
  make_tmp
  only=null
  broken=
  if text=$(evaluate "$1" 2>/dev/null); then return 0; fi
  if [ $# -eq 2 ] && text=$(evaluate "$2" 2>/dev/null); then return 0; fi
  if evaluate_each "$1"; then return 0; fi
  if [ $# -eq 1 ]; then text=$(beside_plainly evaluate "$1"); elif evaluate_each "$2"; then return 0; else text=$(beside_plainly evaluate "$2"); fi
}

# evaluate_each ATTRIBUTE: without the nodes that end the evaluation, which are noted. Sets: text, only, broken. Fails: where none of them does.
evaluate_each() {
  local names
  names=$(only=true && evaluate "$1" 2>/dev/null) || return 1
  [ -n "$names" ] || return 1
  step "a node ended the evaluation; each is evaluated alone"
  broken=$(printf "%s\n" "$names" | while IFS= read -r only; do evaluate "$1" </dev/null >/dev/null 2>&1 || printf " %s" "$only"; done)
  [ -n "$broken" ] && text=$(evaluate "$1")
}

# evaluate_host HOST ATTRIBUTE: a line of what was evaluated for it, or of why it was not.
evaluate_host() {
  local words
  make_tmp
  if words=$(evaluate "$2" </dev/null 2>"$tmp/why"); then words=$(printf "%s\n" "$words" | grep "^{" | tail -n 1); else words=$(error_in "$tmp/why"); fi
  printf "%s %s\n" "$1" "$words"
}
