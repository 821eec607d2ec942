# $ sync.ts
# in: /path/to/flake/hosts/id3-eniac
sudo nixos-rebuild --show-trace --flake '/path/to/flake#id3-eniac' boot
