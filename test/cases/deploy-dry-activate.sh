# $ ops-deploy.ts vps-ultraman vps_ultraman_root --dry-activate
nixos-rebuild dry-activate --show-trace --flake '.#vps-ultraman' --target-host root@vps_ultraman_root
