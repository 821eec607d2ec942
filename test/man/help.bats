#!/usr/bin/env bats
# Help: whole, short, by topic. It fits the terminal, and each option stands under a heading.
bats_require_minimum_version 1.5.0

repo=${BATS_TEST_DIRNAME%/test/*}

setup_file() {
  cat >"$BATS_FILE_TMPDIR/help.ts" <<X
import { brief, help } from "$repo/lib/spec/help.ts";
import { isOption } from "$repo/lib/spec/spec.ts";
import { allVerbs } from "$repo/lib/verb/verbs.ts";

// A line each: the verb, what it is, the width it is for, its own, the text.
for (const verb of allVerbs()) {
  const typed = \`hey \${verb.name.replace("-", " ")}\`;
  const short = \`hey \${verb.name.replace("ops-", "")}\`;
  const say = (what: string, width: number, text: string) => {
    for (const line of text.trimEnd().split("\\n")) process.stdout.write(\`\${verb.name}\\t\${what}\\t\${width}\\t\${[...line].length}\\t\${line}\\n\`);
  };
  for (const width of [60, 80, 100]) {
    say("help", width, help(verb, typed, short, width));
    say("brief", width, brief(verb, typed, short, width));
  }
  for (const [name, param] of Object.entries(verb.takes))
    if (isOption(param)) process.stdout.write(\`\${verb.name}\\toption\\t\${param.group ?? ""}\\t\${"negates" in param ? "" : \`--\${name}\`}\\n\`);
  for (const name of verb.most) process.stdout.write(\`\${verb.name}\\tmost\\t\${name in verb.takes ? "yes" : "no"}\\t\${name}\\n\`);
}
X
  node "$repo/lib/load.cjs" "$BATS_FILE_TMPDIR/help.ts" >"$BATS_FILE_TMPDIR/help"
}

setup() {
  cd "$BATS_FILE_TMPDIR"
  PATH=$repo/scripts:$PATH
  # wc counts columns in it.
  export LC_ALL=C.UTF-8
}

@test "no line is longer than the terminal is wide, but for examples, which are copied" {
  awk -F '\t' '
    $2 != "help" && $2 != "brief" { next }
    $5 ~ /^[A-Z]/ { heading = $5 }
    # One word that is wider can not be broken.
    heading != "Examples" && $4 > $3 && $5 ~ /[^ ] / { print; found = 1 }
    { seen++ }
    END { exit found || seen < 1000 }
  ' help
  # Nor is any character wider than a column.
  if LC_ALL=C.UTF-8 grep -P '[^\x20-\x7e\t…→–]' help; then false; fi
}

@test "-h of every verb fits 80 columns and 40 rows, and names the groups that --help adds" {
  awk -F '\t' '$2 == "brief" && $3 == 80 { rows[$1]++ } END { for (verb in rows) { seen++; if (rows[verb] > 40) { print verb, rows[verb]; found = 1 } } exit found || seen < 15 }' help
  hey ops deploy -h >short
  [ "$(wc -l <short)" -le 40 ]
  grep -q '^Most used$' short
  tr -s ' \n' '  ' <short | grep -q 'With --help also: When to activate, Guard, Look first, .*Connection, Every command'
  grep -q -e '--guard ' short
  if grep -q -e '--settle ' short; then false; fi
}

@test "every option of every verb stands once in its help, under a heading; the headings are those of the table" {
  local verb name count
  while IFS=$'\t' read -r verb name; do
    count=$(awk -F '\t' -v verb="$verb" '$1 == verb && $2 == "help" && $3 == 80 { print $5 }' help | sed '/^What goes with what/,$d' | grep -cE -e "^  (-[a-z], )?$name([[ ]|\$)")
    [ "$count" = 1 ] || { echo "$verb $name: $count"; false; }
  done < <(awk -F '\t' '$2 == "option" && $4 != "" { print $1 "\t" $4 }' help)
  # A verb with many options groups all of them.
  awk -F '\t' '$2 == "option" { count[$1]++; if ($3 == "") bare[$1]++ } END { for (verb in count) if (count[verb] > 16 && bare[verb] > 5) { print verb, bare[verb]; found = 1 } exit found }' help
  [ "$(awk -F '\t' '$2 == "most" && $3 == "no"' help)" = "" ]
}

@test "the help is as wide as the terminal, and 100 columns at most" {
  local columns widest
  for columns in 60 80 160; do
    script -qec "stty cols $columns rows 40; hey ops deploy --help" /dev/null </dev/null | tr -d '\r' |
      awk '/^[A-Z]/ { heading = $0 } heading !~ /^(Examples|Usage)/' >seen
    widest=$(wc -L <seen)
    [ "$widest" -le "$columns" ]
    [ "$widest" -le 100 ]
    [ "$columns" -lt 160 ] || [ "$widest" -gt 90 ]
  done
}

@test "hey and hey help: by purpose, in 80 columns and 40 rows, with the topics" {
  hey help >seen
  [ "$(wc -l <seen)" -le 40 ]
  [ "$(wc -L <seen)" -le 80 ]
  [ "$(grep -E '^[A-Z][A-Za-z ]*$' seen | paste -sd ,)" = "Deploy,Look,Set up,This machine,Help" ]
  local topic
  for topic in exit-codes hey.toml guard json environment; do
    grep -q "^  hey help $topic " seen
    hey help $topic >text
    [ "$(wc -l <text)" -gt 8 ]
    [ "$(wc -L <text)" -le 80 ]
  done
}

@test "topics have what the code has: every status, every setting, every option of the guard" {
  local status name
  hey help exit-codes >text
  for status in 0 1 2 10 11 12 13 14 15 16 20 21 30 31 32 33; do grep -qE "^  $status " text; done
  hey help hey.toml >text
  for name in target tags guard check confirm-timeout ssh-option backend lane-timeout; do grep -qE "^  (--)?$name([[ ]|$)|^  ${name^^}" text || { echo "$name"; false; }; done
  hey help guard >text
  for name in --guard --settle --check --no-last-reboot; do grep -qE -e "^  $name( |$)" text; done
}

@test "a topic that is mistyped is answered with the one that is meant" {
  run -2 hey help exit-code
  [[ $output == *"exit-codes"* ]]
  run -2 hey help --man guard
}
