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

@test "shellcheck finds nothing in the functions of scripts" {
  # What is shared between them is on a list of its own (below).
  shellcheck -s dash -e SC2154,SC2034,SC2016,SC2029,SC2119,SC2120,SC2317 lib/shell/here/*.sh lib/shell/there/*.sh
}

@test "nothing but ASCII, and no tab, which a terminal takes for a question" {
  run env LC_ALL=C grep -nP '[^\x00-\x7f]|\t' lib/shell/*.sh lib/shell/*/*.sh
  [ "$status" = 1 ]
}

@test "the functions of scripts keep to their contracts" {
  node lib/load.cjs "$PWD/test/contracts.ts"
}

# broken RULE SIDE TEXT: the contracts are broken by a module of that text, by that rule and no other.
broken() {
  local rule=$1 side=$2 dir=$BATS_TEST_TMPDIR/shell
  rm -rf "$dir"
  cp -r lib/shell "$dir"
  printf '# A module.\n\n%s\n' "$3" >"$dir/$side/broken.sh"
  run node lib/load.cjs "$PWD/test/contracts.ts" "$dir"
  echo "$output"
  [ "$status" = 1 ]
  [[ $output == *"$side/broken.sh: "*": $rule: "* ]]
  [ "$(grep -vc ": $rule: " <<<"$output")" = 0 ]
}

@test "each kind of breach is seen" {
  broken 1 here $'# one: sets what nobody knows.\none() { stray=yes; }'
  broken 1 here $'# one: sets what it does not say.\none() { facts=yes; }'
  broken 1 there $'# one: reads into it.\none() { read -r dir _ </dev/null; }'
  broken 1 here $'# one: loops over it.\none() { for facts in a b; do echo; done; }'
  broken 2 here $'# one: reads what nobody sets.\none() { echo "$stray"; }'
  broken 2 there $'# one: reads what nobody sets, in a string.\none() { echo "a ${stray:-b}"; }'
  broken 2 here $'# one: reads what nobody sets, as a number.\none() { echo "$((stray + 1))"; }'
  broken 2 there $'# one: reads what nobody sets, in a sum with what is asked for.\none() { echo "$(($(seconds_up) + stray))"; }'
  broken 3 here $'# one: calls what is not there.\none() { if true; then strange "$@"; fi; }'
  broken 3 there $'# one: calls what is not there, in a substitution.\none() { echo "$(strange)"; }'
  broken 3 here $'# one: calls what is not there, in a pattern.\none() { case $1 in a) strange ;; esac; }'
  broken 3 there $'# one: calls what is on the other side.\none() { step "$@"; }'
  broken 3 here $'# one: calls what the target has not.\none() { there strange "$@"; }'
  broken 4 here $'# one: ends it.\none() { exit 1; }'
  broken 4 there $'# one: ends it by another.\none() { refuse 1 why; }'
  broken 4 here $'one() { true; }'
  broken 5 there $'# one: has one.\none() { echo \'a\'; }'
  broken 7 here $'# one: has an own one, which the target is told.\none() {\n  local agreed="$1"\n  there true\n}'
  broken 8 here $'# one: loses what is set.\none() { echo "$(ask_target)"; }'
  broken 6 here $'# step: is there already.\nstep() { true; }'
  broken 6 there $'# refuse: is there already. Ends: always.\nrefuse() { exit 1; }'
}

@test "a module that is not wholly understood is refused" {
  cp -r lib/shell "$BATS_TEST_TMPDIR/shell"
  for text in 'echo loose' $'# A module.\n\none() {\n  true' $'# A module.\none() { true; }'; do
    printf '%s\n' "$text" >"$BATS_TEST_TMPDIR/shell/here/odd.sh"
    run node lib/load.cjs "$PWD/test/contracts.ts" "$BATS_TEST_TMPDIR/shell"
    echo "$output"
    [ "$status" = 1 ]
    [[ $output == *"odd.sh"* ]]
  done
}

@test "no number that a host says is counted with unchecked" {
  node test/heard-numbers.cjs
}

@test "one that is counted with unchecked is found, directly, through variables, functions and read" {
  local dir=$BATS_TEST_TMPDIR/here line found=0
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
deadline_=$((now + $(fact left)))
case $(fact stands)-$(fact left) in open-[0-9]*) ends=$((now + $(fact left))) ;; esac
if [ "$(fact left)" -gt 3 ]; then echo; fi
rest_=$(fact left)\nif [ "$rest_" -le 5 ]; then echo; fi
rest_=$(fact left | tr -cd 0-9)\nthen_=$rest_\nlater=$((then_ + 1))
echo "$((${facts#left } * 2))"
kib() { echo "$(($1 / 1024))"; }\nkib "$(fact size)"
one_of() {\n  fact "$1"\n}\nuntil_=$((now + $(one_of left)))
printf "%s\\n" "$facts" | while read -r name_ left_; do echo "$((left_ + 1))"; done
for one_ in $(fact sizes); do if test "$one_" -eq 1; then echo; fi; done
if facts_=$(there tell </dev/null); then echo "$((1 + ${facts_}))"; fi
sum=$(expr "$(fact memory)" + 1)
WRONG
  [ "$found" = 12 ]
  # What is checked, or is not of a host, is none.
  cp -r lib/shell/here/. "$dir"
  printf '%s\n' 'rest_=$(fact_number left)' 'echo "$((now + rest_))"' 'if [ "$(number 3 "$(fact x)")" -gt 1 ]; then echo; fi' 'if [ "$(fact stands)" = open ] && [ "$now" -gt 3 ]; then echo; fi' >"$dir/wrong.sh"
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

@test "docs/development.md has every room, on its floor" {
  diff <(sed -nE 's/^\| ([0-9]+) \| `(lib\/)?([a-z]+)` \|.*/\1 \3/p' docs/development.md | sort) \
    <(sed -n '/^const floors/,/^]/s/^  \[\(.*\)\],$/\1/p' test/static/rooms.cjs | awk -F '"' '{ for (i = 2; i <= NF; i += 2) print NR, $i }' | sort)
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
  says_with lib/spec/quote.ts 'import type { Text } from "../script/render.ts";' \
    "lib/spec/quote.ts imports lib/script/render.ts, which is not on a lower floor" \
    "imports go in a circle: lib/script/command.ts, lib/script/head.ts, lib/script/render.ts, lib/spec/quote.ts"
  says_with lib/keys/keys.ts 'const { aliases } = require("../inventory/aliases.ts");' \
    "lib/keys/keys.ts imports lib/inventory/aliases.ts, which is not on a lower floor"
  says_with lib/spec/errors.ts 'type Word = import("./words.ts").Word;' "imports go in a circle: lib/spec/errors.ts, lib/spec/words.ts"
  says_with lib/stray.ts 'import { quote } from "./spec/quote.ts";' "lib/stray.ts is in no room"
  says_with lib/new/stray.ts 'export { quote } from "../spec/quote.ts";' "lib/new/stray.ts is in no room"
}
