# $ ops-deploy.ts 007
nixos-rebuild switch --show-trace --flake '.#007' --target-host root@007
