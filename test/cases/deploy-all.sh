# $ ops-deploy.ts --use-substitutes --boot vps-ultraman --debug vps_ultraman_root --build-host builder --fast -- --impure --option cores 1
nixos-rebuild boot --show-trace --flake '.#vps-ultraman' --target-host root@vps_ultraman_root --no-reexec --verbose --build-host builder --use-substitutes --impure --option cores 1
