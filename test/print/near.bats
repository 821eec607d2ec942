#!/usr/bin/env bats
# What is proposed for a mistyped word, and what is not.

repo=${BATS_TEST_DIRNAME%/test/*}

@test "a word is proposed only where it is near for the length of what was typed" {
  cat >"$BATS_TEST_TMPDIR/near.cjs" <<'X'
const [root, table] = process.argv.slice(2);
const { near } = require(`${root}/lib/spec/errors.ts`);
const rows = require("node:fs").readFileSync(table, "utf8").split("\n").filter((row) => row !== "" && !row.startsWith("#"));
for (const row of rows) {
  const [word, there = "", wanted = ""] = row.split("\t");
  const seen = near(word, there.split(" ")).sort().join(" ");
  if (seen !== wanted) console.log(`${word} among ${there}: wanted: ${wanted || "none"}; seen: ${seen || "none"}`);
}
if (rows.length < 45) console.log(`only ${rows.length} rows`);
X
  run node "$repo/lib/load.cjs" "$BATS_TEST_TMPDIR/near.cjs" "$repo" "$BATS_TEST_DIRNAME/near.tsv"
  echo "$output"
  [ "$status" = 0 ]
  [ -z "$output" ]
}
