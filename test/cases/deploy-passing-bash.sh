# $ ops-deploy.ts vps-ultraman --install-bootloader --specialisation=quiet --override-input=nixpkgs ../nixpkgs
# on PATH: nixos-rebuild-bash-file
nixos-rebuild switch --show-trace --flake '.#vps-ultraman' --target-host root@vps-ultraman --specialisation quiet --install-bootloader --override-input nixpkgs ../nixpkgs
