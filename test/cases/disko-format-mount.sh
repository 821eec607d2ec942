# $ disko.ts format,mount --host=core01.example.org
# on PATH: disko
sudo disko --mode format,mount --flake '/path/to/flake#core01.example.org'
