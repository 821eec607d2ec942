# $ ops-deploy.ts vps-ultraman --flake '.?dir=sub'
# in: /path/to/repo
nixos-rebuild switch --show-trace --flake '/path/to/repo/sub#vps-ultraman' --target-host root@vps-ultraman
