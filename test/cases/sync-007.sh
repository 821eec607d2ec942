# $ sync.ts switch
# with: HEY_HOSTNAME=007
sudo nixos-rebuild --show-trace --flake '/path/to/flake#007' switch
