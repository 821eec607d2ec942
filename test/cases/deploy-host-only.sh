# $ ops-deploy.ts vps-pacman
nixos-rebuild switch --show-trace --flake '.#vps-pacman' --target-host root@vps-pacman
