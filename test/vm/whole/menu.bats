#!/usr/bin/env bats
# On a real machine: what hey takes for what boots is what systemd-boot boots.

load ../words

# In a trial, and without bootctl, hey goes by the files alone.
@test "whatever the menu is, hey reads what bootctl reads, with it and without it" {
  local name told read json expected count=0
  { cat "$BATS_TEST_DIRNAME"/../../../lib/shell/there/{boots,boot-loader,boot-once}.sh "$BATS_TEST_DIRNAME/../guest/menus.sh"; } >"$BATS_TEST_TMPDIR/script"
  timeout 300 ssh -F "$LAB/ssh_config" $host sh -s <"$BATS_TEST_TMPDIR/script" >"$BATS_TEST_TMPDIR/menus"
  while IFS='|' read -r name told read json; do
    expected=$(jq -r '.[] | select(.isDefault) | if .options then .options | capture("init=(?<system>[^ ]*)/init").system else "the entry \(.id) of its boot menu" end' <<<"$json")
    echo "$name: $expected, told $told, read $read"
    [ -n "$expected" ]
    [ "$told" = "$expected" ] || wrong="$wrong $name;"
    [ "$read" = "$expected" ] || wrong="$wrong $name (files);"
    count=$((count + 1))
  done <"$BATS_TEST_TMPDIR/menus"
  [ "$count" = 22 ]
  echo "wrong: $wrong"
  [ -z "$wrong" ]
}
