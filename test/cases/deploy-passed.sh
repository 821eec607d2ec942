# $ ops-deploy.ts vps-ultraman vps_ultraman_root -- --override-input nixpkgs 'path:/path/to/my nixpkgs' --boot
nixos-rebuild switch --show-trace --flake '.#vps-ultraman' --target-host root@vps_ultraman_root --override-input nixpkgs 'path:/path/to/my nixpkgs' --boot
