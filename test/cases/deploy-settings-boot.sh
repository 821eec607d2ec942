# $ ops-deploy.ts web1 --boot --backend nixos-rebuild
# in: /path/to/fleet
nixos-rebuild boot --show-trace --flake '.#web1' --target-host root@192.0.2.1
