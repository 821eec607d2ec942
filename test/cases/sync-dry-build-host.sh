# $ sync.ts --host=vps-ultraman dry-build
nixos-rebuild --show-trace --flake '/path/to/flake#vps-ultraman' dry-build
