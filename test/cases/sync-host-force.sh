# $ sync.ts switch --host vps-ultraman --force
sudo nixos-rebuild --show-trace --flake '/path/to/flake#vps-ultraman' switch
