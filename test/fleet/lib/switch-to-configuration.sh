#!/bin/sh
# Stands in for NixOS's switch-to-configuration: its verbs, lock, order, words and statuses. Without systemd, sshd and the link are its units.
# The real one is nixpkgs' switch-to-configuration-ng: $program says whether it is that of 2026 (NixOS 26.05) or of September 2024 (before
# NixOS 24.11). That one has no checks before a switch, so no verb check and no NIXOS_NO_CHECK; it waits for the lock, and for the end of the
# boot; units of users don't count; and what it dies of is whichever error number was the last, as where the boot loader fails.
# 0 done; 1 checks or the boot loader failed, or no D-Bus; 2 the activation script failed; 4 a unit failed; 11 another program holds the
# lock; 100 another init, which only a boot brings.
# shellcheck disable=SC2154 # settings of the system
set -u
PATH=/run/wrappers/bin:/run/current-system/sw/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH

system=$(cd -P "$(dirname "$0")/.." && pwd)
# shellcheck source=/dev/null
. "$system/settings"
for part in services bus unit-changes units failed-units boot-menu; do
  # shellcheck source=/dev/null
  . "$system/lib/$part.sh"
done

# shellcheck disable=SC2194 # a setting
case ${1-}-$program in
switch-* | boot-* | test-* | dry-activate-* | check-2026) verb=$1 ;;
*)
  {
    if [ "$program" = 2026 ]; then
      echo "Usage: ${0##*/} [check|switch|boot|test|dry-activate]"
      echo "check:        run pre-switch checks and exit"
    else
      echo "Usage: ${0##*/} [switch|boot|test|dry-activate]"
    fi
    echo "switch:       make the configuration the boot default and activate now"
    echo "boot:         make the configuration the boot default"
    echo "test:         activate the configuration, but don't make it the boot default"
    echo "dry-activate: show what would be done if this configuration were activated"
    echo
  } >&2
  exit 1
  ;;
esac

mkdir -p /run/nixos
exec 9>>/run/nixos/switch-to-configuration.lock
if [ "$program" = 2024 ]; then
  flock 9
elif ! flock -n 9; then
  echo "Could not acquire lock" >&2
  exit 11
fi

environment=$(env | sed -n 's/^\(NIXOS_[A-Z_]*=.*\)/ \1/p' | sort | tr -d '\n')
read -r uptime _ </proc/uptime
echo "$uptime $verb $system$environment" >>/var/log/activations

if [ "$program" = 2026 ] && [ "${NIXOS_NO_CHECK-}" != 1 ]; then
  export verb
  if [ "$check_status" != 0 ] || ! sh -c "$check_script" pre-switch-check 9>&-; then
    echo "Pre-switch check 'knob' failed"
    echo "Pre-switch checks failed" >&2
    exit 1
  fi
fi
[ "$verb" != check ] || exit 0

case $verb in switch | boot)
  if [ "$boot_loader_status" != 0 ]; then
    echo "Failed to install bootloader" >&2
    if [ "$program" = 2024 ]; then exit 17; else exit 1; fi
  fi
  echo "updating the boot entry to $system"
  echo "$system" >/boot/default.new && sync /boot/default.new && mv -f /boot/default.new /boot/default || exit 1
  write_boot_menu || exit 1
  ;;
esac
# "Just in case the new configuration hangs the system, do a sync now."
[ "${NIXOS_NO_SYNC-}" = 1 ] || sync -f /nix/store
[ "$verb" != boot ] || exit "$status_boot"

before=$(readlink -e /run/current-system)
if [ "$init" != "$(sed -n "s/^init='\(.*\)'/\1/p" "$before/settings")" ]; then
  printf '%s\n' "Warning: the new NixOS configuration has an ‘init’ that is" "incompatible with the current configuration.  The new configuration" "won't take effect until you reboot the system." "" >&2
  exit 100
fi
open_bus
if [ "$program" = 2024 ] && [ -d /run/systemd/system ]; then
  while case $(systemctl is-system-running 9>&-) in running | degraded | maintenance) false ;; esac; do
    need_bus "Failed to get system state"
    sleep 0.5
  done
fi
list_changes
trap 'rm -rf "$lists"' EXIT
if [ "$verb" = dry-activate ]; then
  if [ -d /run/systemd/system ]; then
    would_units
  else
    echo "would activate the configuration..." >&2
    ! sshd_changed || echo "would restart the following units: sshd.service" >&2
  fi
  exit "$status_dry_activate"
fi

stop_units
echo "activating the configuration..." >&2
status=0
NIXOS_ACTION=$verb "$system/activate" || status=2
[ "$status" = 0 ] || echo "Failed to run activate script" >&2
by_activation activation
if [ "$hang" = units ]; then sleep infinity; fi
if [ -d /run/systemd/system ]; then
  settle_units "$before" || status=4
else
  settle || status=4
  reload_users || status=4
  [ -z "$unit_journal" ] || { fail_unit; status=4; }
fi
[ "$verb" = test ] && wanted=$status_test || wanted=$status_switch
[ "$wanted" = 0 ] || status=$wanted
exit "$status"
