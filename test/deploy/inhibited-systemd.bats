#!/usr/bin/env bats
# A program on the host wants no reboot now (an inhibitor of systemd's logind): said with whose and why, and --force gets past it.
# lab: --init systemd --hosts vps-ultraman

load words
load unguarded

setup_file() { lab_only; }
setup() {
  unguarded_setup
  lab host $host systemd-run --quiet --unit=upgrade systemd-inhibit --what=shutdown:sleep --who="the upgrade" --why="a database, moves" --mode=block sleep 600
  lab host $host systemd-run --quiet --unit=delayer systemd-inhibit --what=shutdown --who="delayer" --why="a moment" --mode=delay sleep 600
  until_there 20 eval 'lab host $host systemd-inhibit --list --no-pager | grep -q "the upgrade"'
}
teardown() {
  [ -z "${LAB-}" ] || lab host $host systemctl stop upgrade delayer 2>/dev/null || :
  unguarded_teardown
}
reboot() { "$SCRIPTS/ops-reboot.ts" $host $target "$@"; }

@test "reboot: refused with whose inhibitor and why, and --force reboots; what only delays it is no reason" {
  local before
  before=$(boot_id)
  run reboot
  echo "$output"
  [ "$status" = 1 ]
  [[ ${lines[-1]} == "ops-reboot: a program there wants no reboot now: the upgrade (process "*"): a database, moves. Wait for its end, or type the same line with --force; root@$target was not rebooted (status 1)" ]]
  [[ $output != *delayer* ]]
  [ "$(boot_id)" = "$before" ]
  run reboot --if-needed
  [ "$status" = 0 ]
  [ "$(boot_id)" = "$before" ]
  run reboot --force
  echo "$output"
  [ "$status" = 0 ]
  [ "$(boot_id)" != "$before" ]
}

@test "a deployment with --reboot: it is deployed, and said not to be rebooted, and why" {
  local before
  before=$(boot_id)
  run deploy --boot --reboot
  echo "$output"
  [ "$status" = 1 ]
  [[ ${lines[-1]} == *"a program there wants no reboot now: the upgrade ("*" was not rebooted (status 1)" ]]
  [ "$(boot_id) $(profile)" = "$before $(built)" ]
  lab host $host systemctl stop upgrade
  run reboot
  echo "$output"
  [ "$status" = 0 ]
  [ "$(running)" = "$(built)" ]
}
