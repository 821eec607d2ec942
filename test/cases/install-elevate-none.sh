# $ install.ts --host id3-eniac --elevate=none
nixos-install --show-trace --root /mnt --flake '/path/to/flake#id3-eniac'
