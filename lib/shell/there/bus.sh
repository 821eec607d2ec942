# D-Bus, without which the program of NixOS that activates a system refuses to.

# bus_answers: whether it is there.
bus_answers() { timeout 25 busctl call org.freedesktop.DBus /org/freedesktop/DBus org.freedesktop.DBus GetId >/dev/null 2>&1; }

# restore_bus OLD NEW: starts the D-Bus of the old system in place of that of the new one, over the socket that systemd has for itself. What has
# stopped it may be in what the new system has put into /etc: a file system that can not be mounted, say.
restore_bus() {
  echo "hey: D-Bus does not answer, and is started anew"
  (
    if flock -n 7; then renew_bus "$1" "$2"; fi
  ) 7>>"$nixos_lock"
}

# renew_bus OLD NEW: under that lock.
renew_bus() {
  NIXOS_ACTION="test" limited "$1/activate" 7>&- 8<&-
  # At once: what runs is of the new system still, and whoever takes this up again goes by that link.
  relink /run/current-system "$2"
  systemctl daemon-reload
  systemctl reset-failed dbus.socket dbus.service dbus-broker.service 2>/dev/null
  systemctl start --no-block default.target
  timeout 60 systemctl start dbus.socket dbus.service
  # What an activation that was cut short has left to the next one.
  sed -i "/^dbus/d" /run/nixos/start-list /run/nixos/restart-list 2>/dev/null
  # Only /etc is that of the old system now. What still runs is of the new one, and the program finds that out by the /etc of that.
  if [ -L /etc/static ]; then
    if mix_etc "$1" "$2" "/run/hey-mixed-$id"; then relink /etc/static "/run/hey-mixed-$id"; else relink /etc/static "$2/etc"; fi
  fi
}

# mix_etc OLD NEW DIRECTORY: makes that, for all users to read: the /etc of the new system, but with the D-Bus of the old one, which runs
# already. The program must not find that changed: one that restarts D-Bus loses it.
mix_etc() {
  local file at
  rm -rf "$3"
  (umask 022 && mkdir -p "$3/systemd/system") || return 1
  for file in "$2"/etc/* "$2"/etc/systemd/* "$2"/etc/systemd/system/* "$1"/etc/systemd/system/dbus*; do
    case $file in
      "$2/etc/systemd" | "$2/etc/systemd/system" | "$2"/etc/systemd/system/dbus*) continue ;;
      "$2"/*) at=${file#"$2/etc/"} ;;
      *) at=${file#"$1/etc/"} ;;
    esac
    if [ -e "$file" ] || [ -L "$file" ]; then ln -s "$file" "$3/$at" || return 1; fi
  done
}

# relink LINK TARGET: in one moment.
relink() { ln -sfn "$2" "$1.hey" && mv -T "$1.hey" "$1"; }
