#!/usr/bin/env bats
# push-keys, killed with -9 at lines of its script that are drawn by chance. HEY_SEED draws others.
# lab: --hosts vps-ultraman

load words

setup_file() { lab_only; }

@test "eight kills at lines of push-keys, here and there: no mixture, no host that is not reached, nothing left over" {
  "$BATS_TEST_DIRNAME/../faults/keys" --seed "${HEY_SEED:-20}" --runs 8
}
