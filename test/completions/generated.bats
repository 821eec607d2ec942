#!/usr/bin/env bats
load shells.bash

root=$BATS_TEST_DIRNAME/../..

setup_file() {
  make_odd_world
  # Every verb with its options, help and choices, as the verbs say them themselves: NAME<tab>KIND<tab>WORD<tab>HELP.
  cat >"$BATS_FILE_TMPDIR/list.cjs" <<'EOT'
const { allVerbs } = require(`${process.argv[2]}/lib/verb/verbs.ts`);
for (const { name, takes } of allVerbs()) {
  for (const [word, param] of Object.entries(takes)) {
    const option = param.kind === "flag" || param.kind === "option";
    if (option) console.log([name, "option", `--${word}`, param.help].join("\t"));
    if (param.kind === "arg" && typeof param.from === "object")
      for (const [choice, help] of Object.entries(param.from)) console.log([name, "choice", choice, help].join("\t"));
    if (option && typeof param.from === "object" && param.bare === undefined)
      for (const [choice, help] of Object.entries(param.from)) console.log([name, `choice of --${word}`, choice, help].join("\t"));
  }
}
EOT
  node "$root/lib/load.cjs" "$BATS_FILE_TMPDIR/list.cjs" "$root" >"$BATS_FILE_TMPDIR/verbs"
}

@test "generated: the committed files are what the verbs say" {
  run "$root/scripts/completions.ts" --check
  [ "$status" -eq 0 ]
}

@test "generated: --check sees a change, --write undoes it" {
  mkdir "$BATS_TEST_TMPDIR/copy"
  cd "$BATS_TEST_TMPDIR/copy"
  cp -R "$root"/{completions,lib,scripts,package.json,tsconfig.json} .
  ln -s "$(readlink -f "$root/node_modules")" node_modules
  for file in _hey-scripts hey.zsh hey.bash hey.fish; do
    echo "# by hand" >>"completions/$file"
    run scripts/completions.ts --check
    [ "$status" -eq 1 ]
    [[ $output == *"completions/$file differs"* ]]
  done
  rm completions/hey.bash
  sed -i 's/flag("more output from nix/flag("much output from nix/' scripts/ops-deploy.ts
  run scripts/completions.ts --write
  [ "$status" -eq 0 ]
  run scripts/completions.ts --check
  [ "$status" -eq 0 ]
  grep -q 'much output from nix' completions/_hey-scripts completions/hey.bash completions/hey.fish
  run cmp -s completions/hey.bash "$root/completions/hey.bash"
  [ "$status" -eq 1 ]
}

@test "generated: the shells can read them" {
  zsh -n "$root/completions/_hey-scripts"
  zsh -n "$root/completions/hey.zsh"
  bash -n "$root/completions/hey.bash"
  bash -o posix -n "$root/completions/hey.bash"
  fish --no-execute "$root/completions/hey.fish"
  run env LC_ALL=C grep -nP '[^\t\x20-\x7e]' "$root"/completions/_hey-scripts "$root"/completions/hey.*
  [ "$status" -eq 1 ]
}

@test "generated: shellcheck finds nothing in the bash" {
  command -v shellcheck >/dev/null || skip "shellcheck is not here"
  # 2016: regular expressions with a $. 2034, 2154: names that the callers look at, and theirs. 2178, 2128, 2206: shellcheck takes the
  # locals of two functions for one.
  shellcheck -s bash -e 2016,2034,2154,2178,2128 "$root"/completions/hey.bash
}

@test "generated: bash 3.2 could read it" {
  # What came later, in the words of the manual: case conversion, associative arrays, mapfile, negative indices, namerefs, &>>, |&.
  run grep -nE '\$\{[a-z_]+(\[[^]]*\])?(,,|\^\^|@[A-Z])|declare -A|local -[An]|mapfile|readarray|\[-[0-9]+\]|&>>|\|&|\[\[ -v |printf .*%\(|coproc|\$\{!?[a-z_]+: -' "$root/completions/hey.bash"
  [ "$status" -eq 1 ]
  # Where compopt is called, what it says about itself is thrown away.
  run grep -nE '^[^_]*compopt -' <(grep -v '2>/dev/null' "$root/completions/hey.bash")
  [ "$status" -eq 1 ]
}

# What a shell shows at TAB for the lines of $BATS_FILE_TMPDIR/lines, a line for each.
shown() {
  local rc=$BATS_TEST_TMPDIR/rc setup start='zsh -i'
  setup=$(load_line "$1")
  mkdir "$rc"
  cd "$world/repo" || return
  case $1 in
    fish)
      env -i HOME="$world/home" HEY_HOME="$world/home" PATH=/usr/bin:/bin LANG=C.UTF-8 fish --no-config -c "$setup; while read -l line; complete -C \$line | string join ' '; end"
      return
      ;;
    zsh) setup="$compinit; LISTMAX=1000; zstyle ':completion:*' list-grouped false; $setup" ;;
    bash) start="bash --rcfile $rc/.zshrc -i" ;;
  esac
  printf '%s\n' "$setup" "source '$BATS_TEST_DIRNAME/rc.$1'" >"$rc/.zshrc"
  sed 's/^/list\t/' | env -i HOME="$world/home" HEY_HOME="$world/home" PATH=/usr/bin:/bin TERM=xterm LANG=C.UTF-8 ZDOTDIR="$rc" zsh -f "$BATS_TEST_DIRNAME/drive.zsh" "$start"
}

parity() {
  local verb kind word help line screen bad=0
  while IFS=$'\t' read -r verb kind word help; do
    case $kind in
      option) line="./scripts/$verb.ts --" ;;
      choice) line="./scripts/$verb.ts " ;;
      *) line="./scripts/$verb.ts ${kind#choice of } " ;;
    esac
    printf '%s\t%s\t%s\n' "$line" "$word" "$help"
  done <"$BATS_FILE_TMPDIR/verbs" >"$BATS_TEST_TMPDIR/wanted"
  cut -f 1 "$BATS_TEST_TMPDIR/wanted" | uniq >"$BATS_TEST_TMPDIR/lines"
  shown "$1" <"$BATS_TEST_TMPDIR/lines" >"$BATS_TEST_TMPDIR/shown"
  [ "$(wc -l <"$BATS_TEST_TMPDIR/shown")" -eq "$(wc -l <"$BATS_TEST_TMPDIR/lines")" ]
  while IFS=$'\t' read -r line word help; do
    screen=$(paste "$BATS_TEST_TMPDIR/lines" "$BATS_TEST_TMPDIR/shown" | grep -aF -e "$line	")
    [[ $screen == *"$word"*"$help"* || $screen == *"$help"*"$word"* ]] && continue
    echo "$1: $line does not show $word with: $help"
    bad=1
  done <"$BATS_TEST_TMPDIR/wanted"
  return "$bad"
}

@test "generated: every option and choice is shown with its description, in zsh" { parity zsh; }
@test "generated: every option and choice is shown with its description, in bash" { parity bash; }
@test "generated: every option and choice is shown with its description, in fish" { parity fish; }

@test "generated: zsh shows the group of each option before what it does" {
  printf '%s\n' './scripts/ops-deploy.ts --' | shown zsh >"$BATS_TEST_TMPDIR/groups"
  for group in 'When to activate' Guard 'Look first' 'Several hosts' Build Connection; do grep -q -e "-- $group: " "$BATS_TEST_TMPDIR/groups"; done
}

@test "generated: there are verbs to look at" {
  [ "$(cut -f 1 "$BATS_FILE_TMPDIR/verbs" | sort -u | wc -l)" -ge 9 ]
}
