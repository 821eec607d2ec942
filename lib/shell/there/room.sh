# shellcheck disable=SC2154 # with deployment.sh before it
# Refuses where nothing can be copied to: known now, it would be seen only after the build.
timeout 3 df -P -k / /nix 2>/dev/null | (
  while read -r _ _ _ free _ at; do
    case $at$free in /*[0-9]) if [ "$free" -lt 32768 ]; then refuse 1 "$at is full there ($((free / 1024)) MiB left), and nothing can be copied; make room first: nix-collect-garbage --delete-older-than 14d"; fi ;; esac
  done
) || exit
