#!/usr/bin/env bats
# What hey.toml makes of a line.
bats_require_minimum_version 1.5.0
load world.bash

setup_file() { make_fleet; }
setup() { in_fleet; }

# printed LINE: with --print, in this directory.
printed() {
  local -a words
  eval "words=($1)"
  verb "${words[0]}" --print "${words[@]:1}"
}

@test "settings: a line with a hey.toml is the line with its settings typed" {
  local toml line meant bad=0
  while IFS=$'\t' read -r toml line meant; do
    case $toml in '#'* | '') continue ;; esac
    printf '%b' "$toml" >hey.toml
    trust_file hey.toml
    seen=$(printed "$line" 2>&1) || :
    rm hey.toml
    wanted=$(printed "$meant" 2>&1) || { echo "$meant ends with $?"; bad=1; }
    # The line that was typed, and what push-keys proposes to type after it: a hey.toml holds for that too.
    seen=$(grep -vE "^(# \\$ |type_check='|check=')" <<<"$seen")
    wanted=$(grep -vE "^(# \\$ |type_check='|check=')" <<<"$wanted")
    [ "$seen" = "$wanted" ] && continue
    printf '%s\n' "$toml" "$line" "is not: $meant"
    diff <(echo "$wanted") <(echo "$seen") | head -n 5
    bad=1
  done <"$BATS_TEST_DIRNAME/typed.tsv"
  [ "$bad" = 0 ]
}

@test "settings: what can't be is said in one line, with the place in hey.toml" {
  local toml line wanted says bad=0 row
  while IFS= read -r row; do
    case $row in '#'* | '') continue ;; esac
    toml=${row%%$'\t'*} row=${row#*$'\t'}
    IFS=$'\t' read -r line wanted says <<<"$row"
    says=${says//FLAKE/$flake} says=${says//SPELLED/$repo/scripts/ops-bootstrap.ts}
    printf '%b' "$toml" >hey.toml
    trust_file hey.toml
    eval "words=($line)"
    run --separate-stderr verb "${words[@]}"
    [ "$status" = "$wanted" ] && [ -z "$output" ] && [ "$stderr" = "$says" ] && continue
    printf '%s\n' "$toml  $line" "wanted: $wanted $says" "seen:   $status $stderr$output"
    bad=1
  done <"$BATS_TEST_DIRNAME/refused.tsv"
  [ "$bad" = 0 ]
  [ -z "$(ls "$machine/record")" ]
}

@test "settings: a way back from a directory without a flake has none, and in one with a flake has its own" {
  printf '[defaults]\nguard = true\n' >hey.toml
  run verb ops-rollback web1 --print
  [[ $output == *$'\narm() {'* ]]
  cd "$machine/path/to/nothing"
  run verb ops-rollback web1 --print
  [ "$status" = 0 ]
  [[ $output != *$'\narm() {'* ]]
}

@test "settings: the options that may stand in hey.toml are those that some verb says so of" {
  cat >"$BATS_TEST_TMPDIR/kept.cjs" <<'EOT'
const root = process.argv[2];
const { allVerbs } = require(`${root}/lib/verb/verbs.ts`);
const { keepable } = require(`${root}/lib/inventory/hey-toml.ts`);
const kept = allVerbs().flatMap(({ takes }) => Object.entries(takes).filter(([, param]) => param.kept !== undefined));
for (const [name, param] of kept) {
  const same = keepable.get(name);
  if (same === undefined || same.kind !== param.kind || same.many !== param.many || same.bare !== param.bare) console.log(`${name} differs`);
}
for (const name of keepable.keys()) if (!kept.some(([other]) => other === name)) console.log(`${name} is of no verb`);
EOT
  run node "$repo/lib/load.cjs" "$BATS_TEST_TMPDIR/kept.cjs" "$repo"
  [ "$status" = 0 ]
  [ -z "$output" ]
}

@test "settings: without a hey.toml nothing that reads TOML is loaded" {
  cat >"$BATS_TEST_TMPDIR/loaded.cjs" <<'EOT'
process.on("exit", () => {
  const seen = Object.keys(require.cache).filter((file) => /smol-toml|toml\.ts$/.test(file));
  process.stderr.write(seen.join("\n"));
});
EOT
  run --separate-stderr on_machine NODE_OPTIONS="-r $BATS_TEST_TMPDIR/loaded.cjs" "$repo/scripts/ops-deploy.ts" --print web1
  [ "$status" = 0 ] && [ -z "$stderr" ]
  printf '[defaults]\n' >hey.toml
  run --separate-stderr on_machine NODE_OPTIONS="-r $BATS_TEST_TMPDIR/loaded.cjs" "$repo/scripts/ops-deploy.ts" --print web1
  [[ $stderr == *smol-toml* ]]
}
