# $ ops-sync.ts vps-pacman --boot --fast --debug
nixos-rebuild boot --show-trace --flake '.#vps-pacman' --target-host root@vps-pacman --no-reexec --verbose
