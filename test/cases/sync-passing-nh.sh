# $ sync.ts switch --specialisation quiet --install-bootloader --offline --override-input nixpkgs ../nixpkgs --update-input agenix --update-input disko --builders 'ssh://builder x86_64-linux'
# on PATH: nh-4.3.2
nh os switch /path/to/flake --hostname id3-eniac --specialisation quiet --install-bootloader --update-input agenix --update-input disko -- --show-trace --offline --override-input nixpkgs ../nixpkgs --builders 'ssh://builder x86_64-linux'
