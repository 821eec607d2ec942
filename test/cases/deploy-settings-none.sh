# $ ops-deploy.ts vps-ultraman
# in: /path/to/fleet
nixos-rebuild switch --show-trace --flake '.#vps-ultraman' --target-host root@vps-ultraman
