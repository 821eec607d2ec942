# $ ops-bootstrap.ts vps-ultraman --debug vps_ultraman_root --no-keys
nix --extra-experimental-features 'nix-command flakes' run github:nix-community/nixos-anywhere -- --flake '.#vps-ultraman' --debug vps_ultraman_root
