# $ ops-deploy.ts vps-ultraman --build-host me@builder.example.org
nixos-rebuild switch --show-trace --flake '.#vps-ultraman' --target-host root@vps-ultraman --build-host me@builder.example.org
