# $ sync.ts
# with: HEY_HOSTNAME=core01
sudo nixos-rebuild --show-trace --flake '/path/to/flake#core01.example.org' boot
