# $ ops-deploy.ts vps-ultraman --ssh-option Port=2222
# with: NIX_SSHOPTS=-i /home/me/.ssh/id
NIX_SSHOPTS='-i /home/me/.ssh/id -o Port=2222' nixos-rebuild switch --show-trace --flake '.#vps-ultraman' --target-host root@vps-ultraman
