# $ ops-deploy.ts --debug vps-ultraman vps_ultraman_root
nixos-rebuild switch --show-trace --flake '.#vps-ultraman' --target-host root@vps_ultraman_root --verbose
