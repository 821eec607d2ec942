# $ sync.ts --elevate=run0 test
run0 nixos-rebuild --show-trace --flake '/path/to/flake#id3-eniac' test
