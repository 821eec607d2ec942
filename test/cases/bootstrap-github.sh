# $ ops-bootstrap.ts vps-ultraman vps_ultraman_root --flake github:me/dotfiles --no-keys
# in: /path/to/elsewhere
nix --extra-experimental-features 'nix-command flakes' run github:nix-community/nixos-anywhere -- --flake 'github:me/dotfiles#vps-ultraman' vps_ultraman_root
