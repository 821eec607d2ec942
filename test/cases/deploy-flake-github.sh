# $ ops-deploy.ts vps-ultraman --flake github:me/dotfiles
# in: /path/to/elsewhere
nixos-rebuild switch --show-trace --flake 'github:me/dotfiles#vps-ultraman' --target-host root@vps-ultraman
