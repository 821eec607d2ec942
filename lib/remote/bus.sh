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
    systemctl daemon-reload
    systemctl reset-failed dbus.socket dbus.service dbus-broker.service 2>/dev/null
    systemctl start --no-block default.target
    timeout 60 systemctl start dbus.socket dbus.service
    # Only /etc is that of the old system now. What still runs is of the new one, and its program finds that out by the /etc of that.
    if [ -L /etc/static ]; then again /etc/static "$new/etc"; fi
    again /run/current-system "$new"
  ) 7>>"$nixos_lock"
}
# again LINK TARGET
again() { ln -sfn "$2" "$1.hey" && mv -T "$1.hey" "$1"; }
