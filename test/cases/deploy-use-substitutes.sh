# $ ops-deploy.ts vps-ultraman vps_ultraman_root --use-substitutes
nixos-rebuild switch --show-trace --flake '.#vps-ultraman' --target-host root@vps_ultraman_root --use-substitutes
