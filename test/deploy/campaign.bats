#!/usr/bin/env bats
# Guarded deployments with faults that are drawn by chance, on hosts without systemd. HEY_SEED draws others.
# lab: --hosts vps-ultraman

load words

setup_file() { lab_only; }

@test "ten deployments with faults drawn by chance: reachable, bootable, nothing armed or rooted, the last line true" {
  "$BATS_TEST_DIRNAME/../faults/campaign" --seed "${HEY_SEED:-20}" --runs 10 --init plain
}
