# shellcheck shell=sh
# shellcheck disable=SC2154,SC2016 # settings of the system; a script for the unit
# A unit that fails in the activation, with the lines of $unit_journal in its command line and its journal: named and shown as
# switch-to-configuration does it.
fail_unit() {
  if [ -d /run/systemd/system ]; then
    systemctl reset-failed talker.service 2>/dev/null
    systemd-run --quiet --wait --unit=talker.service sh -c 'printf "%s\n" "$1"; sleep 0.3; exit 1' sh "$unit_journal" 9>&-
  fi
  echo "warning: the following units failed: talker.service" >&2
  if [ -d /run/systemd/system ]; then
    systemctl status --no-pager --full talker.service >&2
  else
    # A line feed in a command line is shown as it is.
    printf '%s\n' "× talker.service - /bin/sh -c $unit_journal" "     Loaded: loaded (/run/systemd/transient/talker.service; transient)" \
      "     Active: failed (Result: exit-code) since Thu 2026-01-01 12:00:00 UTC; 20ms ago" \
      "    Process: 4711 ExecStart=/bin/sh -c echo $unit_journal (code=exited, status=1/FAILURE)" "" >&2
    printf '%s\n' "$unit_journal" | sed 's/^/Jan 01 12:00:00 host talker[4711]: /' >&2
  fi
}
