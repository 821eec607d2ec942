# What room is left where a deployment writes.

# What is mounted.
mounted=/proc/mounts

# esps: where the partitions are mounted from which the firmware boots, a line each: a configuration may have them anywhere.
esps() {
  local at type
  while read -r _ at type _; do
    case $type in vfat | msdos) if [ -d "$at/EFI" ]; then echo "$at"; fi ;; esac
  done <"$mounted"
}

# left_on UNIT PATH...: "AT SIZE LEFT" of their file systems, a line each, in KiB (-k) or inodes (-i). Some have no number of inodes (btrfs, FAT).
# The file system of a network may hang.
left_on() {
  local size free at
  timeout 3 df -P "$@" 2>/dev/null | while read -r _ size _ free _ at; do
    case $size$free in *[!0-9]* | 0*) continue ;; esac
    case $at in /*) echo "$at $size $free" ;; esac
  done | sort -u
}

# has_room. Ends: where nothing can be copied to: known now, it would be seen only after the build.
has_room() {
  local at size free
  left_on -k / /nix | (
    while read -r at _ free; do
      if [ "$free" -lt 32768 ]; then refuse 1 "$at is full there ($((free / 1024)) MiB left), and nothing can be copied; make room first: nix-collect-garbage --delete-older-than 14d"; fi
    done
  ) || exit
  left_on -i / /nix | (
    while read -r at size free; do
      if [ "$free" -lt 1024 ]; then refuse 1 "$at is full there ($free of $size inodes left), and nothing can be copied; make room first: nix-collect-garbage --delete-older-than 14d"; fi
    done
  ) || exit
}
