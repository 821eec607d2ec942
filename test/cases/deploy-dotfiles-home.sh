# $ ops-deploy.ts vps-ultraman
# in: /path/to/nothing/deeper
# with: DOTFILES_HOME=/home/me/dotfiles
nixos-rebuild switch --show-trace --flake '/home/me/dotfiles#vps-ultraman' --target-host root@vps-ultraman
