# $ ops-deploy.ts vps-ultraman --flake /path/to/flake
# in: /path/to/elsewhere
# with: DOTFILES_HOME=/home/me/dotfiles
nixos-rebuild switch --show-trace --flake '/path/to/flake#vps-ultraman' --target-host root@vps-ultraman
