# $ ops-deploy.ts vps-ultraman
# in: /path/to/dot files
nixos-rebuild switch --show-trace --flake '.#vps-ultraman' --target-host root@vps-ultraman
