# $ ops-bootstrap.ts vps-ultraman vps_ultraman_root --no-keys
# with: NIX_SSHOPTS=-p 2201
nix --extra-experimental-features 'nix-command flakes' run github:nix-community/nixos-anywhere -- --flake '.#vps-ultraman' -p 2201 vps_ultraman_root
