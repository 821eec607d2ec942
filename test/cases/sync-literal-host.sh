# $ sync.ts build --host beta.example.org
# in: /path/to/literal
nixos-rebuild --show-trace --flake '/path/to/literal#beta.example.org' build
