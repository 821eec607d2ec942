# $ disko.ts mount --host id3-eniac -- --root-mountpoint '/mnt/new disk'
# on PATH: disko
sudo disko --mode mount --flake '/path/to/flake#id3-eniac' --root-mountpoint '/mnt/new disk'
