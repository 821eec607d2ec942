# $ ops-deploy.ts vps-ultraman vps_ultraman_root --fast
# on PATH: nixos-rebuild-ng-first
nixos-rebuild switch --show-trace --flake '.#vps-ultraman' --target-host root@vps_ultraman_root
