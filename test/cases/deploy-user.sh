# $ ops-deploy.ts vps-ultraman admin@192.0.2.7
nixos-rebuild switch --show-trace --flake '.#vps-ultraman' --target-host admin@192.0.2.7
