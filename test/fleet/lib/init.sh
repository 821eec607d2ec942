#!/bin/sh
# Stands in for NixOS's stage 2: PID 1 of a host that boots this system. $1: plain or systemd, or machine: a real one (test/vm).
set -u
PATH=/usr/sbin:/usr/bin:/sbin:/bin
export PATH
system=$(cd -P "$(dirname "$0")" && pwd)
# shellcheck source=/dev/null
. "$system/settings"
# shellcheck source=test/fleet/lib/services.sh
. "$system/lib/services.sh"
# shellcheck source=test/fleet/lib/pid1.sh
. "$system/lib/pid1.sh"

mkdir -p /run/nixos
ln -sfn "$system" /run/booted-system
"$system/activate"
read -r boot_id </proc/sys/kernel/random/boot_id
echo "$boot_id $system" >>/var/log/boots

make_host_key
if [ "$1" = plain ]; then
  settle
else
  settle_link
fi
live "$1"
