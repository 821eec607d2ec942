# $ ops-deploy.ts vps-ultraman --specialisation quiet --dry-activate
# on PATH: nixos-rebuild-ng-elevate
nixos-rebuild dry-activate --show-trace --flake '.#vps-ultraman' --target-host root@vps-ultraman --specialisation quiet
