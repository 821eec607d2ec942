# $ ops-bootstrap.ts vps-ultraman vps_ultraman_root --no-disko-deps --no-keys
nix --extra-experimental-features 'nix-command flakes' run github:nix-community/nixos-anywhere -- --flake '.#vps-ultraman' --no-disko-deps vps_ultraman_root
