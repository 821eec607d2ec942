# $ sync.ts build --flake '/path/to/repo?dir=sub'
nixos-rebuild --show-trace --flake '/path/to/repo?dir=sub#id3-eniac' build
