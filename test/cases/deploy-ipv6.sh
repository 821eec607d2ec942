# $ ops-deploy.ts vps-ultraman 2001:db8::7
nixos-rebuild switch --show-trace --flake '.#vps-ultraman' --target-host root@2001:db8::7
