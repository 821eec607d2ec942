# $ ops-deploy.ts vps-ultraman vps_ultraman_root --fast
nixos-rebuild switch --show-trace --flake '.#vps-ultraman' --target-host root@vps_ultraman_root --no-reexec
