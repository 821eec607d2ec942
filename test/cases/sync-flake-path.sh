# $ sync.ts build --flake path:/path/to/flake
nixos-rebuild --show-trace --flake 'path:/path/to/flake#id3-eniac' build
