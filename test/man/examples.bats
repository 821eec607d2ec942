#!/usr/bin/env bats
# The examples of every verb's help do what they say: each has a script, printed with nothing but a flake, keys and an ssh configuration.
load ../lib/machine

setup_file() {
  . "$BATS_TEST_DIRNAME/../lib/machine.bash"
  make_machine "$BATS_FILE_TMPDIR/machine"
  make_key "$machine/home/me/.ssh/global" everywhere
  make_flake "$machine/path/to/homelab" id3-eniac vps-ultraman vps-pacman web1 web2 db
  remember "$machine/path/to/homelab"
  printf '[hosts.%s]\ntags = ["vps"]\n' vps-ultraman vps-pacman >"$machine/path/to/homelab/hey.toml"
  # Something was done to a host.
  mkdir -p "$machine/home/me/.local/state/hey"
  echo '{"began":1,"ended":2,"status":0,"verb":"ops-deploy","host":"vps-ultraman","target":"vps"}' >"$machine/home/me/.local/state/hey/log"
  node "$repo/lib/load.cjs" "$repo/test/man/facts.ts" | awk -F '\t' -v OFS='\t' '$2 == "example" { print $1, $3 }' >"$BATS_FILE_TMPDIR/examples"
}

@test "every example prints a script that a shell takes" {
  local verb words dir count=0
  machine=$BATS_FILE_TMPDIR/machine
  cd "$BATS_TEST_TMPDIR"
  # Where namespaces are allowed, a global key lies where push-keys and bootstrap look for it.
  mkdir etc persist && cp "$machine/home/me/.ssh/global" etc/global_ed25519
  "$repo/test/lib/sandbox" --works && run="$repo/test/lib/sandbox $PWD/etc $PWD/persist"
  while IFS=$'\t' read -r verb words; do
    eval "set -- $words"
    # The first hey.toml is of a flake that has none.
    dir=$machine/path/to/homelab
    [ "$verb" != init ] || dir=$machine/path/to/flake
    on_machine env -C "$dir" "$repo/scripts/$verb.ts" --print "$@" >"$BATS_TEST_TMPDIR/script" 2>"$BATS_TEST_TMPDIR/stderr" </dev/null || {
      echo "$verb $words" && cat "$BATS_TEST_TMPDIR/stderr" && false
    }
    [ -s "$BATS_TEST_TMPDIR/script" ]
    [ ! -s "$BATS_TEST_TMPDIR/stderr" ]
    sh -n "$BATS_TEST_TMPDIR/script"
    count=$((count + 1))
  done <"$BATS_FILE_TMPDIR/examples"
  [ "$count" = "$(grep -c . "$BATS_FILE_TMPDIR/examples")" ]
  [ "$count" -gt 25 ]
}

@test "every verb has one, and --help shows them" {
  local file verb
  for file in "$repo"/scripts/*.ts; do
    verb=${file##*/} verb=${verb%.ts}
    grep -q "^$verb"$'\t' "$BATS_FILE_TMPDIR/examples"
    diff <("$file" --help | sed -n '/^Examples$/,/^$/s/^  //p') <(sed -n "s|^$verb\t|$file |p" "$BATS_FILE_TMPDIR/examples" | sed 's/ $//')
  done
}
