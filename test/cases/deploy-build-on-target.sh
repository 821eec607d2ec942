# $ ops-deploy.ts vps-ultraman admin@vps --build-on target
nixos-rebuild switch --show-trace --flake '.#vps-ultraman' --target-host admin@vps --build-host admin@vps
