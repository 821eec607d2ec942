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
  shellcheck -s sh -e SC2154,SC2034 lib/shell/here/*.sh
  shellcheck -s sh lib/shell/there/*.sh
}

@test "the parts of scripts survive a paste and a second shell's quotes" {
  # No single quote, no backslash that fish would take, no "!" that starts a history event, no tab, nothing but ASCII.
  # (A comment never gets into a script.)
  run grep -nE "^[^#]*('|\\\\\\\\|[!][^ =]|	)" lib/shell/there/*.sh
  [ "$status" = 1 ]
  run grep -nE "^[^#]*([!][^ =]|	)" lib/shell/here/*.sh
  [ "$status" = 1 ]
  run env LC_ALL=C grep -nP '[^\x00-\x7f]' lib/shell/there/*.sh lib/shell/here/*.sh
  [ "$status" = 1 ]
}

@test "no number that a host says is counted with unchecked" {
  node test/heard-numbers.cjs
}

@test "one that is counted with unchecked is found, directly, through variables, functions and read" {
  local dir=$BATS_TEST_TMPDIR/local line found=0
  while IFS= read -r line; do
    [ -n "$line" ] || continue
    rm -rf "$dir"
    cp -r lib/shell/here "$dir"
    printf '%b\n' "$line" >"$dir/wrong.sh"
    run node test/heard-numbers.cjs "$dir"
    [ "$status" = 1 ] || { echo "not found: $line"; return 1; }
    [[ $output == *wrong.sh:* ]]
    found=$((found + 1))
  done <<'WRONG'
deadline_=$((now + $(heard left)))
case $(heard stands)-$(heard left) in open-[0-9]*) ends=$((now + $(heard left))) ;; esac
if [ "$(heard left)" -gt 3 ]; then echo; fi
rest_=$(heard left)\nif [ "$rest_" -le 5 ]; then echo; fi
rest_=$(heard left | tr -cd 0-9)\nthen_=$rest_\nlater=$((then_ + 1))
echo "$((${answer#left } * 2))"
kib() { echo "$(($1 / 1024))"; }\nkib "$(heard size)"
one_of() {\n  heard "$1"\n}\nuntil_=$((now + $(one_of left)))
printf "%s\\n" "$answer" | while read -r name_ left_; do echo "$((left_ + 1))"; done
for one_ in $(heard sizes); do if test "$one_" -eq 1; then echo; fi; done
if facts_=$(ask </dev/null); then echo "$((1 + ${facts_}))"; fi
sum=$(expr "$(fact memory)" + 1)
WRONG
  [ "$found" = 12 ]
  # What is checked, or is not of a host, is none.
  cp -r lib/shell/here/. "$dir"
  printf '%s\n' 'rest_=$(heard_number left)' 'echo "$((now + rest_))"' 'if [ "$(number 3 "$(heard x)")" -gt 1 ]; then echo; fi' 'if [ "$(heard stands)" = open ] && [ "$now" -gt 3 ]; then echo; fi' >"$dir/wrong.sh"
  node test/heard-numbers.cjs "$dir"
}

@test "the lock file records no download addresses" {
  run grep -n '"resolved"' package-lock.json
  [ "$status" = 1 ]
}

@test "every verb's file is executable and starts as the others" {
  for verb in scripts/*.ts; do
    [ -x "$verb" ]
    # sh goes away in the second line. The third ends it for TypeScript, so that the formatter has nothing to put in between.
    cmp <(head -n 3 scripts/sync.ts) <(head -n 3 "$verb")
  done
}

@test "a file imports only from its own room and from rooms on lower floors, and no imports go in a circle" {
  run node test/static/rooms.cjs
  [ "$output" = "" ]
  [ "$status" = 0 ]
}

# FILE LINE MESSAGE...: with that line more in that file, rooms.cjs says these messages and no others.
says_with() {
  rm -rf completions lib scripts
  cp -R "$BATS_TEST_DIRNAME/../"{completions,lib,scripts} .
  mkdir -p "${1%/*}"
  echo "$2" >>"$1"
  run node "$BATS_TEST_DIRNAME/static/rooms.cjs"
  [ "$status" = 1 ]
  diff <(printf '%s\n' "${@:3}") - <<<"$output"
}

@test "an import from a higher floor, or from the same one, is found; and a circle; and a file without a room" {
  cd "$BATS_TEST_TMPDIR"
  says_with lib/spec/quote.ts 'import type { Plan } from "../script/step.ts";' \
    "lib/spec/quote.ts imports lib/script/step.ts, which is not on a lower floor" \
    "imports go in a circle: lib/script/step.ts, lib/spec/quote.ts"
  says_with lib/keys/keys.ts 'const { aliases } = require("../inventory/aliases.ts");' \
    "lib/keys/keys.ts imports lib/inventory/aliases.ts, which is not on a lower floor"
  says_with lib/spec/errors.ts 'type Word = import("./words.ts").Word;' "imports go in a circle: lib/spec/errors.ts, lib/spec/words.ts"
  says_with lib/stray.ts 'import { quote } from "./spec/quote.ts";' "lib/stray.ts is in no room"
  says_with lib/new/stray.ts 'export { quote } from "../spec/quote.ts";' "lib/new/stray.ts is in no room"
}
