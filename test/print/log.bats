#!/usr/bin/env bats
# What ops-log and the page of ops-status make of a log, whatever stands in it. No host is needed.
load ../lib/machine

setup_file() {
  . "$BATS_TEST_DIRNAME/../lib/machine.bash"
  make_machine "$BATS_FILE_TMPDIR/machine"
}

setup() {
  bats_require_minimum_version 1.5.0
  machine=$BATS_FILE_TMPDIR/machine
  noted=$machine/home/me/.local/state/hey/log
  rm -rf "$noted"
  mkdir -p "${noted%/*}"
  cd "$machine/path/to/fleet"
}

log() { on_machine "$repo/scripts/ops-log.ts" "$@"; }

@test "a log of any length is shown and printed, as the table and as JSON" {
  node -e 'for (let n = 0; n < 1000; n++) console.log(JSON.stringify({ began: 1700000000 + n, ended: 1700000001 + n, status: 1, host: "web1", said: "x".repeat(300) }))' >"$noted"
  for words in --json ""; do
    # shellcheck disable=SC2086
    log -n 1000 $words >"$BATS_TEST_TMPDIR/out"
    [ "$(wc -c <"$BATS_TEST_TMPDIR/out")" -gt 300000 ]
    for shell in dash bash "zsh -f" "busybox sh"; do
      # shellcheck disable=SC2086
      log -n 1000 $words --print | on_machine $shell | cmp - "$BATS_TEST_TMPDIR/out"
    done
  done
  [ "$(log -n 1000 --json | jq length)" = 1000 ]
  # A reader that has gone is no fault, and is not told of.
  run bash -c '"$@" | head -n 1; echo "${PIPESTATUS[0]}"' sh env -C "$PWD" HOME="$machine/home/me" "$repo/scripts/ops-log.ts" -n 1000
  [[ ${#lines[@]} = 2 && ${lines[0]} == When* && ${lines[1]} == 141 ]]
}

@test "a script that is too long for /bin/sh is said to be, and not as if it had ended" {
  long=$(head -c 60000 /dev/zero | tr '\0' x)
  run on_machine "$repo/scripts/ops-ssh.ts" web1 "$long" "$long" "$long"
  echo "${output: -200}"
  [ "$status" = 1 ]
  [ "$output" = "ops-ssh: /bin/sh can't be started: E2BIG" ]
}
