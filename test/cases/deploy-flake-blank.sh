# $ ops-deploy.ts vps-ultraman --flake '/path/to/dot files'
nixos-rebuild switch --show-trace --flake '/path/to/dot files#vps-ultraman' --target-host root@vps-ultraman
