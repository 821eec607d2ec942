# $ sync.ts switch -- --impure --option cores 1
sudo nixos-rebuild --show-trace --flake '/path/to/flake#id3-eniac' switch --impure --option cores 1
