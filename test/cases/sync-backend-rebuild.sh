# $ sync.ts --backend nixos-rebuild
# on PATH: nh
sudo nixos-rebuild --show-trace --flake '/path/to/flake#id3-eniac' boot
