# $ ops-deploy.ts core01.example.org
nixos-rebuild switch --show-trace --flake '.#core01.example.org' --target-host root@core01.example.org
