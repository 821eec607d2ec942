# $ sync.ts
# in: /path/to/dot files
sudo nixos-rebuild --show-trace --flake '/path/to/dot files#id3-eniac' boot
