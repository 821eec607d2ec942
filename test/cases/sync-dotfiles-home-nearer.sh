# $ sync.ts build
# with: DOTFILES_HOME=/home/me/dotfiles
nixos-rebuild --show-trace --flake '/path/to/flake#id3-eniac' build
