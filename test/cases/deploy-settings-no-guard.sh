# $ ops-deploy.ts web1 --no-guard --backend nixos-rebuild
# in: /path/to/fleet
nixos-rebuild switch --show-trace --flake '.#web1' --target-host root@192.0.2.1
