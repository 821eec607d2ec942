# $ sync.ts switch --elevate doas
doas nixos-rebuild --show-trace --flake '/path/to/flake#id3-eniac' switch
