# $ sync.ts dry-activate
# on PATH: nh
sudo nixos-rebuild --show-trace --flake '/path/to/flake#id3-eniac' dry-activate
