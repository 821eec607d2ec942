# $ sync.ts --flake . build
nixos-rebuild --show-trace --flake '/path/to/flake#id3-eniac' build
