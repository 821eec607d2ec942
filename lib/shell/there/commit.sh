# The last step of a guarded deployment: the system becomes what boots. And what puts right a commit or a trial boot that was cut short.

# on_disk: a power cut can leave the boot menu in two halves, and fsck empties what it finds so. Before the menu is written, the disk has all
# that tells of it and all that it boots. What tells of it goes only when the disk has the menu.
on_disk() { sync -f /nix/var/nix /nix/store; }

# menu_on_disk: the boot menu is.
menu_on_disk() { [ ! -d /boot ] || sync -f /boot; }

# commit_system SYSTEM: makes it what boots, as the deployment in $dir says. 1 where that failed.
commit_system() {
  local newest number
  newest=$(generations | head -n 1)
  number=$(readlink "$dir/generation")
  # A garbage collector may have deleted it meanwhile.
  if [ "$(readlink -e "$profile-$number-link")" != "$1" ]; then number=new; fi
  rm -f "$marker"
  ln -s "$id $1 $(readlink "$profile") $newest" "$marker" || return 1
  wait_for_lock
  set_profile "$1" "$number" || return 1
  on_disk || return 1
  write_boot_menu "$1" || return 1
  menu_on_disk || return 1
  # It boots now, whether or not that can be written down.
  rm -f "$marker" || :
}

# wait_for_lock: another program may hold the lock of NixOS for a moment, a minute at most.
wait_for_lock() {
  local waited
  waited=0
  while [ "$waited" -lt 60 ] && lock_holder >/dev/null; do
    sleep 1
    waited=$((waited + 1))
  done
}

# write_boot_menu SYSTEM: the boot loader boots it.
write_boot_menu() { NIXOS_INSTALL_BOOTLOADER=$(readlink "$dir/bootloader") limited "$1/bin/switch-to-configuration" boot; }

# uncommit: what the marker tells of is undone: the profile, and what boots.
uncommit() {
  if [ ! -L "$marker" ]; then return; fi
  uncommit_profile
  boot_entry "$(readlink -e "$profile")"
}

# uncommit_profile: the profile is again what it was before the commit that the marker tells of. A generation is deleted only if that commit
# made it.
uncommit_profile() {
  local marked newest before now
  marked=$(readlink "$marker") || return 0
  newest=${marked##* }
  before=${marked% *}
  before=${before##* }
  now=$(readlink "$profile")
  if [ "$now" = "$before" ]; then return; fi
  # A garbage collector may have deleted that generation meanwhile. What it was is kept as a root.
  if [ ! -e "$profile-$(number_of "$before")-link" ]; then restore_generation "$before"; fi
  limited nix-env -p "$profile" --switch-generation "$(number_of "$before")"
  if [ "$(number_of "$now")" -gt "$newest" ]; then limited nix-env -p "$profile" --delete-generations "$(number_of "$now")"; fi
}

# restore_generation LINK: makes the generation of that link anew, of what booted when the deployment that the marker tells of began.
restore_generation() {
  local kept
  kept=$(readlink -e "$roots/hey-$(readlink "$marker" | cut -d " " -f 1)-boots") || return 0
  case $1 in system-[0-9]*-link) ln -s "$kept" "${profile%system}$1" ;; esac
}

# boot_entry SYSTEM: the boot entry is its own; then the commit that the marker tells of is over, one way or the other.
boot_entry() {
  on_disk
  NIXOS_NO_CHECK=1 NIXOS_INSTALL_BOOTLOADER=0 limited "$1/bin/switch-to-configuration" boot && menu_on_disk && rm -f "$marker"
}

# end_trial: takes away what is left of a trial boot that is over: the entry, where that was not booted, and the generation, which is
# deleted only if it was made for it and nobody has taken it since. Then the boot menu is as it was.
end_trial() {
  local made
  disarm_trial || return 1
  if made=$(readlink "$trial/made") && [ "$(readlink "$profile")" != "system-$made-link" ] &&
    [ "$(readlink "$profile-$made-link")" = "$(readlink "$trial/new")" ]; then
    rm -f "$profile-$made-link"
  fi
  if [ -e "$(readlink -e "$profile")/bin/switch-to-configuration" ]; then boot_entry "$(readlink -e "$profile")" || return 1; fi
  forget_trial
}

# disarm_trial: what is tried is not what is booted once any more.
disarm_trial() {
  local entry
  entry=$(readlink "$trial/entry") || return 0
  if [ "$(entry_once)" = "$entry" ]; then boot_once "" || return 1; fi
}

# mend_all: puts right what a deployment that was cut short has left. Then nobody needs what it has kept from the garbage collector.
mend_all() {
  mend_commit
  # What armed it knows how to end it.
  if [ -L "$trial/id" ]; then sh "$trial/end"; fi
  unroot_lost
}

# mend_commit: a commit that was ended, by a power cut say, and belongs to nobody any more, is finished where its system runs, else undone, unless
# something else was deployed since.
mend_commit() {
  local marked committed before
  marked=$(readlink "$marker") || return 0
  committed=${marked#* }
  committed=${committed%% *}
  before=${marked% *}
  before=${before##* }
  case $(readlink -e "$profile") in
    "$committed") if [ "$(readlink -e /run/current-system)" = "$committed" ]; then boot_entry "$committed"; else uncommit; fi ;;
    *) if [ "$(readlink "$profile")" = "$before" ]; then uncommit; else rm -f "$marker"; fi ;;
  esac
}

# commit_apart ID [undo]: makes the confirmed deployment what boots; "undo" takes a commit that was cut back. Runs as its file "commit".
# Sets: id, dir. Ends: where it is over.
commit_apart() {
  local new said
  id=$1
  dir=/run/hey/$id
  exec 8<"$dir/commit"
  # Who only looks whether it runs holds the lock for a moment too; another one has done it when it lets go.
  flock -w 5 8 && [ -d "$dir" ] || exit 0
  new=$(readlink "$dir/new")
  disarm
  if [ "${2-}" = undo ]; then
    uncommit 8<&-
    said=uncommitted
  elif [ "$(readlink -e /run/current-system)" != "$new" ]; then
    # It was cut, and somebody has switched this machine since.
    mend_commit 8<&-
    said=uncommitted
  elif commit_system "$new" 8<&-; then
    said=committed
  else
    uncommit 8<&-
    said=uncommitted
  fi
  mv -T "$dir/confirmed" "$dir/$said"
  archive
}
