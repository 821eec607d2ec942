# $ sync.ts build --flake git+file:///path/to/flake
nixos-rebuild --show-trace --flake 'git+file:///path/to/flake#id3-eniac' build
