# shellcheck shell=sh
# shellcheck disable=SC2154 # $mode and $host stand before it
# Stands in for disko's scripts. The disk of a lab's installer is the directory /run/vda; the system on it gets mounted on /mnt.
set -eu
echo "disko: $host" "$mode" "$@"
if ! [ -d /run/vda ]; then
  echo "disko: /dev/vda is in use" >&2
  exit 1
fi
if mountpoint -q /mnt; then umount -R /mnt; fi
# A file system of its own is on boot.
[ "$mode" != disko ] || find /run/vda -mindepth 1 ! -path /run/vda/boot -delete
mount --rbind /run/vda /mnt
