# shellcheck shell=sh
# Under systemd the real program does everything over one connection to D-Bus, and ends when it loses that: also where D-Bus is back at once.
# Only while it waits for jobs it does not look, and waits for ever then. Sourced.

bus_id() { timeout 25 busctl call org.freedesktop.DBus /org/freedesktop/DBus org.freedesktop.DBus GetId 2>&1 9>&-; }

# fail_with WHAT WHY: as the real one says it.
fail_with() {
  printf '%s\n' "Error: $1" "" "Caused by:" "    $2" >&2
  exit 1
}

# open_bus: sets connection
open_bus() {
  [ -d /run/systemd/system ] || return 0
  connection=$(bus_id) || fail_with "Failed to open dbus connection" "$connection"
}

# need_bus WHAT: the connection is still there.
need_bus() {
  [ -d /run/systemd/system ] || return 0
  [ "$(bus_id)" = "$connection" ] || fail_with "$1" "Connection was disconnected before a reply was received"
}

# need_bus_for_jobs: likewise, where it waits for jobs.
need_bus_for_jobs() {
  [ ! -d /run/systemd/system ] || [ "$(bus_id)" = "$connection" ] || exec sleep infinity
}
