# $ ops-deploy.ts vps-ultraman --flake ../flake
# in: /path/to/elsewhere
nixos-rebuild switch --show-trace --flake '../flake#vps-ultraman' --target-host root@vps-ultraman
