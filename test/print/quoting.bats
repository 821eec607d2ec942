#!/usr/bin/env bats
# Hostile words: run directly and as printed, under every shell, a program gets exactly what was typed, or both refuse it alike.
load cases
load ../lib/machine

setup_file() {
  . "$BATS_TEST_DIRNAME/../lib/machine.bash"
  make_machine "$BATS_FILE_TMPDIR/machine"
  export canary=$machine/canary
}

setup() {
  machine=$BATS_FILE_TMPDIR/machine record=$BATS_TEST_TMPDIR/record
  mkdir "$record"
  mapfile -d '' words < <(node "$BATS_TEST_DIRNAME/hostile.cjs" good "$canary")
  cd "$machine/path/to/flake"
  before=$(files)
}

# But for what is kept of every run.
files() { find "$machine/path" "$machine/home" "$machine/tmp" \( -name .cache -o -name .local \) -prune -o -print; }

teardown() {
  [ ! -e "$canary" ]
  [ "$before" = "$(files)" ]
}

# fifty AT: fifty words from that index; tests go through all in parts, so that what fails is easier to find.
fifty() { part=("${words[@]:$1:50}"); }

# got PROGRAM: the argv that its stub was called with, in $BATS_TEST_TMPDIR/got, without their number; and ready for the next call.
got() {
  [ "$(cat "$record/order")" = "$1.1" ]
  sed -z 1d "$record/$1.1/argv" >"$BATS_TEST_TMPDIR/got"
  rm -rf "$record"
  mkdir "$record"
}

# gets PROGRAM WORD… -- VERB…: called directly and as printed under all shells, the verb gives the program these words.
gets() {
  local program=$1 shell expect=() typed verb
  shift
  while [ "$1" != ::: ]; do
    expect+=("$1")
    shift
  done
  shift
  verb=$repo/scripts/$1
  shift
  printf '%s\0' "${expect[@]}" >"$BATS_TEST_TMPDIR/expected"
  on_machine setsid -w "$verb" "$@" </dev/null
  got "$program"
  cmp "$BATS_TEST_TMPDIR/expected" "$BATS_TEST_TMPDIR/got"
  on_machine "$verb" --print "$@" >"$BATS_TEST_TMPDIR/printed"
  [ "$(wc -l <"$BATS_TEST_TMPDIR/printed")" -eq 1 ]
  for shell in sh dash bash "zsh -f" zsh "busybox sh"; do
    # shellcheck disable=SC2086
    on_machine setsid -w $shell <"$BATS_TEST_TMPDIR/printed"
    got "$program"
    cmp "$BATS_TEST_TMPDIR/expected" "$BATS_TEST_TMPDIR/got" || { echo "$shell"; return 1; }
  done
}

@test "there are 450 of them" {
  [ "${#words[@]}" -eq 450 ]
}

@test "words after -- arrive as they are" {
  local at word typed
  for ((at = 0; at < 450; at += 50)); do
    fifty $at
    typed=()
    # Only the value of an option may be any word.
    for word in "${part[@]}"; do typed+=(--argstr x "$word"); done
    gets nixos-rebuild --show-trace --flake "$machine/path/to/flake#id3-eniac" build "${typed[@]}" ::: sync.ts build -- "${typed[@]}"
  done
}

@test "the words of ops-ssh's command arrive at the far shell's program as they are, whichever shell it is" {
  local at shell
  for ((at = 0; at < 450; at += 50)); do
    fifty $at
    # The far shell gets one word: what it makes of that is compared below.
    on_machine setsid -w "$repo/scripts/ops-ssh.ts" vps program "${part[@]}" </dev/null
    got ssh
    mapfile -d '' argv <"$BATS_TEST_TMPDIR/got"
    [ "${#argv[@]}" -eq 3 ]
    [ "${argv[0]} ${argv[1]}" = "root@vps --" ]
    printf '%s\0' program "${part[@]}" >"$BATS_TEST_TMPDIR/typed"
    for shell in sh dash bash "zsh -f" "busybox sh"; do
      # shellcheck disable=SC2086
      on_machine $shell -c "program() { printf '%s\\0' program \"\$@\"; }; ${argv[2]}" >"$BATS_TEST_TMPDIR/arrived"
      cmp "$BATS_TEST_TMPDIR/typed" "$BATS_TEST_TMPDIR/arrived" || { echo "$shell"; return 1; }
    done
    gets ssh root@vps -- "${argv[2]}" ::: ops-ssh.ts vps program "${part[@]}"
  done
}

@test "values of --ssh-option arrive as they are, or are refused alike for a blank" {
  local at word typed=() expect=() blank=()
  for word in "${words[@]}"; do
    case $word in
      '') ;;
      *' '*) blank+=("$word") ;;
      *) typed+=("--ssh-option" "Key=$word") expect+=(-o "Key=$word") ;;
    esac
  done
  for ((at = 0; at < ${#typed[@]}; at += 160)); do
    gets ssh "${expect[@]:at:160}" root@vps ::: ops-ssh.ts "${typed[@]:at:160}" vps
  done
  for word in "${blank[@]:0:12}"; do refused ops-ssh.ts "--ssh-option=Key=$word" vps; done
}

# refused VERB WORD…: with the same line and status, run and printed.
refused() {
  local verb=$1 one two
  shift
  one=$(! on_machine "$repo/scripts/$verb" "$@" 2>&1 </dev/null)
  two=$(! on_machine "$repo/scripts/$verb" --print "$@" 2>&1)
  [ "$one" = "$two" ]
  [[ $one == "${verb%.ts}: "* && $one != *[[:cntrl:]]* ]]
  [ ! -e "$record/order" ]
}

@test "words that don't survive a paste are refused alike" {
  local word
  while IFS= read -r -d '' word; do refused ops-ssh.ts vps "$word"; done < <(node "$BATS_TEST_DIRNAME/hostile.cjs" bad "$canary")
}

@test "what a host says moves no cursor, in any shell" {
  local shell seen
  for shell in dash bash "busybox sh"; do
    for LC_ALL in C C.UTF-8; do
      export LC_ALL
      # shellcheck disable=SC2016,SC2086
      seen=$($shell -c '
        for part in harmless fact hear; do . "$1/lib/shell/here/$part.sh"; done
        facts=$(printf "plain kernel 6.6.1 -> 6.6.8 (a_b@c)\nescape a\033[2Jb\nc1 a\302\2332Jb\nraw a\2332Jb\nbidi a\342\200\256b\nodd a;b\$(c)" | plain_answer)
        for name in plain escape c1 raw bidi odd; do fact "$name"; done' sh "$repo")
      [ "$seen" = "kernel 6.6.1 -> 6.6.8 (a_b@c)"$'\n'ab$'\n'"a2Jb"$'\n'"a2Jb"$'\n'"ab"$'\n''a;b$(c)' ]
    done
  done
}

@test "a flake in a directory with a hostile name" {
  local name dir=$BATS_TEST_TMPDIR/flakes
  for name in "it's" '$(touch canary)' '`id`' 'a"b' '~' '=ls' '*' 'a b' '!!' 'é🦊' 'a;b' '\'; do
    mkdir -p "$dir/$name"
    cp "$machine/path/to/flake/flake.nix" "$dir/$name/"
    gets nixos-rebuild --show-trace --flake "$dir/$name#id3-eniac" build ::: sync.ts build --host id3-eniac --flake "$dir/$name"
  done
}
