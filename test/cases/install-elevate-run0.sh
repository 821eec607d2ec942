# $ install.ts --elevate run0 --host id3-eniac
run0 nixos-install --show-trace --root /mnt --flake '/path/to/flake#id3-eniac'
