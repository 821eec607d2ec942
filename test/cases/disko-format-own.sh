# $ disko.ts format --host id3-eniac
# on PATH: disko
sudo disko --mode format --flake '/path/to/flake#id3-eniac'
