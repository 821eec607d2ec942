# $ ops-bootstrap.ts --no-reboot vps-ultraman root@192.0.2.7 --no-keys
nix --extra-experimental-features 'nix-command flakes' run github:nix-community/nixos-anywhere -- --flake '.#vps-ultraman' --phases kexec,disko,install root@192.0.2.7
