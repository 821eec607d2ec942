# Every script of several steps begins with this. zsh as itself runs no EXIT trap when a command fails inside a function
# (seen in 5.9).
if [ -n "${ZSH_VERSION-}" ]; then emulate sh; fi
set -eu
step() { printf "%s\n" "$verb: $*" >&2 || :; }
# What is true of the target, and what to type, if the script ends before its end; what it has to undo there then,
# and what it always takes away here.
state=
ended=0
abandon() { :; }
clean() { :; }
report() { :; }
note() { :; }
heard() { :; }
heard_number() { :; }
# A second ^C waits for nothing.
trap 'ended=$?; trap "clean; exit 130" INT; abandon; report; clean; if [ "$ended" -gt 0 ] && [ -n "$state" ]; then step "$state"; fi; note' EXIT
trap "exit 129" HUP
trap "exit 130" INT
trap "exit 131" QUIT
trap "exit 141" PIPE
trap "exit 143" TERM
