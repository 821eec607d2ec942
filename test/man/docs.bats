#!/usr/bin/env bats
# README and docs/: their commands work, their tables are what the code has, their links lead somewhere, and README is short.
load ../lib/machine

setup_file() {
  . "$BATS_TEST_DIRNAME/../lib/machine.bash"
  make_machine "$BATS_FILE_TMPDIR/machine"
  make_key "$machine/home/me/.ssh/global" everywhere
  make_flake "$machine/path/to/homelab" id3-eniac vps-ultraman vps-pacman web01 web02 db
  remember "$machine/path/to/homelab"
  printf '[hosts.%s]\ntags = ["vps"]\n' vps-ultraman vps-pacman >"$machine/path/to/homelab/hey.toml"
  mkdir -p "$machine/home/me/.local/state/hey"
  echo '{"began":1,"ended":2,"status":0,"verb":"ops-deploy","host":"vps-ultraman","target":"vps"}' >"$machine/home/me/.local/state/hey/log"
}

setup() {
  machine=$BATS_FILE_TMPDIR/machine
  pages=("$repo/README.md" "$repo"/docs/*.md)
  cd "$BATS_TEST_TMPDIR"
}

# commands FILE: those of hey in its blocks of shell, but for blocks that are marked as an example.
commands() { awk '/^```sh$/ { sh = 1; next } /^```/ { sh = 0 } sh && /^hey / { sub(/ +# .*/, ""); print }' "$1"; }

@test "every command of hey in a block of shell prints a script that a shell takes, or is marked as an example" {
  local page line dir count=0
  mkdir etc persist && cp "$machine/home/me/.ssh/global" etc/global_ed25519
  run=
  "$repo/test/lib/sandbox" --works && run="$repo/test/lib/sandbox $PWD/etc $PWD/persist"
  for page in "${pages[@]}"; do
    while IFS= read -r line; do
      # The first hey.toml is of a flake that has none.
      dir=$machine/path/to/homelab
      [[ $line != 'hey init'* ]] || dir=$machine/path/to/flake
      eval "set -- $line"
      [[ $line == *--print* ]] || set -- "$@" --print
      # A command for the other side ends hey's own words.
      [[ $line != 'hey ops ssh'* ]] || set -- hey ops ssh --print "${@:4:$#-4}"
      on_machine env -C "$dir" "$repo/scripts/hey" "${@:2}" >script 2>stderr </dev/null || { echo "${page##*/}: $line" && cat stderr && false; }
      sh -n script
      count=$((count + 1))
    done < <(commands "$page")
  done
  [ "$count" -gt 25 ]
}

@test "every command of hey in the text has a verb and options that there are" {
  local page line status count=0
  for page in "${pages[@]}"; do
    while IFS= read -r line; do
      read -ra words <<<"$line"
      status=0
      on_machine env -C "$machine/path/to/homelab" "$repo/scripts/hey" "${words[@]:1}" --help >/dev/null 2>stderr </dev/null || status=$?
      [ "$status" = 0 ] || { echo "${page##*/}: $line" && cat stderr && false; }
      count=$((count + 1))
    done < <(grep -oE '`hey [a-z][^`]*`' "$page" | tr -d '`' | grep -oE '^hey( ops)? [a-z-]+' | sed 's/^hey help .*/hey help/' | sort -u)
  done
  [ "$count" -gt 30 ]
  # Options, by themselves: some verb takes each.
  node "$repo/lib/load.cjs" "$repo/test/man/facts.ts" | awk -F '\t' '$2 == "option" { print $3 }' | sort -u >known
  printf '%s\n' --no-guard --no-diff --no-ask --no-reboot >>known
  grep -ohE '`hey [^`]*`' "${pages[@]}" | sed 's/ -- .*//' | grep -oE -e ' --[a-z][a-z-]+' | tr -d ' ' | sort -u | grep -vxFf known | grep -vxE -e '--(version|write|name|profile-name)' >strange || :
  cat strange
  [ ! -s strange ]
}

@test "the npm scripts that they name are there" {
  local name
  for name in $(grep -ohE 'npm run [a-z:]+' "${pages[@]}" | cut -d ' ' -f 3 | sort -u); do
    grep -qF "\"$name\":" "$repo/package.json"
  done
}

# As `hey help TOPIC` says it, in a page's own marks.
@test "docs/ has the topics of hey help; HEY_ACCEPT=1 writes them into it" {
  cat >topics.ts <<X
import { writeFileSync } from "node:fs";
import { allVerbs } from "$repo/lib/verb/verbs.ts";
import { topicMarkdown, topics } from "$repo/lib/verb/topics.ts";
for (const topic of topics(allVerbs())) writeFileSync(\`\${topic.name}.topic\`, topicMarkdown(topic));
X
  node "$repo/lib/load.cjs" "$PWD/topics.ts"
  local name page
  for name in exit-codes json hey.toml; do
    page=$repo/docs/${name/./-}.md
    if [ -n "${HEY_ACCEPT-}" ]; then
      sed -i -e "/<!-- hey help $name -->/,/<!-- \/hey help -->/{//!d}" -e "/<!-- hey help $name -->/r $name.topic" "$page"
    fi
    diff <(sed "1,/<!-- hey help $name -->/d; /<!-- \/hey help -->/,\$d" "$page") "$name.topic"
  done
}

@test "every link within the repository leads to a file, and to a heading of it" {
  local page link file anchor count=0
  for page in "${pages[@]}"; do
    while IFS= read -r link; do
      file=${link%%#*} anchor=
      [[ $link != *'#'* ]] || anchor=${link#*#}
      if [ -n "$file" ]; then file=${page%/*}/$file; else file=$page; fi
      [ -e "$file" ] || { echo "${page##*/}: $link"; false; }
      [ -z "$anchor" ] || grep -E '^#+ ' "$file" | sed -E 's/^#+ //' | tr '[:upper:]' '[:lower:]' | sed "s/[^a-z0-9 _-]//g; s/ /-/g" | grep -qxF "$anchor" || { echo "${page##*/}: $link"; false; }
      count=$((count + 1))
    done < <(grep -oE '\]\([^)]+\)' "$page" | sed 's/^](//; s/)$//' | grep -vE '^[a-z]+:')
  done
  [ "$count" -gt 25 ]
}

@test "README has 150 to 200 lines, and no sentence of more than 25 words" {
  local lines
  lines=$(wc -l <"$repo/README.md")
  [ "$lines" -ge 150 ] && [ "$lines" -le 200 ]
  # Prose alone: no blocks, tables and pictures; lists and paragraphs end a sentence, too.
  awk '/^```/ { code = !code; print ""; next } code || /^\|/ || /^!/ || /^#/ { print ""; next } { print }' "$repo/README.md" |
    sed -E 's/^(- |[0-9]+\. )/\n/; s/\[([^]]*)\]\([^)]*\)/\1/g' | awk -v RS= '{ gsub(/\n/, " "); print }' |
    sed -E 's/([.:!?·])\)?( |$)/\1\n/g; s/\*\*//g' | awk 'NF > 25 { print NF ": " $0; found = 1 } END { exit found }'
}
