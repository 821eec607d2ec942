# $ ops-bootstrap.ts vps-ultraman vps_ultraman_root --no-keys
nix --extra-experimental-features 'nix-command flakes' run github:nix-community/nixos-anywhere -- --flake '.#vps-ultraman' vps_ultraman_root
