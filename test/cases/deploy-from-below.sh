# $ ops-deploy.ts vps-ultraman vps_ultraman_root
# in: /path/to/flake/hosts/vps-ultraman
nixos-rebuild switch --show-trace --flake '/path/to/flake#vps-ultraman' --target-host root@vps_ultraman_root
