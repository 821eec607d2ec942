# $ ops-bootstrap.ts vps-ultraman vps_other_port --no-disko-deps --no-reboot --debug --flake /path/to/flake --no-keys -- --build-on remote
# in: /path/to/elsewhere
nix --extra-experimental-features 'nix-command flakes' run github:nix-community/nixos-anywhere -- --flake '/path/to/flake#vps-ultraman' --no-disko-deps --phases kexec,disko,install --debug -p 2222 --build-on remote vps_other_port
