# $ ops-bootstrap.ts vps-ultraman vps_ultraman_root --ssh-option Port=2200 --no-keys
nix --extra-experimental-features 'nix-command flakes' run github:nix-community/nixos-anywhere -- --flake '.#vps-ultraman' -p 2200 --ssh-option 'Port=2200' vps_ultraman_root
