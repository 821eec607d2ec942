# A reboot of this machine.

# reboot_soon WHEN: a second from now, so that this is still heard; with "if-needed" only where what boots has other parts than what was
# booted. A boot menu in two halves, or of another system than the profile, is written anew before. Ends: where that may not be, or can not.
reboot_soon() {
  need_root reboot
  take_lock
  mend_all >&2
  if unmended; then refuse 1 "what was cut short there can not be mended (is /boot full?), and the boot menu may be in two halves: a reboot might not come back"; fi
  if menu_differs && ! boot_entry "$(readlink -e "$profile")" >&2; then refuse 1 "its boot menu does not boot its profile, and could not be written anew (is /boot full?)"; fi
  echo "boot $(cat /proc/sys/kernel/random/boot_id)"
  tell_facts
  if [ "$1" = if-needed ] && [ -z "$(compare /run/booted-system "$profile" reboot)" ]; then
    echo "unneeded yes"
  elif by_systemd; then
    systemd-run --quiet --collect --no-ask-password --on-active=1s --timer-property=AccuracySec=100ms systemctl reboot 9>&- || refuse 1 "systemd did not take the reboot"
  else
    setsid sh -c "sleep 1; exec /run/current-system/sw/bin/reboot" </dev/null >/dev/null 2>&1 9>&- &
  fi
}
