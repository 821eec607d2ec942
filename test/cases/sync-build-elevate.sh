# $ sync.ts build --elevate doas
nixos-rebuild --show-trace --flake '/path/to/flake#id3-eniac' build
