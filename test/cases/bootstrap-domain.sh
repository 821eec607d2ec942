# $ ops-bootstrap.ts core01.example.org admin@core01.example.org --no-keys
nix --extra-experimental-features 'nix-command flakes' run github:nix-community/nixos-anywhere -- --flake '.#core01.example.org' admin@core01.example.org
