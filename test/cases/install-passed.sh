# $ install.ts --host id3-eniac -- --no-root-passwd --option cores 2
sudo nixos-install --show-trace --root /mnt --flake '/path/to/flake#id3-eniac' --no-root-passwd --option cores 2
