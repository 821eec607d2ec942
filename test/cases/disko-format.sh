# $ disko.ts format --host id3-eniac
sudo nix --extra-experimental-features 'nix-command flakes' run github:nix-community/disko/latest -- --mode format --flake '/path/to/flake#id3-eniac'
