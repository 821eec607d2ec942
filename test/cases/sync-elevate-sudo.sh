# $ sync.ts --elevate sudo
sudo nixos-rebuild --show-trace --flake '/path/to/flake#id3-eniac' boot
