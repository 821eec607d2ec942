#!/usr/bin/env bats
# Words that can't stand beside each other: each row of lib/spec/conflicts.ts refuses, before anything else is done with the words.
bats_require_minimum_version 1.5.0

setup() { cd "$BATS_TEST_DIRNAME/../.." || return; }

@test "each row is reached, and refuses with its sentence, typed and from hey.toml" {
  run node lib/load.cjs "$PWD/test/conflicts.ts"
  echo "$output"
  [ "$status" = 0 ]
  [[ $output =~ ^[0-9]+\ lines\ tried$ ]]
  [ "${output%% *}" -gt 300 ]
}

@test "a row that no line reaches is found, and so is one that does not refuse" {
  cp -R completions lib scripts test package.json tsconfig.json "$BATS_TEST_TMPDIR"
  ln -s "$PWD/node_modules" "$BATS_TEST_TMPDIR/node_modules"
  cd "$BATS_TEST_TMPDIR"
  sed -i 's/^const changing: .*/&\n  { of: ["boot"], not: ["test"], says: "nobody hears this" },/' lib/spec/conflicts.ts
  run node lib/load.cjs "$PWD/test/conflicts.ts"
  [ "$status" = 1 ]
  [[ $output == *"no line is refused by: boot beside test (nobody hears this)"* ]]
  sed -i 's/^    if (found === undefined) continue;/    if (found === undefined || row.of.includes("status")) continue;/' lib/spec/conflicts.ts
  run node lib/load.cjs "$PWD/test/conflicts.ts"
  [ "$status" = 1 ]
  [[ $output == *"ops-deploy --status --cancel vps-ultraman vps_ultraman_root: is not refused; wanted: --status and --cancel can't go together"* ]]
}

@test "a line of each row: one sentence, status 2, no program called, and no file looked for but hey.toml where it could help" {
  . test/lib/machine.bash
  make_machine "$BATS_TEST_TMPDIR/machine"
  # What node has made of our files is kept there.
  mkdir -p "$machine/home/me/.cache"
  node lib/load.cjs "$PWD/test/conflicts.ts" lines >"$BATS_TEST_TMPDIR/lines"
  [ "$(wc -l <"$BATS_TEST_TMPDIR/lines")" -gt 50 ]
  local when sentence line words before bad=0
  before=$(find "$machine"/{path,home,tmp} -name .cache -prune -o -printf '%p %m %s %T@ %l\n')
  while IFS=$'\t' read -r when sentence line; do
    read -ra words <<<"$line"
    # Where there is no flake, what looks for one says so.
    cd "$machine/path/to/nothing"
    [ "$when" = typed ] || cd "$machine/path/to/flake"
    run --separate-stderr on_machine "$repo/scripts/${words[0]}" "${words[@]:1}" </dev/null
    if [ "$status" = 2 ] && [ -z "$output" ] && [[ $stderr =~ ^[a-z-]+:\ $sentence$ ]]; then continue; fi
    printf '%s\n' "$line" "wanted: $sentence" "seen: $status $stderr$output"
    bad=1
  done <"$BATS_TEST_TMPDIR/lines"
  [ "$bad" = 0 ]
  [ -z "$(ls "$machine/record")" ]
  diff <(echo "$before") <(find "$machine"/{path,home,tmp} -name .cache -prune -o -printf '%p %m %s %T@ %l\n')
}
