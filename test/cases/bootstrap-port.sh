# $ ops-bootstrap.ts vps-ultraman vps_other_port --no-keys
nix --extra-experimental-features 'nix-command flakes' run github:nix-community/nixos-anywhere -- --flake '.#vps-ultraman' -p 2222 vps_other_port
