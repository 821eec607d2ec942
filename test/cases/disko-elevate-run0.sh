# $ disko.ts mount --host id3-eniac --elevate=run0 --flake '/path/to/dot files'
# on PATH: disko
run0 disko --mode mount --flake '/path/to/dot files#id3-eniac'
