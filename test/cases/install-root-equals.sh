# $ install.ts --root=/mnt/new --host 007
sudo nixos-install --show-trace --root /mnt/new --flake '/path/to/flake#007'
