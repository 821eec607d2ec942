# shellcheck disable=SC2154 # for scripts with deployment.sh before it
# A power cut can leave the boot menu in two halves, and fsck empties what it finds so. Before the menu is written, the disk has all that
# tells of it and all that it boots. What tells of it goes only when the disk has the menu.
on_disk() { sync -f /nix/var/nix /nix/store; }
menu_on_disk() { [ ! -d /boot ] || sync -f /boot; }
# The last step of a guarded deployment: the system $new becomes what boots.
commit() {
  newest=$(generations | head -n 1)
  rm -f "$marker"
  ln -s "$id $new $(readlink "$profile") $newest" "$marker" || return 1
  set_profile "$new" "$(readlink "$dir/generation")" || return 1
  on_disk || return 1
  NIXOS_INSTALL_BOOTLOADER=$(readlink "$dir/bootloader") limited "$new/bin/switch-to-configuration" boot || return 1
  menu_on_disk || return 1
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
    limited nix-env -p "$profile" --switch-generation "$(generation "$before")"
    if [ "$(generation "$now")" -gt "$newest" ]; then limited nix-env -p "$profile" --delete-generations "$(generation "$now")"; fi
  fi
  boot_entry "$(readlink -e "$profile")"
}
# The boot entry is that of the system $1; then the commit that the marker tells of is over, one way or the other.
boot_entry() {
  on_disk
  NIXOS_NO_CHECK=1 NIXOS_INSTALL_BOOTLOADER=0 limited "$1/bin/switch-to-configuration" boot && menu_on_disk && rm -f "$marker"
}
# What is left of a trial boot that is over: the entry, where that was not booted, and the generation, which is deleted only if it was made
# for it and nobody has taken it since. Then the boot menu is as it was.
end_trial() {
  disarm_trial || return 1
  if made=$(readlink "$trial/made") && [ "$(readlink "$profile")" != "system-$made-link" ] &&
    [ "$(readlink "$profile-$made-link")" = "$(readlink "$trial/new")" ]; then
    rm -f "$profile-$made-link"
  fi
  if [ -e "$(readlink -e "$profile")/bin/switch-to-configuration" ]; then boot_entry "$(readlink -e "$profile")" || return 1; fi
  forget_trial
}
disarm_trial() {
  entry=$(readlink "$trial/entry") || return 0
  if [ "$(once)" = "$entry" ]; then boot_once "" || return 1; fi
}
# A commit that was ended, by a power cut say, and is nobody's any more: finished where its system runs, else undone, unless something
# else was deployed since.
mend() {
  mend_commit
  if [ -L "$trial/id" ]; then end_trial; fi
}
mend_commit() {
  marked=$(readlink "$marker") || return 0
  system=${marked#* }
  system=${system%% *}
  before=${marked% *}
  before=${before##* }
  case $(readlink -e "$profile") in
    "$system") if [ "$(readlink -e /run/current-system)" = "$system" ]; then boot_entry "$system"; else uncommit; fi ;;
    *) if [ "$(readlink "$profile")" = "$before" ]; then uncommit; else rm -f "$marker"; fi ;;
  esac
}
