# shellcheck disable=SC2154 # for scripts with deployment.sh before it
# The last step of a guarded deployment: what is confirmed becomes what boots. For scripts with $id, $dir and $new.
in_unit() {
  if by_systemd; then
    systemd-run --quiet --collect --wait --no-ask-password --service-type=exec --unit="hey-commit-$id" \
      --property=StandardOutput="append:$dir/log" --property=StandardError="append:$dir/log" --setenv=PATH="$PATH" \
      --setenv=NIXOS_INSTALL_BOOTLOADER=0 "$@"
  else
    NIXOS_INSTALL_BOOTLOADER=0 "$@" >>"$dir/log" 2>&1 </dev/null
  fi
}
commit() {
  before=$(readlink "$profile")
  nix-env -p "$profile" --set "$new" >&2 || return 1
  if in_unit "$new/bin/switch-to-configuration" boot; then return 0; fi
  tail -n 5 "$dir/log" >&2
  uncommit "$before"
  return 1
}
# The profile is the generation $1 again (the name of its link), and boots.
uncommit() {
  after=$(readlink "$profile")
  if [ "$after" = "$1" ]; then return; fi
  generation() {
    number=${1#system-}
    echo "${number%-link}"
  }
  nix-env -p "$profile" --switch-generation "$(generation "$1")" >&2
  nix-env -p "$profile" --delete-generations "$(generation "$after")" >&2
  in_unit "$(readlink -e "$profile")/bin/switch-to-configuration" boot || :
}
