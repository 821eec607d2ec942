# $ disko.ts -y destroy,format,mount --host id3-eniac
sudo nix --extra-experimental-features 'nix-command flakes' run github:nix-community/disko/latest -- --mode destroy,format,mount --yes-wipe-all-disks --flake '/path/to/flake#id3-eniac'
