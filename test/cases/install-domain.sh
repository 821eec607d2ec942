# $ install.ts --host core01.example.org
sudo nixos-install --show-trace --root /mnt --flake '/path/to/flake#core01.example.org'
