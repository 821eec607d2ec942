# $ disko.ts destroy --host id3-eniac --yes
# on PATH: disko
sudo disko --mode destroy --yes-wipe-all-disks --flake '/path/to/flake#id3-eniac'
