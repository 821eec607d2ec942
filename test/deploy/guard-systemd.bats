#!/usr/bin/env bats
# Guarded deployments on hosts with a real systemd: the timer, the units, and all that guard.bats has of faults.
# lab: --init systemd --hosts vps-ultraman

load words
load guarded

setup_file() { lab_only; }
setup() { guarded_setup systemd; }

@test "at every fault and moment the host ends on a bootable system, reachable, with nothing left armed; README says the same" {
  faults_as_expected
}

@test "60 confirmations at the deadline: never both a confirmation and a way back" {
  at_the_deadline
}

@test "8 deployers at once: one wins, the others are told whose the lock is" {
  at_once 8
}

@test "the way back is a timer, the activation a unit of its own, and both are gone afterwards" {
  lab knobs $host '{"marker": "timer", "activationScript": "systemctl list-timers --all --no-legend \"hey-rollback-*\"; cat /proc/self/cgroup; systemctl daemon-reload"}'
  run deploy --guard
  echo "$output"
  [ "$status" = 0 ]
  [[ $output == *"hey-rollback-"*".timer"* ]]
  [[ $output == *"/hey-activation-"*".service"* ]]
  [ -z "$(leftovers)" ]
}

@test "a unit that had failed before is still shown as failed after a way back" {
  lab host $host systemd-run --quiet --unit=long-broken false
  failed() { lab host $host systemctl is-failed -q long-broken.service; }
  until_there 5 failed
  lab knobs $host '{"marker": "long broken", "sshd": "broken"}'
  run deploy --guard
  echo "$output"
  [ "$status" = 12 ]
  failed
  [ "$(running)" = "$old" ]
  lab host $host systemctl reset-failed
}

@test "a unit that fails in the deployment's time takes it back, by name; with warn it is only said" {
  lab knobs $host '{"marker": "fails", "activationScript": "systemd-run --quiet --unit=brittle-one false || :; sleep 0.5"}'
  deploy --guard --print | shortened 6 >"$BATS_TEST_TMPDIR/script"
  run sh "$BATS_TEST_TMPDIR/script"
  echo "$output"
  [ "$status" = 10 ]
  [[ ${lines[-1]} == *"failed since the deployment began: brittle-one.service"* ]]
  lab host $host systemctl reset-failed
  run deploy --guard --on-unit-failure warn
  echo "$output"
  [ "$status" = 0 ]
  [[ $output == *"warning: units failed: brittle-one.service"* ]]
  # What had failed before is no one's fault now.
  lab knobs $host '{"marker": "failed before"}'
  deploy --guard
  lab host $host systemctl reset-failed
}
