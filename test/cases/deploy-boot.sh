# $ ops-deploy.ts vps-ultraman vps_ultraman_root --boot
nixos-rebuild boot --show-trace --flake '.#vps-ultraman' --target-host root@vps_ultraman_root
