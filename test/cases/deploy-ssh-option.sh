# $ ops-deploy.ts vps-ultraman vps_ultraman_root --ssh-option Port=2222
NIX_SSHOPTS='-o Port=2222' nixos-rebuild switch --show-trace --flake '.#vps-ultraman' --target-host root@vps_ultraman_root
