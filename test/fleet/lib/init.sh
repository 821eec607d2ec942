#!/bin/sh
# Stands in for NixOS's stage 2: PID 1 of a host that boots this system. $1: plain or systemd.
set -u
PATH=/usr/sbin:/usr/bin:/sbin:/bin
export PATH
system=$(cd -P "$(dirname "$0")" && pwd)
# shellcheck source=/dev/null
. "$system/settings"
# shellcheck source=test/fleet/lib/services.sh
. "$system/lib/services.sh"

mkdir -p /run/nixos
ln -sfn "$system" /run/booted-system
verb=boot "$system/activate"
read -r boot_id </proc/sys/kernel/random/boot_id
echo "$boot_id $system" >>/var/log/boots

if [ "$1" = systemd ]; then
  settle_link
  cp "$system/etc/ssh/sshd_config" /run/sshd.config
  exec env container=lab /lib/systemd/systemd --system --log-target=console --show-status=0
fi

# The statuses are those of a PID 1 that the kernel ends for reboot(2): SIGHUP to restart, SIGINT to power off.
shut_down() {
  kill -s TERM -- -1
  sleep 0.3
  exit "$1"
}
trap 'shut_down 129' HUP
trap 'shut_down 130' INT

settle
# Waiting for a child that never ends also reaps the orphans that PID 1 inherits.
while :; do
  sleep infinity &
  wait
done
