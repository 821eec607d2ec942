# What rebuilding.sh does for a target.
state="$program has not come to its end, so $target may run and boot the old system or the new. Look: readlink /run/current-system /nix/var/nix/profiles/system; then type the same line again"
touched=yes
