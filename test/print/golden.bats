#!/usr/bin/env bats
# What --print says, byte for byte: a case with the functions that it names, as lib/shell has them. HEY_ACCEPT=1 writes scripts of several
# commands into their cases, to be read before they are believed.
load cases

setup_file() { "$BATS_TEST_DIRNAME/machines" "$BATS_FILE_TMPDIR/machines"; }

@test "--print says exactly what each case says, exits 0, writes nothing to stderr and calls nothing" {
  check_all golden "$BATS_TEST_DIRNAME"/../{whole,cases}/*.sh
}

@test "a case says nothing that unfold can say, and unfold takes no function for another" {
  local file case=$BATS_TEST_DIRNAME/../cases/deploy-guard.sh lib=$BATS_TEST_DIRNAME/../lib
  for file in "$BATS_TEST_DIRNAME"/../cases/*.sh; do
    ! grep -qE '^# ---- lib/shell/[^:]*$|^set \+|^on_target=' "$file" || { echo "$file is not folded"; return 1; }
  done
  "$lib/unfold" "$case" >"$BATS_TEST_TMPDIR/whole"
  "$lib/fold" "$BATS_TEST_TMPDIR/whole" | cmp - "$case"
  # One that is unlike the library's stays as it is, and an unknown one is none.
  sed -i 's/^  make_tmp$/  make_tmp anew/' "$BATS_TEST_TMPDIR/whole"
  "$lib/fold" "$BATS_TEST_TMPDIR/whole" | grep -qx '  make_tmp anew'
  run "$lib/unfold" <(sed 's/ make_tmp / make_tap /' "$case")
  [ "$status" -ne 0 ]
  [[ $output == *"here/far.sh has no make_tap"* ]]
}
