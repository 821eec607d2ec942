# $ install.ts --host id3-eniac --root '/mnt/new disk'
sudo nixos-install --show-trace --root '/mnt/new disk' --flake '/path/to/flake#id3-eniac'
