#!/usr/bin/env bats
load shells.bash

setup_file() { make_odd_world; }

@test "table: 120 lines and more" {
  [ "$(grep -cE '^[zbf]+ .* (⇒|⇥)' "$BATS_TEST_DIRNAME/table")" -ge 120 ]
}

@test "table: zsh, in ZLE" {
  rows zsh table "$compinit; $(load_line zsh)"
  quiet
}

@test "table: bash, in readline" {
  rows bash table "$(load_line bash)"
  quiet
}

@test "table: fish" {
  rows fish table "$(load_line fish)"
}

@test "table: a line that is not as it says fails" {
  printf 'zbf S v‸ ⇒ vps-pacman\n' >"$BATS_TEST_TMPDIR/wrong"
  for shell in zsh bash fish; do
    run zsh -f "$BATS_TEST_DIRNAME/rows.zsh" "$shell" "$BATS_TEST_TMPDIR/wrong" "$world" "$compinit 2>/dev/null; $(load_line "$shell")"
    [ "$status" -eq 1 ]
    [[ $output == *"1 rows, 1 not as in the table"* ]]
  done
}

@test "table: nothing of the lines or of the directories' names was run" {
  [ -z "$(find "$world" -name 'PWNED*' ! -path "$world")" ]
}
