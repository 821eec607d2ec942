# $ install.ts --host id3-eniac --root new
# in: /path/to/flake/hosts
sudo nixos-install --show-trace --root /path/to/flake/hosts/new --flake '/path/to/flake#id3-eniac'
