# $ disko.ts destroy,format,mount --host core01.example.org
# typed: core01.example.org
(
verb=disko
if [ -n "${ZSH_VERSION-}" ]; then emulate sh; fi
set -eu
step() { printf "%s\n" "$verb: $*" >&2 || :; }
state=
ended=0
abandon() { :; }
clean() { :; }
report() { :; }
note() { :; }
heard() { :; }
heard_number() { :; }
trap 'ended=$?; trap "clean; exit 130" INT; abandon; report; clean; if [ "$ended" -gt 0 ] && [ -n "$state" ]; then step "$state"; fi; note' EXIT
trap "exit 129" HUP
trap "exit 130" INT
trap "exit 131" QUIT
trap "exit 141" PIPE
trap "exit 143" TERM
forget_typed() {
  interrupted=
  trap "interrupted=yes" INT
  terminal=$(stty -g </dev/tty)
  stty -icanon min 0 time 0 </dev/tty || :
  sed d </dev/tty || :
  stty "$terminal" </dev/tty
  trap "exit 130" INT
  if [ -n "$interrupted" ]; then exit 130; fi
}
question() {
  forget_typed
  printf "%s" "$1" >/dev/tty
  IFS= read -r reply </dev/tty || reply=
}
agreed() {
  question "$1 [y/N] "
  case $reply in
    [yY] | [yY][eE][sS]) ;;
    *) return 1 ;;
  esac
}
name='core01.example.org'
danger='disko destroy,format,mount destroys all data on the disks of core01.example.org'
if (: </dev/tty) 2>/dev/null; then
  printf "%s\n" "$danger" >/dev/tty
  question "Type $name to go on: "
  if [ "$reply" = "$name" ]; then
    :
  else
    step "that is not $name; nothing was done"
    exit 1
  fi
else
  step "$danger, and there is no terminal to ask on; nothing was done. Try: --yes"
  exit 1
fi
sudo nix --extra-experimental-features 'nix-command flakes' run github:nix-community/disko/latest -- --mode destroy,format,mount --yes-wipe-all-disks --flake '/path/to/flake#core01.example.org'
)
