# $ sync.ts --flake '~/dotfiles' build
# in: /path/to/elsewhere
nixos-rebuild --show-trace --flake '/home/me/dotfiles#id3-eniac' build
