#!/usr/bin/env bats
# Deployments without a guard, on hosts with a real systemd: what is said where something goes wrong, and lock-outs.
# lab: --init systemd --hosts vps-ultraman

load words
load unguarded

setup_file() { lab_only; }
setup() { unguarded_setup; }
teardown() { unguarded_teardown; }

unit=nixos-rebuild-switch-to-configuration

@test "an activation whose unit is ended, by TERM, KILL or a stop, is said to have been cut, and is not done" {
  for how in "kill -s TERM $unit" "kill -s KILL $unit" "stop --no-block $unit" "kill --kill-who=main -s TERM $unit"; do
    lab knobs $host "{\"marker\": \"$how\", \"activationScript\": \"systemctl $how; sleep 5\"}"
    run deploy
    echo "$output"
    [ "$status" = 1 ]
    [[ ${lines[-1]} == *"the activation was cut before its end (status 1); root@$target runs $old, boots $(built)."* ]]
    [ -z "$(leftovers)" ]
  done
}

@test "nobody is there any more when the activation begins: it comes to its end all the same, and what runs boots" {
  lab knobs $host '{"marker": "nobody", "activationScript": "sleep 2"}'
  # Where nix-env has set the profile.
  lab host $host sh -c 'mkdir -p /run/wrappers/bin && printf "#!/bin/sh\n/usr/bin/nix-env \"\$@\"\n: >/run/at\nsleep 3\n" >/run/wrappers/bin/nix-env && chmod 755 /run/wrappers/bin/nix-env'
  setsid "$SCRIPTS/ops-deploy.ts" $host $target --backend nix </dev/null >/dev/null 2>&1 3>&- &
  group=$!
  until_there 20 lab host $host test -e /run/at
  kill -KILL -- -$group
  pkill -KILL -x ssh || :
  lab host $host rm -f /run/wrappers/bin/nix-env /run/at
  until_there 20 eval '[ "$(running)" = "$(built)" ] && [ -z "$(left_there)" ]'
  [ "$(running) $(profile) $(next_boot)" = "$(built) $(built) $(built)" ]
  [ -z "$(lab host $host find /nix/var/nix -maxdepth 1 -name hey-commit)" ]
}

@test "D-Bus starts again in the activation, and the program of NixOS dies of that: its end is waited for, and said" {
  lab knobs $host '{"marker": "bus", "activationScript": "systemctl restart dbus.service; sleep 3"}'
  run deploy
  echo "$output"
  [ "$status" = 1 ]
  [[ $output == *"Error: Failed to reset failed units"*"Connection was disconnected before a reply was received"* ]]
  [[ ${lines[-1]} == *"the activation failed (status 1); root@$target runs $(built), boots $(built)."* ]]
}

@test "D-Bus goes, and the activation is cut" {
  lab knobs $host "{\"marker\": \"no bus\", \"activationScript\": \"systemctl stop dbus.socket dbus.service; sleep 2; systemctl kill -s KILL $unit\"}"
  run deploy
  lab host $host systemctl start dbus.socket dbus.service
  echo "$output"
  [ "$status" = 1 ]
  [[ ${lines[-1]} == *"the activation was cut before its end (status 1); root@$target runs $old, boots $(built)."* ]]
}

@test "emergency mode in the activation: sshd is gone, and it is a lock-out" {
  lab knobs $host '{"marker": "emergency", "activationScript": "systemctl start --job-mode=replace-irreversibly --no-block emergency.target; sleep 5"}'
  run deploy
  locked_out "Connection refused"
  by_power_cut
}

@test "the unit's name is taken by somebody's activation: 13, before anything is changed" {
  before="$old $(profile) $(next_boot)"
  lab host $host systemd-run --quiet --unit=$unit sleep 600
  run deploy
  lab host $host systemctl stop $unit
  echo "$output"
  [ "$status" = 13 ]
  [[ ${lines[-1]} == *"another activation goes on there, as the unit $unit. If it hangs, end it there: systemctl stop $unit; nothing was changed on root@$target (status 13)"* ]]
  [ "$(running) $(profile) $(next_boot)" = "$before" ]
  [ -z "$(leftovers)" ]
}

@test "a profile that can't be set changes nothing, and it is said why" {
  before="$old $(profile) $(next_boot)"
  deploy --print | fill_before_profile >"$BATS_TEST_TMPDIR/script"
  run sh "$BATS_TEST_TMPDIR/script"
  make_room
  echo "$output"
  profile_not_set "root@$target"
  [ "$(running) $(profile) $(next_boot)" = "$before" ]
}

@test "a unit's journal is nobody's word: not with --reboot, and not for the names of what failed" {
  before=$(boot_id)
  for words in "" --reboot; do
    lab knobs $host "{\"marker\": \"lies $words\", $lies}"
    # shellcheck disable=SC2086
    run deploy $words
    echo "$output"
    [ "$status" = 4 ]
    [[ $output == *"talker.service - "*"There are changes to critical components"* ]]
    [[ ${lines[-1]} == *"activated, but some units failed: talker.service (status 4); root@$target runs $(built), boots $(built)"* ]]
    [[ $output != *"can't be switched to"* ]]
    [ "$(boot_id)" = "$before" ]
  done
  lab knobs $host "{\"marker\": \"lies, guarded\", $lies}"
  run "$SCRIPTS/ops-deploy.ts" $host $target --guard
  echo "$output"
  [ "$status" = 12 ]
  [[ ${lines[-1]} == *"rolled back, as units failed (talker.service): "* ]]
  lab host $host systemctl reset-failed
}

@test "sshd off: 16, and a way back over the first connection that works as it is typed" {
  lab knobs $host '{"marker": "locks out", "sshd": false}'
  run deploy
  locked_out "Connection refused"
  bash -c "$(typed_next 1)" </dev/null
  until_there 5 answers
  bash -c "$(typed_next 2)" </dev/null
  [ "$(running) $(profile) $(next_boot)" = "$old $old $old" ]
  close_first
  [ -z "$(leftovers)" ]
}

@test "sshd's configuration broken, my key removed, the firewall closed" {
  for fault in '"sshd": "broken"' '"sshdExtra": "AuthorizedKeysFile /etc/nobody"' '"firewall": "closed"'; do
    lab knobs $host "{\"marker\": \"locks out\", $fault}"
    run deploy --force
    locked_out ""
    lab host $host systemctl reset-failed
    by_console "$old"
  done
}
