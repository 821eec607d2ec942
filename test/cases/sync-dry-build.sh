# $ sync.ts dry-build
# on PATH: nh
nixos-rebuild --show-trace --flake '/path/to/flake#id3-eniac' dry-build
