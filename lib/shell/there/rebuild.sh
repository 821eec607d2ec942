# What another program has made of this machine: nixos-rebuild, or nh. Both move what boots and activate by themselves, each in an order
# of its own.

# may_rebuild: how this machine stands before. Ends: where another program switches it.
may_rebuild() {
  refuse_switching
  refuse_activating
  tell_stand
  tell_facts
}

# tell_stand: the link of the profile, the newest generation, and what fails now, each with the moment since when.
tell_stand() {
  local unit
  echo "link $(readlink "$profile")"
  echo "newest $(generations | head -n 1)"
  by_systemd || return 0
  for unit in $(failed_units); do echo "failing $(systemctl show --property=StateChangeTimestampMonotonic --value "$unit") $unit"; done
  looping_units | sed "s/^/failing 0 /"
}

# tell_rebuilt [WAIT]: how it stands afterwards, and whether the activation goes on, or another program holds the lock; with WAIT behind
# its end.
tell_rebuilt() {
  local holder
  if [ -n "${1-}" ]; then await_switch; fi
  if by_systemd && goes_on "$switch_unit.service"; then echo "goes-on $switch_unit"; fi
  if holder=$(lock_holder); then echo "held $holder"; fi
  tell_stand
  tell_facts
}

# await_switch: until the unit of an activation has ended.
await_switch() { while by_systemd && goes_on "$switch_unit.service"; do sleep 0.5; done; }

# mend_rebuild ACTION RUNS LINK NEWEST ACTIVATED SPECIALISATION: puts right what is half done, whichever program it was: what a switch has
# activated boots, too; and where nothing was ACTIVATED the profile is what it was, by its LINK. RUNS is what ran. Ends: where another
# deployment holds the lock.
mend_rebuild() {
  local base=""
  (umask 077 && mkdir -p /run/hey)
  exec 9>/run/hey/lock
  flock -w 60 9 || refuse_held
  await_switch
  if [ -n "$5" ]; then
    if [ "$1" = switch ] && base=$(base_of "$(readlink -e /run/current-system)" "$6"); then
      if [ "$(readlink -e "$profile")" != "$base" ]; then
        note_profile "$base" "$3" "$4" && set_profile "$base" new >&2 9>&- && write_menu_of "$base" >&2 9>&- || echo "unmended yes"
      elif menu_differs; then
        write_menu_of "$base" >&2 9>&- || echo "unmended yes"
      fi
    fi
  elif [ "$(readlink -e /run/current-system)" = "$2" ] && [ "$(readlink "$profile")" != "$3" ]; then
    case $3 in system-[0-9]*-link)
      note_profile "$(readlink -e "$profile")" "$3" "$4" && uncommit_profile >&2
      # Who holds the lock of NixOS now has kept the boot menu from being written.
      if lock_holder >/dev/null; then rm -f "$marker"; else boot_entry "$(readlink -e "$profile")" >&2 9>&- || echo "unmended yes"; fi
      ;;
    esac
  fi
  tell_rebuilt
}

# note_profile SYSTEM LINK NEWEST: as of a commit, in case of a power cut.
note_profile() { rm -f "$marker" && ln -s "rebuilt $1 $2 $3" "$marker"; }

# write_menu_of SYSTEM: it is what boots, with a new loader where that was asked for.
write_menu_of() {
  on_disk
  NIXOS_NO_CHECK=1 NIXOS_INSTALL_BOOTLOADER=$bootloader limited "$1/bin/switch-to-configuration" boot && menu_on_disk && rm -f "$marker"
}

# base_of SYSTEM SPECIALISATION: the system of which that one is the specialisation; itself where there is none. Fails where that is not
# certain.
base_of() {
  local each found=""
  if [ -z "$2" ]; then
    echo "$1"
  elif [ "$(readlink -e "$profile/specialisation/$2")" = "$1" ]; then
    readlink -e "$profile"
  else
    for each in $(nix-store --query --referrers "$1"); do
      if [ "$(readlink -e "$each/specialisation/$2")" = "$1" ]; then found="$found$each "; fi
    done
    case $found in "" | *" "?*) return 1 ;; esac
    echo "${found% }"
  fi
}
