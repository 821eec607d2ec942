# $ ops-deploy.ts vps-ultraman --flake '~/dotfiles'
nixos-rebuild switch --show-trace --flake '/home/me/dotfiles#vps-ultraman' --target-host root@vps-ultraman
