#!/usr/bin/env bats
# Man pages: clean in the eyes of mandoc, and with all that the verbs say of themselves.

repo=${BATS_TEST_DIRNAME%/test/*}

setup_file() {
  "$repo/scripts/hey" help --man-dir "$BATS_FILE_TMPDIR/man"
  node "$repo/lib/load.cjs" "$repo/test/man/facts.ts" >"$BATS_FILE_TMPDIR/facts"
}

setup() {
  cd "$BATS_FILE_TMPDIR"
}

# rendered VERB: the page's text on one line, as no line may end in the midst of what is looked for.
rendered() { mandoc -T utf8 -O width=400 "man/${1:+hey-$1}.1" | col -bx | tr -s ' \n' '  '; }

@test "a page for hey and for every verb, and nothing else" {
  diff <(ls man) <({ echo hey.1 && cd "$repo/scripts" && printf 'hey-%s.1\n' *.ts | sed 's/\.ts//'; } | LC_ALL=C sort)
}

@test "mandoc has nothing to complain of" {
  mandoc -T lint -W warning man/*.1
  # It would.
  { cat man/hey.1 && echo '.TQX'; } >broken
  if mandoc -T lint -W warning broken; then false; fi
}

@test "a hyphen that is typed can be copied from the page" {
  # In UTF-8, groff makes a typographic one of a bare '-'.
  if grep -hv '^\.TH ' man/*.1 | grep -E '(^|[^\\])-'; then false; fi
}

@test "pages are ASCII, and the same however and wherever they are made" {
  if LC_ALL=C grep -n '[^ -~]' man/*.1; then false; fi
  LC_ALL=C TZ=Asia/Tokyo "$repo/scripts/help.ts" --man ops deploy | diff man/hey-ops-deploy.1 -
  (cd / && "$repo/scripts/help.ts" --man ops-deploy) | diff man/hey-ops-deploy.1 -
  "$repo/scripts/hey" help --man | diff man/hey.1 -
  "$repo/scripts/hey" --help --man | diff man/hey.1 -
}

@test "every option, text, status and example of a verb stands in its page" {
  local verb='' what text page=''
  while IFS=$'\t' read -r now what text; do
    [ "$now" = "$verb" ] || { verb=$now page=$(rendered "$verb"); }
    case $what in example) text="hey ${verb/-/ }${text:+ $text}" ;; esac
    # Blanks are squeezed in the page.
    text=$(tr -s ' ' <<<"$text")
    [[ $page == *"$text"* ]] || { echo "$verb: $what: $text"; false; }
  done <facts
  [ "$(grep -c . facts)" -gt 300 ]
}

@test "hey's own page has every verb, and each page the statuses of all" {
  local page verb
  page=$(mandoc -T utf8 -O width=400 man/hey.1 | col -bx | tr -s ' \n' '  ')
  while IFS=$'\t' read -r verb _ text; do
    [[ $page == *" ${verb/-/ } $text "* ]] || { echo "$verb"; false; }
    [[ $page == *"hey-$verb(1)"* ]]
    [[ $(rendered "$verb") == *" 2 the command is wrong"*" else that of the program"* ]]
  done < <(awk -F '\t' '!seen[$1]++' facts)
}

@test "what stands first in a line, or means something to roff, arrives as it is" {
  cat >verb.ts <<X
import { flag } from "$repo/lib/spec/spec.ts";
import { verbPage } from "$repo/lib/verb/man.ts";
const text = ".B 'quoted' \\\\fBnot bold\\\\fP \"double\" \`back\` ^ ~ -- \\\\";
process.stdout.write(verbPage({ name: "x", summary: text, description: text, takes: { a: flag("'br then … →") }, most: [], purpose: "Look", passes: undefined, examples: [".x 'y' \\\\n(.z"], statuses: { 7: ".seven" } }, []));
X
  node "$repo/lib/load.cjs" "$PWD/verb.ts" >x.1
  mandoc -T lint -W warning x.1
  mandoc -T utf8 -O width=400 x.1 | col -bx >text
  grep -F "x - .B 'quoted' \\fBnot bold\\fP \"double\" \`back\` ^ ~ -- \\" text
  grep -F "'br then … →" text
  grep -F "hey x .x 'y' \\n(.z" text
  grep -F ".seven" text
}

@test "groff has nothing to complain of either, and man finds the pages" {
  command -v groff >/dev/null || skip "SKIPPED: groff is not installed"
  [ -z "$(groff -man -ww -z -Tutf8 man/*.1 2>&1)" ]
  command -v man >/dev/null || skip "SKIPPED: man is not installed"
  mkdir share && cp -R man share/man1
  MANPATH=$PWD/share MANPAGER=cat man hey-ops-deploy | col -bx | grep -q 'hey-ops-deploy(1)\|HEY-OPS-DEPLOY(1)'
}

@test "--man-dir: again, into what is there; a directory that can't be made is said" {
  "$repo/scripts/hey" help --man-dir "a b/c"
  diff -r man "a b/c"
  "$repo/scripts/hey" help --man-dir "a b/c"
  diff -r man "a b/c"
  : >file
  if "$repo/scripts/hey" help --man-dir file/man 2>stderr; then false; fi
  grep -q 'file.*: Not a directory' stderr
}

@test "the printed script writes the same, in every shell" {
  local shell
  "$repo/scripts/hey" help --print --man-dir printed >script
  for shell in dash bash "zsh -f" "busybox sh"; do
    rm -rf printed
    $shell <script
    diff -r man printed
  done
}

@test "words that have no page are refused" {
  local line
  refused() {
    local status=0
    "$repo/scripts/hey" help "${@:2}" >stdout 2>stderr || status=$?
    [ "$status" = 2 ]
    [ ! -s stdout ]
    grep -qF -e "$1" stderr
  }
  refused "has no man page" --man ops
  refused "unknown command 'snyc'; did you mean sync" --man snyc
  refused "--man-dir is for all pages; leave out 'ops deploy'" --man-dir x ops deploy
  refused "can't go together" --man --man-dir x
  [ ! -e x ]
}

ids_in_docs() { sed -n '/^## Findings/,$s/^| `[a-z-]*` | .* |$/&/p' "$repo/docs/doctor.md"; }

@test "docs/doctor.md has every finding; HEY_ACCEPT=1 writes them into it" {
  echo "for (const [id, text] of Object.entries(require('$repo/lib/doctor/finding.ts').ids)) console.log('| \`' + id + '\` | ' + text + ' |');" >ids.cjs
  node "$repo/lib/load.cjs" "$PWD/ids.cjs" >ids
  [ "$(wc -l <ids)" -gt 20 ]
  if [ -n "${HEY_ACCEPT-}" ]; then
    sed -i -e '/^## Findings/,${/^| id | |$/,/^|---/!{/^| /d}}' "$repo/docs/doctor.md"
    sed -i -e '/^| id | |$/{n;r ids' -e '}' "$repo/docs/doctor.md"
  fi
  diff <(ids_in_docs) ids
}

@test "docs/keys.md has the statuses of bootstrap" {
  diff <(grep -A 1 '^How `bootstrap` ends' "$repo/docs/keys.md" | grep -oE '\b(0|3[0-9]) [a-z]' | cut -d ' ' -f 1 | sort -u) <(awk -F '\t' '$1 == "ops-bootstrap" && $2 == "status" { print $3 + 0 }' facts)
}

@test "every status that a script ends with by itself is one that a verb names" {
  local status
  for status in $(grep -rhoE '(exit|finish) (1[0-9]|[2-9][0-9])\b' "$repo/lib/shell/here" | cut -d ' ' -f 2 | sort -u); do
    grep -qP "\tstatus\t$status " facts || { echo "$status"; false; }
  done
}
