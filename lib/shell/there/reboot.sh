# A reboot of this machine.

# reboot_inhibitors: the programs that want no reboot now, a line each: who, its process, and why. Nothing where logind does not say.
reboot_inhibitors() {
  local listed
  listed=$(timeout 20 busctl --json=short call org.freedesktop.login1 /org/freedesktop/login1 org.freedesktop.login1.Manager ListInhibitors 2>/dev/null) ||
    return 0
  # Each is "WHAT","WHO","WHY","MODE",UID,PID.
  printf "%s\n" "$listed" | sed "s/\],\[/\n/g" |
    sed -nE "s/^.*\"([a-z-]+:)*shutdown(:[a-z-]+)*\",\"(.*)\",\"(.*)\",\"block\",[0-9]+,([0-9]+).*/\3 (process \5): \4/p"
}

# refuse_inhibited. Ends: where a program wants no reboot now, unless $force says so. Until systemd 257 root reboots over it without a word, and
# from then on systemd refuses it when nobody hears that any more.
refuse_inhibited() {
  local some
  if [ "$force" = yes ] || ! by_systemd; then return 0; fi
  some=$(reboot_inhibitors | paste -s -d ";" - | sed "s/;/; /g")
  if [ -n "$some" ]; then refuse 1 "a program there wants no reboot now: $some. Wait for its end, or type the same line with --force"; fi
}

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
    refuse_inhibited
    systemd-run --quiet --collect --no-ask-password --on-active=1s --timer-property=AccuracySec=100ms systemctl reboot -i 9>&- || refuse 1 "systemd did not take the reboot"
  else
    setsid sh -c "sleep 1; exec /run/current-system/sw/bin/reboot" </dev/null >/dev/null 2>&1 9>&- &
  fi
}
