if [ ! -e "$system/etc/systemd/system/hey-trial.service" ]; then
  state="$host has no unit that ends a trial boot; import nixos/trial-boot.nix of hey into it (see README). Nothing was copied to $target (status 1)"
  exit 1
fi
