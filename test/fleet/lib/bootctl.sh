#!/bin/sh
# Stands in for systemd's bootctl, which does nothing in a container: with the same words it keeps the same variables of the firmware.
set -eu
vars=/sys/firmware/efi/efivars
guid=4a67b082-0a4c-41cf-b6c7-440b29bb8c4f
case ${1-} in
-x | --print-boot-path | -p | --print-esp-path) echo /boot ;;
set-oneshot)
  [ -e "$vars/LoaderInfo-$guid" ] || { echo "Not booted with a supported boot loader." >&2 && exit 1; }
  if [ -z "$2" ]; then
    rm -f "$vars/LoaderEntryOneShot-$guid"
  else
    { printf '\007\000\000\000' && printf '%s\000' "$2" | iconv -t UTF-16LE; } >"$vars/LoaderEntryOneShot-$guid"
  fi
  ;;
*) echo "bootctl: this stand-in has no $*" >&2 && exit 1 ;;
esac
