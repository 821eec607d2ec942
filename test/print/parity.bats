#!/usr/bin/env bats
# What is printed is what runs: under every shell it calls the same programs, with the same words, environment and input.
load cases

setup_file() { "$BATS_TEST_DIRNAME/machines" "$BATS_FILE_TMPDIR/machines"; }

@test "run directly and as --print | sh, dash, bash, zsh, busybox sh: the stubs see the same argv, environment and stdin" {
  check_all parity
}

@test "for every step that fails, both stop there with its status" {
  check_all faults
}
