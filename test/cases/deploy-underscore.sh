# $ ops-deploy.ts pc_old
nixos-rebuild switch --show-trace --flake '.#pc_old' --target-host root@pc_old
