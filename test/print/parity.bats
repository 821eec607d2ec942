#!/usr/bin/env bats
# What is printed is what runs, and under every shell it calls the same programs, with the same words, environment and input.
load cases

setup_file() { "$BATS_TEST_DIRNAME/machines" "$BATS_FILE_TMPDIR/machines"; }

@test "what runs is the printed text; dash, bash, busybox sh, and zsh for one command: the stubs see the same argv, environment and stdin" {
  check_all parity
}

@test "for every step that fails, a script stops there with its status, whatever sh is: once for each shape" {
  local files
  mapfile -t files < <(one_per_shape)
  [ "${#files[@]}" -gt 30 ]
  check_all faults "${files[@]}"
}
