# $ sync.ts build --offline
nixos-rebuild --show-trace --flake '/path/to/flake#id3-eniac' build --offline
