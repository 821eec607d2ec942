# $ ops-bootstrap.ts vps-ultraman vps_ultraman_root --ssh-option IdentityFile=/home/me/.ssh/id --ssh-option=ConnectTimeout=5 --no-keys
nix --extra-experimental-features 'nix-command flakes' run github:nix-community/nixos-anywhere -- --flake '.#vps-ultraman' --ssh-option 'IdentityFile=/home/me/.ssh/id' --ssh-option 'ConnectTimeout=5' vps_ultraman_root
