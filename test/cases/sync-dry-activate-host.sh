# $ sync.ts --host=vps-ultraman dry-activate
sudo nixos-rebuild --show-trace --flake '/path/to/flake#vps-ultraman' dry-activate
