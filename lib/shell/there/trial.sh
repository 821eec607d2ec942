# A trial boot: the target boots the system once, and leaves the old one as what boots by default. Unless it is confirmed within so many
# seconds of that boot the unit of nixos/trial-boot.nix in it reboots.

# note_trial NAME VALUE. Ends: where that can not be written.
note_trial() { ln -s "$2" "$trial.new/$1" || not_armed "the disk can not be written to (is it full?)"; }

# end_trial_arming: takes away what was begun, unless it is armed.
end_trial_arming() {
  rm -f /run/hey/holder
  rm -rf "$trial.new"
  if [ -z "$armed" ] && [ -L "$trial/id" ]; then end_trial >&2; fi
}

# arm_trial: boots $system once, as the deployment $id, and leaves the old one as what boots by default. Sets: armed.
# Ends: where it can not, or may not.
arm_trial() {
  local number boot entry
  take_lock refuse_other
  refuse_switching
  mend_all >&2
  refuse_changed
  if [ -x "$system/bin/switch-to-configuration" ]; then :; else refuse 1 "$system did not arrive"; fi
  if [ -e "$system/etc/systemd/system/hey-trial.service" ]; then :; else refuse 1 "a trial boot needs a unit in $system that ends it; import nixos/trial-boot.nix of hey there"; fi
  if [ -x "$boots/bin/switch-to-configuration" ]; then :; else refuse 1 "what boots there can not be gone back to: $boots has no bin/switch-to-configuration"; fi
  if [ "$boots" = "$system" ]; then refuse 1 "$system boots by default already, so that no boot of it would go back; reboot it without --guard"; fi
  refuse_inhibited
  can_try
  number=$generation
  if [ "$number" = new ]; then number=$(($(generations | head -n 1) + 1)); fi
  armed=
  trap end_trial_arming EXIT
  trap "exit 129" HUP
  trap "exit 143" TERM
  # Who has lost the connection hears no more of it; what was begun is ended.
  trap "" PIPE
  umask 077
  read -r boot </proc/sys/kernel/random/boot_id
  rm -rf "$trial.new"
  mkdir "$trial.new"
  note_trial trial yes
  note_trial id "$id"
  note_trial boot "$boot"
  note_trial by "$held_by"
  note_trial prev "$boots"
  note_trial new "$system"
  note_trial seconds "$seconds"
  note_trial on-unit-failure "$on_unit_failure"
  note_trial generation "$number"
  if [ "$generation" = new ]; then note_trial made "$number"; fi
  note_trial bootloader "$bootloader"
  note_trial started yes
  note_trial status 0
  if finishing; then note_trial never-ends yes; fi
  if stored commit_apart "$id" "\"\${2-}\"" >"$trial.new/commit" && stored end_trial >"$trial.new/end" && failed_units >"$trial.new/failed" && : >"$trial.new/restarts" && mv -T "$trial.new" "$trial"; then :; else
    not_armed "the disk can not be written to (is it full?)"
  fi
  # A garbage collector that deletes old generations deletes this one too, as it is not the current one.
  if root new "$system" && root prev "$boots"; then :; else not_armed "the disk can not be written to (is it full?)"; fi
  # As nix makes a generation, but without the moment in which the profile is the new system.
  if [ "$generation" = new ]; then ln -s "$system" "$profile-$number-link" || not_armed "generation $number could not be made"; fi
  on_disk || not_armed "the disk can not be written to (is it full?)"
  NIXOS_NO_CHECK=1 NIXOS_INSTALL_BOOTLOADER=0 limited "$boots/bin/switch-to-configuration" boot >&2 || not_armed "the boot menu could not be written (is /boot full?)"
  boots_by_default "$boots" || not_armed "the boot menu does not boot $boots by default, which is what must come back (generations that NixOS lists in it, or a default of your own)"
  entry=$(entry_of "$system")
  [ -n "$entry" ] || not_armed "the boot menu has no entry for generation $number (how many does NixOS list in it?)"
  ln -s "$entry" "$trial/entry"
  # Before the boot loader knows: a boot of it without that note would stay.
  sync -f "$trial"
  boot_once "$entry" >&2 || not_armed "the boot loader did not take the entry $entry"
  [ "$(entry_once)" = "$entry" ] || not_armed "the boot loader has not kept the entry $entry"
  sync -f /boot
  ln -s "$(seconds_up)" "$trial/told" || not_armed "the disk can not be written to (is it full?)"
  echo "boot $boot"
  echo "prev $boots"
  tell_facts
  systemd-run --quiet --collect --no-ask-password --unit="hey-reboot-$id" --on-active=2s --timer-property=AccuracySec=100ms systemctl reboot -i 9>&- || not_armed "systemd did not take the reboot"
  armed=yes
}
