# $ disko.ts --host id3-eniac mount
sudo nix --extra-experimental-features 'nix-command flakes' run github:nix-community/disko/latest -- --mode mount --flake '/path/to/flake#id3-eniac'
