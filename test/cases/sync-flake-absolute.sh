# $ sync.ts build --flake=/path/to/flake/
# in: /path/to/elsewhere
nixos-rebuild --show-trace --flake '/path/to/flake#id3-eniac' build
