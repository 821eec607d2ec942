#!/usr/bin/env bats
# What --print says, byte for byte. HEY_ACCEPT=1 writes scripts of several commands into their cases, to
# be read before they are believed.
load cases

setup_file() { "$BATS_TEST_DIRNAME/machines" "$BATS_FILE_TMPDIR/machines"; }

@test "--print says exactly what each case says, exits 0, writes nothing to stderr and calls nothing" {
  check_all golden
}
