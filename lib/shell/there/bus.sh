# shellcheck shell=sh
# shellcheck disable=SC2154 # with deployment.sh before it and rollback.sh behind it
# D-Bus, without which the program of NixOS that activates a system refuses to.
bus_answers() { timeout 25 busctl call org.freedesktop.DBus /org/freedesktop/DBus org.freedesktop.DBus GetId >/dev/null 2>&1; }
# Starts the D-Bus of the old system $prev in place of that of the system $new, over the socket that systemd has for itself. What has
# stopped it may be in what the new system has put into /etc: a file system that can not be mounted, say.
restore_bus() {
  echo "hey: D-Bus does not answer, and is started anew"
  (
    flock -n 7 || exit 0
    NIXOS_ACTION="test" limited "$prev/activate" 7>&- 8<&-
    # At once: what runs is of the new system still, and whoever takes this up again goes by that link.
    again /run/current-system "$new"
    systemctl daemon-reload
    systemctl reset-failed dbus.socket dbus.service dbus-broker.service 2>/dev/null
    systemctl start --no-block default.target
    timeout 60 systemctl start dbus.socket dbus.service
    # What an activation that was cut short has left to the next one.
    sed -i "/^dbus/d" /run/nixos/start-list /run/nixos/restart-list 2>/dev/null
    # Only /etc is that of the old system now. What still runs is of the new one, and the program finds that out by the /etc of that.
    if [ -L /etc/static ]; then
      if etc_of_new "$mixed"; then again /etc/static "$mixed"; else again /etc/static "$new/etc"; fi
    fi
  ) 7>>"$nixos_lock"
}
# Makes the directory $1: the /etc of the new system, but with the D-Bus of the old one, which runs already. The program must not find
# that changed: one that restarts D-Bus loses it.
etc_of_new() {
  rm -rf "$1"
  (umask 022 && mkdir -p "$1/systemd/system") || return 1
  for file in "$new"/etc/* "$new"/etc/systemd/* "$new"/etc/systemd/system/* "$prev"/etc/systemd/system/dbus*; do
    case $file in
      "$new/etc/systemd" | "$new/etc/systemd/system" | "$new"/etc/systemd/system/dbus*) continue ;;
      "$new"/*) at=${file#"$new/etc/"} ;;
      *) at=${file#"$prev/etc/"} ;;
    esac
    if [ -e "$file" ] || [ -L "$file" ]; then ln -s "$file" "$1/$at" || return 1; fi
  done
}
# again LINK TARGET
again() { ln -sfn "$2" "$1.hey" && mv -T "$1.hey" "$1"; }
