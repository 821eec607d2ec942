# $ ops-bootstrap.ts vps-ultraman --vm-test
nix --extra-experimental-features 'nix-command flakes' run github:nix-community/nixos-anywhere -- --flake '.#vps-ultraman' --vm-test
