# $ ops-deploy.ts vps-ultraman --specialisation quiet --test
nixos-rebuild test --show-trace --flake '.#vps-ultraman' --target-host root@vps-ultraman --specialisation quiet
