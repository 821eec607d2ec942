# nixos-rebuild moves what boots before it activates, and says itself how far it came.
state="nixos-rebuild has not come to its end, so $target may run and boot the old system or the new. Look: $shell $where readlink /run/current-system /nix/var/nix/profiles/system; then type the same line again"
touched=yes
