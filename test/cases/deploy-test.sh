# $ ops-deploy.ts vps-ultraman --test vps_ultraman_root
nixos-rebuild test --show-trace --flake '.#vps-ultraman' --target-host root@vps_ultraman_root
