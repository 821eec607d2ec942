# shellcheck shell=bash
# shellcheck disable=SC2154 # $machine, and $work, a folder for the images, are of what sources this
# What a power cut leaves on the disk of a virtual machine whose writes were recorded (disk.cjs), seen without booting it. Sourced.

disk() { node "$BATS_TEST_DIRNAME/../lib/disk.cjs" "$1" "$machine" "${@:2}"; }

# each_cut FROM TO COMMAND…: for each flush of the disk between these entries of the log: $work/cut.img is what was flushed then, and $work/root and
# $work/esp.img are its file systems, mended as a boot mends them.
each_cut() {
  local from=$1 to=$2 at last=0
  shift 2
  mkdir -p "$work/root"
  cp --sparse=always "$machine/start.img" "$work/image"
  for at in $(disk flushes "$from"); do
    [ "$at" -le "$to" ] || break
    disk apply "$work/image" "$last" "$at"
    last=$at
    cp --sparse=always "$work/image" "$work/cut.img"
    dd if="$work/cut.img" of="$work/esp.img" bs=1M skip=1 count=200 conv=sparse status=none
    fsck.vfat -a "$work/esp.img" >/dev/null || :
    mount -o "loop,offset=$((201 << 20))" "$work/cut.img" "$work/root"
    "$@" "$at" || { umount "$work/root" && return 1; }
    umount "$work/root"
  done
}

# on_esp FILE: its bytes
on_esp() { mtype -i "$work/esp.img" "::$1" 2>/dev/null; }

# cut_facts: what that disk says: a line of profile, menu, marker, and what is wrong with the menu. (The loader reads it before fsck does: a file
# that fsck empties is still there for one boot.)
cut_facts() {
  local profiles=$work/root/nix/var/nix/profiles entry boots profile marker wrong="" file link
  profile=$(readlink "$profiles/$(readlink "$profiles/system")") || wrong="$wrong no-profile"
  marker=$(readlink "$work/root/nix/var/nix/hey-commit") && marker=yes
  entry=$(on_esp /loader/loader.conf | sed -n 's/^default //p')
  boots=$(on_esp "/loader/entries/$entry" | sed -n 's/^options init=\([^ ]*\)\/init .*/\1/p')
  for file in $(on_esp "/loader/entries/$entry" | sed -nE 's/^(linux|initrd) //p'); do
    [ "$(on_esp "$file" | wc -c)" -gt 1000000 ] || wrong="$wrong no${file##*-}"
  done
  for file in init bin/switch-to-configuration activate settings; do
    [ -n "$boots" ] && [ -s "$work/root$boots/$file" ] || wrong="$wrong empty-$file"
  done
  # What boots must be a root of the garbage collector's.
  for link in "$profiles"/system-*-link; do [ "$(readlink "$link")" != "$boots" ] || break; done
  [ "$(readlink "$link")" = "$boots" ] || wrong="$wrong unrooted"
  [ "$profile" = "$boots" ] || [ -n "$marker" ] || wrong="$wrong untold"
  echo "profile $profile menu $boots marker ${marker:-none} wrong${wrong:- nothing}"
}
