# $ install.ts --host id3-eniac --root /mnt
sudo nixos-install --show-trace --root /mnt --flake '/path/to/flake#id3-eniac'
