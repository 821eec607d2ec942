# shellcheck disable=SC2154 # with deployment.sh before it
# Reboots this machine a second from now, so that this is still heard; $1 says who asks. With $2 "if-needed" only where what boots has
# other parts than what was booted.
need_root reboot
take_lock "$1"
echo "boot $(cat /proc/sys/kernel/random/boot_id)"
tell
if [ "$2" = if-needed ] && [ -z "$(compare /run/booted-system "$profile" reboot)" ]; then
  echo "unneeded yes"
elif by_systemd; then
  systemd-run --quiet --collect --no-ask-password --on-active=1s --timer-property=AccuracySec=100ms systemctl reboot 9>&- || refuse 1 "systemd did not take the reboot"
else
  setsid sh -c "sleep 1; exec /run/current-system/sw/bin/reboot" </dev/null >/dev/null 2>&1 9>&- &
fi
