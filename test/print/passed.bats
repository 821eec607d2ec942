#!/usr/bin/env bats
# Words behind --: those of the wrapped program that would replace of what hey says, in each way to spell them, and harmless ones.

repo=${BATS_TEST_DIRNAME%/test/*}

@test "words behind -- are refused where they would replace of what hey says, however they are spelled, and others pass" {
  cat >"$BATS_TEST_TMPDIR/passed.cjs" <<'JS'
const [root, table] = process.argv.slice(2);
const { parse } = require(`${root}/lib/spec/argv.ts`);
const before = {
  "sync": ["switch"], "ops-deploy": ["web1"], "ops-bootstrap": ["web1", "192.0.2.1"],
  "install": ["--host", "web1"], "disko": ["mount", "--host", "web1"],
};
const rows = require("node:fs").readFileSync(table, "utf8").split("\n").filter((row) => row !== "" && !row.startsWith("#"));
for (const row of rows) {
  const [verb, says, line] = row.split("\t");
  const words = line.match(/'[^']*'|\S+/g).map((word) => word.replace(/^'(.*)'$/, "$1"));
  const { default: { spec } } = require(`${root}/scripts/${verb}.ts`);
  let seen;
  try {
    const { passed } = parse({ ...spec, typed: verb }, [...before[verb], "--", ...words]);
    seen = passed.join(" ") === words.join(" ") ? "-" : `others pass: ${passed.join(" ")}`;
  } catch (error) {
    if (error.status !== 2) throw error;
    seen = error.message;
  }
  if (says === "-" ? seen !== "-" : !seen.includes(says)) console.log(`${verb} -- ${line}: ${seen === "-" ? "passes" : seen}`);
}
if (new Set(rows).size !== rows.length) console.log("a row is there twice");
if (rows.length < 150) console.log(`only ${rows.length} rows`);
JS
  run node "$repo/lib/load.cjs" "$BATS_TEST_TMPDIR/passed.cjs" "$repo" "$BATS_TEST_DIRNAME/passed.tsv"
  echo "$output"
  [ "$status" = 0 ]
  [ -z "$output" ]
}
