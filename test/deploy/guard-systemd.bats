#!/usr/bin/env bats
# Guarded deployments on hosts with a real systemd: the unit that waits, and the others.
# lab: --init systemd --hosts vps-ultraman

load words
load guarded

setup_file() { lab_only; }
setup() { guarded_setup systemd; }

@test "the rollback waits as a unit, the activation is one of its own, and both are gone afterwards" {
  lab knobs $host '{"marker": "units", "activationScript": "systemctl list-units --plain --no-legend \"hey-rollback-*\"; cat /proc/self/cgroup; systemctl daemon-reload"}'
  run deploy --guard
  echo "$output"
  [ "$status" = 0 ]
  [[ $output == *"hey-rollback-"*".service loaded active running"* ]]
  [[ $output == *"/hey-activation-"*".service"* ]]
  [ -z "$(leftovers)" ]
}

# rolled_back_in_time SECONDS: deploys what has no sshd, with so many seconds to confirm, and looks when the host activates the old system:
# by the clock of the host, from its deadline on, and at most two seconds after that.
rolled_back_in_time() {
  deploy --guard --print | shortened "$1" | given patience 20 >"$BATS_TEST_TMPDIR/script"
  sh "$BATS_TEST_TMPDIR/script" >"$BATS_TEST_TMPDIR/said" 2>&1 3>&- &
  local deployer=$! deadline status=0 activated
  # The activation is over, and has given the deadline that counts.
  until_there 30 lab host $host sh -c 'test -L /run/hey/*/status'
  deadline=$(lab host $host sh -c 'readlink /run/hey/*/deadline')
  ${2:-:}
  wait $deployer || status=$?
  cat "$BATS_TEST_TMPDIR/said"
  activated=$(lab host $host cat /var/log/activations | awk -v old="$old" '$2 == "test" && $3 == old { at = $1 } END { print at }')
  echo "the deadline was $deadline, the old system was activated at ${activated:-no time}"
  awk -v at="$activated" -v deadline="$deadline" 'BEGIN { exit !(at >= deadline && at < deadline + 2) }'
  [ "$status" = 10 ]
  [ "$(running)" = "$old" ]
  [ -z "$(leftovers)" ]
}

@test "the rollback comes at its deadline, although something reloads systemd every two seconds" {
  lab host $host sh -c 'printf "%s\n" "while systemctl daemon-reload; do sleep 2; done" >/root/reloads'
  lab host $host systemd-run --quiet --unit=reloads sh /root/reloads
  lab knobs $host '{"marker": "reloads", "sshd": false}'
  rolled_back_in_time 9
  lab host $host systemctl stop reloads
}

@test "the rollback comes at its deadline, although the activation reloads systemd late" {
  lab knobs $host '{"marker": "late reload", "sshd": false, "activationScript": "sleep 5; systemctl daemon-reload"}'
  rolled_back_in_time 9
}

@test "the rollback comes at its deadline, although what waits for it is killed, and systemd renewed" {
  clock_killed() { lab host $host sh -c 'systemctl kill --signal=KILL "hey-rollback-*.service"; sleep 2; systemctl daemon-reexec; sleep 1; systemctl kill --signal=TERM "hey-rollback-*.service"'; }
  lab knobs $host '{"marker": "clock killed", "sshd": false}'
  rolled_back_in_time 12 clock_killed
}

@test "a unit that had failed before is still shown as failed after a rollback that had nothing to activate" {
  lab host $host systemd-run --quiet --unit=long-broken false
  failed() { lab host $host systemctl is-failed -q long-broken.service; }
  until_there 5 failed
  lab knobs $host '{"marker": "long broken"}'
  # Nobody begins the activation.
  deploy --guard --print | shortened 6 | first activate_and_confirm 'kill -s KILL "$$"' >"$BATS_TEST_TMPDIR/script"
  run sh "$BATS_TEST_TMPDIR/script"
  echo "$output"
  [ "$status" = 137 ]
  until_there 30 eval '[ -z "$(left_there)" ]'
  rm -rf "$XDG_RUNTIME_DIR"/hey.*
  failed
  [ "$(running)" = "$old" ]
  lab host $host systemctl reset-failed
}

# What fails before the program of NixOS starts its units is forgotten by that.
@test "a unit that fails in the deployment's time takes it back, by name; with warn it is only said" {
  lab knobs $host '{"marker": "fails", "activationScript": "systemd-run --quiet --unit=brittle-one sh -c \"sleep 1.5; exit 1\" || :"}'
  # Twice the time between two proofs, as the first may come before the unit fails.
  deploy --guard --print | shortened 12 >"$BATS_TEST_TMPDIR/script"
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

@test "a rollback that fails for want of D-Bus leaves the host the /etc of the old system, and an sshd that can start again" {
  lab knobs $host '{"marker": "no bus", "dbus": "stopped"}'
  lab host $host mount --bind /bin/false /usr/bin/dbus-daemon
  run deploy --guard --confirm-timeout 30
  echo "$output"
  lab host $host umount /usr/bin/dbus-daemon
  [ "$status" = 15 ]
  [ "$(lab host $host readlink -e /etc/static)" = "$(lab host $host readlink -e "$old/etc")" ]
  lab host $host systemctl restart sshd
  lab wait $host
  lab power-cut $host
  lab wait $host
}
