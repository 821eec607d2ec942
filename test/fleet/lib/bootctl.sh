#!/bin/sh
# Stands in for systemd's bootctl (257), which does nothing in a container: with the same words it keeps the same variables of the firmware.
# As there, the flag that Linux puts on them is taken off first, and a variable is written at once.
set -eu
# A real machine (test/vm) has the real one.
[ ! -d /usr/lib/hey-vm ] || exec /usr/bin/bootctl "$@"
vars=/sys/firmware/efi/efivars
guid=4a67b082-0a4c-41cf-b6c7-440b29bb8c4f
case ${1-} in
-x | --print-boot-path | -p | --print-esp-path) echo /boot ;;
set-oneshot)
  [ -e "$vars/LoaderInfo-$guid" ] || { echo "Not booted with a supported boot loader." >&2 && exit 1; }
  variable=$vars/LoaderEntryOneShot-$guid
  [ ! -e "$variable" ] || chattr -i "$variable"
  if [ -z "$2" ]; then
    rm -f "$variable"
  else
    # shellcheck disable=SC2059 # the bytes, in one word
    printf "$({ printf '\007\000\000\000' && printf '%s\000' "$2" | iconv -t UTF-16LE; } | od -An -v -to1 | tr -d '\n' | tr ' ' '\134')" >"$variable"
  fi
  ;;
*) echo "bootctl: this stand-in has no $*" >&2 && exit 1 ;;
esac
