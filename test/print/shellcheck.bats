#!/usr/bin/env bats
# Everything that is printed, and everything it is made of.

load ../lib/printed
repo=${BATS_TEST_DIRNAME%/test/*}

setup_file() {
  command -v shellcheck >/dev/null || skip "SKIPPED: shellcheck is not installed"
  mkdir "$BATS_FILE_TMPDIR/cases"
  unfolded "$BATS_FILE_TMPDIR/cases"
}

@test "every printed script is clean, and so is every command" {
  # SC2016: the script for the other side stands in single quotes, so that nothing in it expands here.
  # SC1003: a quote in a word looks like a mistake. SC2317: a function that a trap calls. SC2119, SC2120: a function with words that it may have.
  # SC2034: a function sets what this script has no need of. SC2029: what is expanded here is meant.
  local file scripts=0
  for file in "$BATS_FILE_TMPDIR"/cases/*.sh; do
    if grep -q '^/bin/sh /dev/fd/3 ' "$file"; then
      scripts=$((scripts + 1))
      # Each of several by itself, without the lines around it.
      awk -v to="$BATS_TEST_TMPDIR/$(basename "$file" .sh)" '/^\/bin\/sh \/dev\/fd\/3 / { n++; next } /^end of / { next } n { print >(to "." n ".sh") }' "$file"
    else
      cp "$file" "$BATS_TEST_TMPDIR/"
    fi
  done
  [ "$scripts" -gt 50 ]
  shellcheck -s dash -e SC2016,SC1003,SC2317,SC2119,SC2120,SC2034,SC2029 "$BATS_TEST_TMPDIR"/*.sh
}

@test "what runs on the target is clean by itself" {
  # As a script has it: a text between single quotes.
  sed -n "/^on_target='/,/^'\$/p" "$BATS_FILE_TMPDIR/cases/deploy-guard.sh" | sed "1s/.*'//; \$d" >"$BATS_TEST_TMPDIR/there.sh"
  [ "$(wc -l <"$BATS_TEST_TMPDIR/there.sh")" -gt 300 ]
  shellcheck -s dash -e SC2154,SC2317 "$BATS_TEST_TMPDIR/there.sh"
}

@test "so are launcher and dispatcher" {
  shellcheck -s sh "$repo/lib/start" "$repo/scripts/hey"
  shellcheck -s sh <(sed -n '1,2p' "$repo/scripts/sync.ts" | sed '2s,//,#,')
}

@test "so are these tests" {
  cd "$repo/test"
  shellcheck -x lib/{machine,cases}.bash lib/{stub,sandbox,unfold} lib/world/{enter,stand-in,left,upper,grub} print/{check,machines,paste,refuse,same,cases.bash}
}
