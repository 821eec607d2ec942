# $ ops-deploy.ts vps-ultraman --build-on here
nixos-rebuild switch --show-trace --flake '.#vps-ultraman' --target-host root@vps-ultraman
