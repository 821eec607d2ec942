#!/bin/sh
# Stands in for NixOS's switch-to-configuration: its verbs, lock, order, words and statuses, with sshd and the link as the only units.
# The real one is nixpkgs' switch-to-configuration-ng. Of September 2024 are its words about D-Bus; of 2026 are the verb check and a
# lock that does not block (its status is the error number of that, 11).
# 0 done; 1 checks or the boot loader failed, or no D-Bus; 2 the activation script failed; 4 a unit failed; 11 another program holds the
# lock; 100 another init, which only a boot brings.
# shellcheck disable=SC2154 # settings of the system
set -u
PATH=/run/wrappers/bin:/run/current-system/sw/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH

# Under systemd the real one does everything by way of D-Bus, and ends when it loses that.
need_bus() {
  [ -d /run/systemd/system ] || return 0
  said=$(timeout 25 busctl call org.freedesktop.DBus /org/freedesktop/DBus org.freedesktop.DBus GetId 2>&1 >/dev/null 9>&-) && return
  printf '%s\n' "Error: $1" "" "Caused by:" "    $said" >&2
  exit 1
}

system=$(cd -P "$(dirname "$0")/.." && pwd)
# shellcheck source=/dev/null
. "$system/settings"
# shellcheck source=test/fleet/lib/services.sh
. "$system/lib/services.sh"
# shellcheck source=test/fleet/lib/failed-unit.sh
. "$system/lib/failed-unit.sh"
# shellcheck source=test/fleet/lib/boot-menu.sh
. "$system/lib/boot-menu.sh"

# shellcheck disable=SC2194 # a setting
case ${1-}-$has_check in
switch-* | boot-* | test-* | dry-activate-* | check-yes) verb=$1 ;;
*)
  verbs="switch|boot|test|dry-activate"
  [ "$has_check" != yes ] || verbs="check|$verbs"
  echo "Usage: $0 [$verbs]" >&2
  exit 1
  ;;
esac

mkdir -p /run/nixos
exec 9>/run/nixos/switch-to-configuration.lock
if ! flock -n 9; then
  echo "Could not acquire lock" >&2
  exit 11
fi

environment=$(env | sed -n 's/^\(NIXOS_[A-Z_]*=.*\)/ \1/p' | sort | tr -d '\n')
read -r uptime _ </proc/uptime
echo "$uptime $verb $system$environment" >>/var/log/activations

if [ "${NIXOS_NO_CHECK-}" != 1 ]; then
  export verb
  if [ "$check_status" != 0 ] || ! sh -c "$check_script" pre-switch-check 9>&-; then
    echo "Pre-switch check 'knob' failed" >&2
    exit 1
  fi
fi
[ "$verb" != check ] || exit 0

if [ "$verb" = dry-activate ]; then
  need_bus "Failed to open dbus connection"
  echo "would activate the configuration..."
  sshd_changed && echo "would restart the following units: sshd.service"
  exit "$status_dry_activate"
fi

if [ "$verb" != test ]; then
  if [ "$boot_loader_status" != 0 ]; then
    echo "Failed to install bootloader" >&2
    exit 1
  fi
  echo "updating the boot entry to $system"
  echo "$system" >/boot/default.new && sync /boot/default.new && mv -f /boot/default.new /boot/default || exit 1
  write_boot_menu || exit 1
fi
# "Just in case the new configuration hangs the system, do a sync now."
sync -f /nix/store
[ "$verb" != boot ] || exit "$status_boot"

if [ "$init" != "$(sed -n "s/^init='\(.*\)'/\1/p" /run/current-system/settings)" ]; then
  echo "Warning: the new NixOS configuration has an ‘init’ that is incompatible with the current configuration. The new configuration won't take effect until you reboot the system." >&2
  exit 100
fi
need_bus "Failed to open dbus connection"
sshd_declared=$(cat /etc/static/ssh/sshd_config)
echo "activating the configuration..."
status=0
NIXOS_ACTION=$verb "$system/activate" || status=$?
if [ "$hang" = units ]; then sleep infinity; fi
need_bus "Failed to list systemd units"
settle || status=4
need_bus "Failed to list systemd units"
if [ -n "$unit_journal" ]; then
  fail_unit
  status=4
fi
[ "$verb" = test ] && wanted=$status_test || wanted=$status_switch
[ "$wanted" = 0 ] || status=$wanted
[ "$status" = 0 ] || echo "warning: switching to $system ended with status $status" >&2
exit "$status"
