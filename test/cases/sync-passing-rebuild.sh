# $ sync.ts test --specialisation quiet --offline --override-input nixpkgs ../nixpkgs --update-input agenix --builders 'ssh://builder x86_64-linux'
sudo nixos-rebuild --show-trace --flake '/path/to/flake#id3-eniac' test --specialisation quiet --offline --override-input nixpkgs ../nixpkgs --builders 'ssh://builder x86_64-linux' --update-input agenix
