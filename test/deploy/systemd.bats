#!/usr/bin/env bats
# What differs on a target with a real systemd as PID 1.
# lab: --init systemd --hosts vps-ultraman

load words

setup_file() {
  lab_only
}

setup() {
  bats_require_minimum_version 1.5.0
  host=vps-ultraman
  target=vps_ultraman_root
  lab knobs $host "{\"marker\": \"$BATS_TEST_NUMBER\"}"
}

deploy() { "$SCRIPTS/ops-deploy.ts" "$host" "$target" --backend nix "$@"; }

@test "the activation is a unit of its own, and what it says arrives here" {
  lab knobs $host '{"marker": "unit", "activationScript": "cat /proc/self/cgroup; echo from the activation"}'
  run --separate-stderr deploy
  [ "$status" = 0 ]
  [ -z "$output" ]
  [[ $stderr == *"nixos-rebuild-switch-to-configuration.service"* ]]
  [[ $stderr == *"from the activation"* ]]
  [ "$(running)" = "$(built)" ]
  [ "$(next_boot)" = "$(built)" ]
  [ -z "$(lab host $host sh -c 'ls -d /run/hey-activation* 2>/dev/null; systemctl list-units --all --no-legend --plain "nixos-rebuild*"')" ]
}

@test "the unit's status is passed on" {
  lab knobs $host '{"marker": "four", "activationStatus": 4}'
  run deploy
  [ "$status" = 4 ]
  [[ $output == *"activated, but some units failed"* ]]
}

@test "a connection that is lost during the activation does not stop it" {
  lab knobs $host '{"marker": "lost", "activationScript": "sleep 2"}'
  deploy 3>&- &
  pid=$!
  active() { lab host $host systemctl is-active -q nixos-rebuild-switch-to-configuration.service; }
  until_there 15 active
  sleep 0.5
  pkill -KILL -x ssh
  run wait $pid
  new=$(built)
  now_runs() { [ "$(running)" = "$new" ]; }
  until_there 8 now_runs
}

@test "a reboot after --boot brings the new system" {
  deploy --boot
  lab reboot $host
  lab wait $host
  [ "$(running)" = "$(built)" ]
}

@test "ops-status names the units that failed, as systemd has them" {
  status() { "$SCRIPTS/ops-status.ts" "$host" "$@"; }
  lab host $host sh -c 'systemctl reset-failed; systemd-run --quiet --unit=odd-one false; systemd-run --quiet --unit="second@x" false' || :
  until_there 10 eval '[ "$(lab host $host systemctl list-units --failed --plain --no-legend | wc -l)" = 2 ]'
  [ "$(status --json | jq -r '.[0].failedUnits | join(" ")')" = "odd-one.service second@x.service" ]
  status | grep -qx 'State  *2 units failed: odd-one.service, second@x.service.*'
  lab host $host systemctl reset-failed
  [ "$(status --json | jq -c '.[0].failedUnits')" = "[]" ]
}
