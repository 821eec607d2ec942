# $ ops-rollback.ts vps-ultraman vps_ultraman_root --list
/bin/sh /dev/fd/3 3<<'end of ops-rollback'
# $ /path/to/hey/scripts/ops-rollback.ts vps-ultraman vps_ultraman_root --list
#
#  1. list its generations  there           exit 255
exec 3<&-
set +abCmvx -euf
unset IFS
if command -v declare >/dev/null 2>&1; then eval 'unset -f $(declare -F | command sed "s/.* //"); export -n SHELLOPTS'; fi

main() {
  ask_alone list_generations table  # list its generations
}

# ---- this run ------------------------------------------------------------------------------------
verb='ops-rollback'           # who speaks
target='root@vps_ultraman_root'  # what ssh is given
own_options='-T -o RemoteCommand=none -o ClearAllForwardings=yes -o ConnectTimeout=8'  # ssh's words for a connection that is neither

# for_target: what each function there is given.
for_target() {
  :
}

# ---- lib/shell/here/far.sh -----------------------------------------------------------------------
# How the target is told what to do: ssh runs one line there, in the login's own shell.

# encode_program: once for the run; comments stay here. Sets: program.
encode_program() { program=$(printf "%s\n" "$on_target" | sed '/^ *#/d; /^$/d; s/^ *//' | encoded); }

# quoted WORD...: the words for a shell, whatever is in them.
quoted() {
  local word text
  for word in "$@"; do
    text=
    while case $word in *\'*) ;; *) false ;; esac do text="$text${word%%\'*}'\\''" word=${word#*\'}; done
    printf "'%s' " "$text$word"
  done
}

# encoded: stdin in one line in which no shell sees anything special between single quotes: no line end, as csh ends a word there; no "!",
# which it looks up in its history; no "\", which fish takes; no "'". printf %b makes the text of it again.
encoded() { LC_ALL=C sed -e 's/\\/\\0134/g' -e "s/'/\\\\0047/g" -e 's/!/\\0041/g' -e 's/$/\\n/' | tr -d "\n"; }

# far NAME WORD...: the line that calls that function of the target. All of them come along.
far() { printf "%s" "sh -c 'program=\$(printf %b \"\$1\"); eval \"\$program\"; eval \"\$(printf %b \"\$2\")\"' sh '$program' '$({ for_target && quoted "$@"; } | encoded)'"; }

# own_ssh WORD...: ssh, over a connection that nothing else uses.
# shellcheck disable=SC2086
own_ssh() { ssh $own_options "$@"; }

# ask_alone NAME WORD...: calls that function on the target, as the login itself. Nothing else is asked in this run.
ask_alone() { own_ssh "$target" -- "$(far "$@")" </dev/null; }

# ---- on the target -------------------------------------------------------------------------------
on_target='set -u

# The generations of the system profile.

# printable TEXT: without what is more than a plain word.
printable() { printf "%s" "$1" | LC_ALL=C tr -cd "A-Za-z0-9 :+._?=/-"; }

# is_at LINK SYSTEM: true or false: whether that leads to the system.
is_at() { if [ -n "$2" ] && [ "$(readlink -e "$1")" = "$2" ]; then echo true; else echo false; fi; }

# list_generations FORM: all of them, newest first, as a table or as JSON: what nixos-rebuild list-generations knows, and which of them runs,
# boots, and was booted.
list_generations() {
  local between number link date at version kernel boots what
  [ "$1" = json ] || printf "%-11s %-20s %-34s %-12s %s\n" Generation Date NixOS Kernel "What it is"
  between="["
  for number in $(generations); do
    link=$profile-$number-link
    # The link itself, which has the date of the generation.
    date=$(date -d "@$(stat -c %Y "$link")" "+%F %T")
    at=$(readlink -e "$link") || at=
    version=$(printable "$(cat "$link/nixos-version" 2>/dev/null)")
    kernel=$(printable "$(kernel_of "$link")")
    # By name: several generations may be the same system.
    if [ "${link##*/}" = "$(readlink "$profile")" ]; then boots=true; else boots=false; fi
    if [ "$1" = json ]; then
      printf "%s\n" "$between{\"generation\": $number, \"date\": \"$date\", \"nixosVersion\": \"$version\", \"kernelVersion\": \"$kernel\", \"system\": \"$(printable "$at")\", \"current\": $boots, \"runs\": $(is_at /run/current-system "$at"), \"boots\": $boots, \"booted\": $(is_at /run/booted-system "$at")}"
      between=,
    else
      what=
      if [ -z "$at" ]; then what=" gone"; fi
      if [ "$(is_at /run/current-system "$at")" = true ]; then what="$what runs"; fi
      if [ "$boots" = true ]; then what="$what boots"; fi
      if [ "$(is_at /run/booted-system "$at")" = true ]; then what="$what booted"; fi
      printf "%-11s %-20s %-34s %s\n" "$number" "$date" "$version" "$(if [ -n "$what" ]; then printf "%-12s%s" "$kernel" "$what"; else printf "%s" "$kernel"; fi)"
    fi
  done
  if [ "$1" = json ]; then
    [ "$between" = , ] || printf "["
    echo "]"
  fi
}

# What this machine says of itself, a fact a line, name first.

# Where NixOS keeps its generations; what boots is the one that this link leads to.
profile=/nix/var/nix/profiles/system

# generations: their numbers, newest first. By number: a name sorts 10 before 9. Other profiles may lie beside it (system-old-7-link).
generations() { printf "%s\n" "$profile"-*-link | sed -n "s|^$profile-\([1-9][0-9]\{0,8\}\)-link\$|\1|p" | sort -rn; }

# kernel_of SYSTEM: the version of its kernel.
kernel_of() {
  local version
  for version in "$1"/kernel-modules/lib/modules/*; do if [ -d "$version" ]; then echo "${version##*/}"; fi; done
}
'

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
encode_program
main
end of ops-rollback
