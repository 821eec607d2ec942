# $ sync.ts build --flake git+ssh://git@example.org/me/dotfiles
nixos-rebuild --show-trace --flake 'git+ssh://git@example.org/me/dotfiles#id3-eniac' build
