# $ sync.ts build --flake '/path/to/repo?dir=sub'
nixos-rebuild --show-trace --flake '/path/to/repo/sub#id3-eniac' build
