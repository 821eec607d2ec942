# shellcheck shell=sh
# shellcheck disable=SC2154,SC2016 # settings of the system; a script for the unit
# What failed in an activation, named and shown as the real program does it. Sourced.

# tell_failed: units that have failed, or that systemd is about to start again as they have; and the new ones that run.
tell_failed() {
  systemctl list-units --plain --no-legend --full --state=failed 9>&- | sed 's/ .*//' >"$lists/failed"
  systemctl list-units --plain --no-legend --full --state=auto-restart 9>&- | while read -r unit _; do
    case $unit-$(systemctl show --property=ExecMainStatus --value "$unit" 9>&-) in *.service-0) ;; *) echo "$unit" >>"$lists/failed" ;; esac
  done
  systemctl list-units --plain --no-legend --full --state=active 9>&- | sed 's/ .*//; /[.]scope$/d' | grep -vxFf "$lists/active" >"$lists/new"
  tell new "the following new units were started"
  [ -s "$lists/failed" ] || return 0
  tell failed "warning: the following units failed"
  xargs systemctl status --no-pager --full <"$lists/failed" >&2 9>&-
  return 1
}

# reload_users: those of 2026 count what fails there.
reload_users() {
  [ -n "$failing_user" ] || return 0
  echo "reloading user units for root..." >&2
  if [ "$failing_user" = bus ]; then
    printf '%s\n' "Error: Failed to open dbus connection" "" "Caused by:" "    Failed to connect to socket /run/user/0/bus: No such file or directory" >&2
  else
    printf '%s\n' "Failed to restart user unit theirs.service" >&2
    [ "$program" = 2024 ] || echo "warning: the following user units failed: theirs.service" >&2
  fi
  [ "$program" != 2024 ] || return 0
  echo "warning: user activation for root failed" >&2
  return 1
}

# fail_unit: a unit that fails in the activation, with the lines of $unit_journal in its command line and its journal.
fail_unit() {
  if [ -d /run/systemd/system ]; then
    systemctl reset-failed talker.service 2>/dev/null
    systemd-run --quiet --wait --unit=talker.service sh -c 'printf "%s\n" "$1"; sleep 0.3; exit 1' sh "$unit_journal" 9>&-
    return
  fi
  echo "warning: the following units failed: talker.service" >&2
  # A line feed in a command line is shown as it is.
  printf '%s\n' "× talker.service - /bin/sh -c $unit_journal" "     Loaded: loaded (/run/systemd/transient/talker.service; transient)" \
    "     Active: failed (Result: exit-code) since Thu 2026-01-01 12:00:00 UTC; 20ms ago" \
    "    Process: 4711 ExecStart=/bin/sh -c echo $unit_journal (code=exited, status=1/FAILURE)" "" >&2
  printf '%s\n' "$unit_journal" | sed 's/^/Jan 01 12:00:00 host talker[4711]: /' >&2
}
