# $ sync.ts build --host vps-ultraman
nixos-rebuild --show-trace --flake '/path/to/flake#vps-ultraman' build
