# $ sync.ts switch
sudo nixos-rebuild --show-trace --flake '/path/to/flake#id3-eniac' switch
