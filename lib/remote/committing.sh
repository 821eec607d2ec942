# shellcheck disable=SC2154 # for scripts with deployment.sh before it
# The last step of a guarded deployment: the system $new becomes what boots.
commit() {
  newest=$(printf "%s\n" "$profile"-*-link | sed "s/-link//; s/.*-//" | sort -n | tail -n 1)
  rm -f "$marker"
  ln -s "$id $new $(readlink "$profile") $newest" "$marker" || return 1
  nix-env -p "$profile" --set "$new" || return 1
  NIXOS_INSTALL_BOOTLOADER=0 "$new/bin/switch-to-configuration" boot || return 1
  rm -f "$marker"
}
# The profile is again what it was before the commit that the marker tells of, and boots. A generation is deleted only if that commit made it.
uncommit() {
  marked=$(readlink "$marker") || return 0
  generation() {
    number=${1#system-}
    echo "${number%-link}"
  }
  newest=${marked##* }
  before=${marked% *}
  before=${before##* }
  now=$(readlink "$profile")
  if [ "$now" != "$before" ]; then
    nix-env -p "$profile" --switch-generation "$(generation "$before")"
    if [ "$(generation "$now")" -gt "$newest" ]; then nix-env -p "$profile" --delete-generations "$(generation "$now")"; fi
    NIXOS_NO_CHECK=1 NIXOS_INSTALL_BOOTLOADER=0 "$(readlink -e "$profile")/bin/switch-to-configuration" boot || :
  fi
  rm -f "$marker"
}
# A commit that a power cut has ended: undone, unless its system was booted, or something else deployed since.
mend() {
  marked=$(readlink "$marker") || return 0
  marked=${marked#* }
  case $(readlink -e /run/current-system) in
    "${marked%% *}") rm -f "$marker" ;;
    *) if [ "$(readlink -e "$profile")" = "${marked%% *}" ]; then uncommit; else rm -f "$marker"; fi ;;
  esac
}
