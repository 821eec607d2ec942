# $ disko.ts unmount --host 007 --elevate none
# on PATH: disko
disko --mode unmount --flake '/path/to/flake#007'
