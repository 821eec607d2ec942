# $ ops-deploy.ts --flake=/path/to/flake vps-ultraman
# in: /path/to/elsewhere
nixos-rebuild switch --show-trace --flake '/path/to/flake#vps-ultraman' --target-host root@vps-ultraman
