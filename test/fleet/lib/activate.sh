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

# link_units: systemd finds what this system has, and no more what another one had. The rest of that directory is the lab's.
link_units() {
  for unit in /etc/systemd/system/* /etc/systemd/system/*.wants/* /etc/systemd/system/*.requires/*; do
    case $(readlink "$unit") in /etc/static/*) [ -e "/etc/static/${unit#/etc/}" ] || rm -f "$unit" ;; esac
  done
  for unit in "$system"/etc/systemd/system/*; do
    if [ ! -d "$unit" ]; then
      replace_link "/etc/static/systemd/system/${unit##*/}" "/etc/systemd/system/${unit##*/}"
      continue
    fi
    mkdir -p "/etc/systemd/system/${unit##*/}"
    for wanted in "$unit"/*; do replace_link "/etc/static/systemd/system/${wanted#"$system/etc/systemd/system/"}" "/etc/systemd/system/${wanted#"$system/etc/systemd/system/"}"; done
  done
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
link_units
if [ -n "$login" ]; then
  # shellcheck source=/dev/null
  . "$system/lib/login.sh"
  set_up_logins || status=2
fi

if [ -n "$secret" ]; then
  decrypt || status=$secret_status
fi

if [ -n "$activation_script" ]; then
  sh -c "$activation_script" activation-script || {
    echo "Activation script snippet 'knob' failed ($?)" >&2
    status=2
  }
fi
if [ "$dbus" = stopped ] && [ "$verb" != boot ]; then systemctl stop dbus.socket dbus.service; fi
if [ "$hang" = activate ]; then sleep infinity; fi

replace_link "$system" /run/current-system
exit "$status"
