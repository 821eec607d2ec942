#!/usr/bin/env bats
# A login that becomes root by a password on a host with systemd, whose journal keeps what sudo says.
# lab: --init systemd --hosts vps-ultraman

load words
load elevated
load ../lib/printed

setup() {
  bats_require_minimum_version 1.5.0
  lab_only
  host=vps-ultraman target=vps_ultraman_root
  admin_with_password
  sudo_rules 'Defaults use_pty' 'admin ALL=(ALL) ALL'
}

deploy() { typed "$password" "$SCRIPTS/ops-deploy.ts" $host admin@$target --ask-elevate-password "$@"; }

@test "guarded and not; what locks out is taken back; the journal has no password" {
  lab knobs $host '{"marker": "guarded"}'
  deploy --guard
  [ "$(running) $(profile)" = "$(built) $(built)" ]
  old=$(running)
  lab knobs $host '{"marker": "locks out", "sshd": false}'
  "$SCRIPTS/ops-deploy.ts" $host admin@$target --guard --ask-elevate-password --print | shortened 12 >"$BATS_TEST_TMPDIR/script"
  run typed "$password" sh "$BATS_TEST_TMPDIR/script"
  echo "$output"
  [ "$status" = 10 ]
  [ "$(running) $(profile)" = "$old $old" ]
  lab knobs $host '{"marker": "not guarded"}'
  deploy --backend nix
  [ "$(running) $(profile)" = "$(built) $(built)" ]
  lab host $host journalctl --no-pager >"$BATS_TEST_TMPDIR/journal"
  grep -q 'COMMAND=[^ ]*/sh ' "$BATS_TEST_TMPDIR/journal"
  refute grep -qF marker-7f3e "$BATS_TEST_TMPDIR/journal"
  [ -z "$(leftovers)" ]
}
