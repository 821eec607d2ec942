#!/usr/bin/env bats
# What goes over ssh is one line, which any login shell of the other side reads alike.
load ../lib/machine

shells=(sh dash bash "zsh -f" fish tcsh "busybox sh")

setup_file() {
  . "$BATS_TEST_DIRNAME/../lib/machine.bash"
  make_machine "$BATS_FILE_TMPDIR/machine"
}

# line ON_TARGET NAME WORD…: what ssh would be given for that call, as a script makes it.
line() {
  # shellcheck disable=SC2016
  dash -c '. "$1/lib/shell/here/far.sh"; on_target=$2; shift 2; for_target() { assigned given "it'\''s ! \\ given"; }; encode_program; far "$@"' sh "$repo" "$@"
}

# shellcheck disable=SC2016
says='says() {
  # a comment that is not sent
  printf "%s\0" "$given" "$@"
}'

# Each answer begins with a line of its own, on a line of its own.
behind_the_mark() { tail -n +3; }

@test "hostile words and values arrive as they are, in one line without anything that a shell takes for something else" {
  local at shell told
  mapfile -d '' words < <(node "$BATS_TEST_DIRNAME/hostile.cjs" good "$BATS_TEST_TMPDIR/canary")
  words+=($'two\nlines' $'it\'s\n!!\n' '\n' '\\' '\0041' 'a!b' "'" "''" '$(touch canary)' '`id`')
  [ "${#words[@]}" -gt 450 ]
  for ((at = 0; at < ${#words[@]}; at += 50)); do
    told=$(line "$says" says "${words[@]:at:50}")
    [[ $told != *$'\n'* && $told != *'!'* && $told != *"\\\\"* && $told != *"\\'"* ]]
    printf '%s\0' "it's ! \\ given" "${words[@]:at:50}" >"$BATS_TEST_TMPDIR/typed"
    for shell in "${shells[@]}"; do
      command -v "${shell%% *}" >/dev/null || { echo "# SKIPPED: $shell is not installed" >&3; continue; }
      # shellcheck disable=SC2086
      HOME=$BATS_TEST_TMPDIR $shell -c "$told" | behind_the_mark >"$BATS_TEST_TMPDIR/arrived"
      cmp "$BATS_TEST_TMPDIR/typed" "$BATS_TEST_TMPDIR/arrived" || { echo "$shell"; return 1; }
    done
  done
  [ ! -e "$BATS_TEST_TMPDIR/canary" ]
}

@test "the largest program is a word that Linux takes, and is the same on the other side" {
  local case text told shell
  for case in deploy-guard deploy-trial; do
    text=$("$repo/test/lib/unfold" "$repo/test/cases/$case.sh" | sed -n "/^on_target='/,/^'\$/p" | sed "1s/^on_target='//; \$d")
    told=$(line "$text
says() { printf '%s' \"\$program\"; }" says)
    echo "$case: ${#told} bytes"
    [ "${#told}" -lt 131072 ]
    for shell in "${shells[@]}"; do
      command -v "${shell%% *}" >/dev/null || continue
      # shellcheck disable=SC2086
      HOME=$BATS_TEST_TMPDIR $shell -c "$told" | behind_the_mark >"$BATS_TEST_TMPDIR/$case.${shell%% *}"
      # Without comments and indentation, and in other respects as it is printed.
      cmp <(sed '/^ *#/d; /^$/d; s/^ *//' <<<"$text") <(sed '$d' "$BATS_TEST_TMPDIR/$case.${shell%% *}")
    done
  done
}

@test "as root by doas and by a password the line is one, too" {
  local case
  for case in deploy-nix-elevate-doas deploy-nix-elevate-password deploy-nix-elevate-run0; do
    become=$(sed -n "s/^become=\(.*[^ ]\)  *# .*/\1/p" <("$repo/test/lib/unfold" "$repo/test/cases/$case.sh"))
    [ -n "$become" ]
    eval "become=$become"
    [[ $become != *$'\n'* && $become != *'!'* && $become != *"\\\\"* ]]
  done
}
