#!/bin/sh
# Stands in for NixOS's activation script: /etc, the demo secret (agenix's job), /run/current-system.
# As in NixOS, NIXOS_ACTION is switch or test; there is none when PID 1 runs it.
# 2 when a part of it failed; the rest is done all the same, as in NixOS.
# shellcheck disable=SC2154 # settings of the system
set -u
PATH=/run/current-system/sw/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH
export verb="${NIXOS_ACTION:-boot}"
system=$(cd -P "$(dirname "$0")" && pwd)
# shellcheck source=/dev/null
. "$system/settings"
status=0

replace_link() {
  ln -sfn "$1" "$2.new" && mv -fT "$2.new" "$2"
}

# enable_unit UNIT on|off [TARGET [requires]]: whether systemd starts it at boot
enable_unit() {
  wants=/etc/systemd/system/${3-multi-user.target}.${4-wants}
  mkdir -p "$wants"
  replace_link "/etc/static/systemd/system/$1" "/etc/systemd/system/$1"
  if [ "$2" = on ]; then
    replace_link "../$1" "$wants/$1"
  else
    rm -f "$wants/$1"
  fi
}

decrypt() {
  mkdir -p /run/agenix
  rm -f /run/agenix/demo
  set --
  for identity in $identity_paths; do
    [ ! -r "$identity" ] || set -- "$@" -i "$identity"
  done
  if [ $# = 0 ]; then
    echo "[agenix] WARNING: no readable identities found!" >&2
    return 1
  fi
  if ! (umask 377 && age -d "$@" -o /run/agenix/.demo "$secret"); then
    rm -f /run/agenix/.demo
    echo "[agenix] WARNING: demo could not be decrypted with any of: $identity_paths" >&2
    return 1
  fi
  mv -f /run/agenix/.demo /run/agenix/demo
}

echo "setting up /etc..."
replace_link "$system/etc" /etc/static
for file in ssh/sshd_config motd hostname os-release; do replace_link "/etc/static/$file" "/etc/$file"; done
hostname "$host_name"
enable_unit sshd.service "$sshd"
enable_unit agenix-install-secrets.service "$secret_unit"
enable_unit hey-trial.service "$trial_boot" "$trial_wanted_by"
enable_unit boot-hang.service "$boot_hang" sysinit.target
enable_unit mnt-missing.mount "$mount_fails" local-fs.target requires
# systemd's own directory has the one that works.
if [ "$dbus" = broken ]; then replace_link /etc/static/systemd/system/dbus.service /etc/systemd/system/dbus.service; else rm -f /etc/systemd/system/dbus.service; fi

if [ -n "$secret" ]; then
  decrypt || status=$secret_status
fi

if [ -n "$activation_script" ]; then
  sh -c "$activation_script" activation-script || {
    echo "Activation script snippet 'knob' failed ($?)" >&2
    status=2
  }
fi
if [ "$hang" = activate ]; then sleep infinity; fi

replace_link "$system" /run/current-system
exit "$status"
