# $ disko.ts destroy --host id3-eniac
# on PATH: disko
# typed: id3-eniac
/bin/sh /dev/fd/3 3<<'end of disko'
# $ /path/to/hey/scripts/disko.ts destroy --host id3-eniac
#
#  1. ask for the name id3-eniac                                here            exit 1
#  2. disko --mode destroy: all data on its disks is destroyed  here
exec 3<&-
set +abCmvx -euf
unset IFS
if command -v declare >/dev/null 2>&1; then eval 'unset -f $(declare -F | command sed "s/.* //"); export -n SHELLOPTS'; fi

main() {
  ask_name id3-eniac 'disko destroy destroys all data on the disks of id3-eniac'  # typed by you, or nothing is done
  sudo disko --mode destroy --yes-wipe-all-disks --flake '/path/to/flake#id3-eniac'
}

# ---- this run ------------------------------------------------------------------------------------
verb='disko'                  # who speaks

# ---- lib/shell/here/question.sh ------------------------------------------------------------------
# Questions to a person, on the terminal.

# forget_typed: what was typed before a question could be read is no answer to it: taken off the terminal, a half line too. Sets: interrupted.
# Ends: at a ^C.
forget_typed() {
  local terminal
  # A ^C counts, but not before the terminal is again as it was.
  interrupted=
  trap "interrupted=yes" INT
  terminal=$(stty -g </dev/tty)
  stty -icanon min 0 time 0 </dev/tty || :
  sed d </dev/tty || :
  stty "$terminal" </dev/tty
  trap "exit 130" INT
  if [ -n "$interrupted" ]; then exit 130; fi
}

# question TEXT: what a person says to it; nothing at the end of the input. Sets: reply.
question() {
  forget_typed
  printf "%s" "$1" >/dev/tty
  IFS= read -r reply </dev/tty || reply=
}

# ask_name NAME DANGER. Ends: unless that name is typed.
ask_name() {
  if (: </dev/tty) 2>/dev/null; then
    printf "%s\n" "$2" >/dev/tty
    question "Type $1 to go on: "
    if [ "$reply" = "$1" ]; then
      :
    else
      step "that is not $1; nothing was done"
      exit 1
    fi
  else
    step "$2, and there is no terminal to ask on; nothing was done. Try: --yes"
    exit 1
  fi
}

# ---- lib/shell/here/run.sh -----------------------------------------------------------------------
# The beginning and the end of every script.

# step WORDS...: says what is done now, or how it ended. Sets: said.
step() {
  said="$*"
  printf "%s\n" "$verb: $said" >&2 || :
}

# at_end FUNCTION: has it called when the script ends, however it ends; the last one that was added goes first. Sets: hooks.
at_end() { hooks="$1 $hooks"; }

# begin: from here on one function ends the script, whatever ends it. Sets: said, hooks, last_words, facts, from, changed, tmp, left_open,
# status.
begin() {
  said='' hooks='' last_words='' facts='' from='' changed='' tmp='' left_open='' status=0
  at_end say_last_words
  trap 'status=$?; end_run' EXIT
  trap "exit 129" HUP; trap "exit 130" INT; trap "exit 131" QUIT; trap "exit 141" PIPE; trap "exit 143" TERM
}

# end_run: what was added by at_end. A second ^C waits for nothing. Ends: at that.
end_run() {
  local hook
  trap "clean_up; exit 130" INT
  for hook in $hooks; do "$hook" || :; done
}

# say_last_words: what is true of the target, and what to type, where the script ended before its end.
say_last_words() { if [ "$status" -gt 0 ] && [ -n "$last_words" ]; then step "$last_words"; fi; }

# clean_up: takes the private directories away.
clean_up() {
  if [ -z "$tmp" ]; then return 0; fi
  # A connection that is left open needs its place.
  if [ -n "$left_open" ]; then find "$tmp" -mindepth 1 ! -name ssh -exec rm -rf {} + || :; else rm -rf "$tmp" || :; fi
}

begin
main
end of disko
