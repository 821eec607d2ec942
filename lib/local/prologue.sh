# Every script of several steps begins with this. zsh as itself runs no EXIT trap when a command fails inside a function
# (seen in 5.9).
if [ -n "${ZSH_VERSION-}" ]; then emulate sh; fi
set -eu
trap "exit 129" HUP
trap "exit 130" INT
trap "exit 143" TERM
step() { printf "%s\n" "$verb: $*" >&2; }
