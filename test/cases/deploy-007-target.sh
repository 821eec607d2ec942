# $ ops-deploy.ts 007 0x10
nixos-rebuild switch --show-trace --flake '.#007' --target-host root@0x10
