# $ sync.ts --install-bootloader
sudo nixos-rebuild --show-trace --flake '/path/to/flake#id3-eniac' boot --install-bootloader
