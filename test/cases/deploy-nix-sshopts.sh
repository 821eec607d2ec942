# $ ops-deploy.ts vps-ultraman vps_ultraman_root
# with: NIX_SSHOPTS=-p 2222 -i /home/me/.ssh/id
nixos-rebuild switch --show-trace --flake '.#vps-ultraman' --target-host root@vps_ultraman_root
