#!/usr/bin/env bats
# What can be seen without running anything.

setup() {
  cd "$BATS_TEST_DIRNAME/.." || return
}

@test "the types fit" {
  npx tsc --noEmit
}

@test "biome finds nothing" {
  npx biome ci --colors=off --error-on-warnings
}

@test "shellcheck finds nothing in the shell files" {
  mapfile -t files < <(git ls-files -co --exclude-standard | xargs grep -lE '^#!/(bin/(ba)?sh|usr/bin/env (bash|bats))' -- | grep -v '\.ts$')
  [ "${#files[@]}" -gt 5 ]
  # bats gives $stderr, ends a test whose cd fails, and shares variables between a test and the files it loads.
  shellcheck -x -S warning -e SC2154,SC2164,SC2034 "${files[@]}"
}

@test "shellcheck finds nothing in the parts of scripts" {
  # They are read by set -eu scripts, which give them their variables.
  shellcheck -s sh -e SC2154,SC2034 lib/local/*.sh
  shellcheck -s sh lib/remote/*.sh
}

@test "the parts of scripts survive a paste and a second shell's quotes" {
  # No single quote, no backslash that fish would take, no "!" that starts a history event, no tab, nothing but ASCII.
  # (A comment never gets into a script.)
  run grep -nE "^[^#]*('|\\\\\\\\|[!][^ =]|	)" lib/remote/*.sh
  [ "$status" = 1 ]
  run grep -nE "^[^#]*([!][^ =]|	)" lib/local/*.sh
  [ "$status" = 1 ]
  run env LC_ALL=C grep -nP '[^\x00-\x7f]' lib/remote/*.sh lib/local/*.sh
  [ "$status" = 1 ]
}

@test "the lock file records no download addresses" {
  run grep -n '"resolved"' package-lock.json
  [ "$status" = 1 ]
}

@test "every verb's file is executable and starts as the others" {
  for verb in scripts/*.ts; do
    [ -x "$verb" ]
    cmp <(head -n 2 scripts/sync.ts) <(head -n 2 "$verb")
  done
}
