# $ sync.ts --elevate none dry-activate
nixos-rebuild --show-trace --flake '/path/to/flake#id3-eniac' dry-activate
