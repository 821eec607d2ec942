# $ ops-deploy.ts --ssh-option=Port=2222 vps-ultraman --ssh-option User=admin --ssh-config /path/to/ssh_config
NIX_SSHOPTS='-F /path/to/ssh_config -o Port=2222 -o User=admin' nixos-rebuild switch --show-trace --flake '.#vps-ultraman' --target-host root@vps-ultraman
