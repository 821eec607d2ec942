# $ sync.ts --elevate none
nixos-rebuild --show-trace --flake '/path/to/flake#id3-eniac' boot
