# $ ops-deploy.ts vps-ultraman --ssh-config /path/to/aliases
NIX_SSHOPTS='-F /path/to/aliases' nixos-rebuild switch --show-trace --flake '.#vps-ultraman' --target-host root@vps_ultraman_root
