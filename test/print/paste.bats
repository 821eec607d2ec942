#!/usr/bin/env bats
# What is printed is often pasted: into an interactive shell with its default options it does what it does under sh.
load cases

setup_file() {
  local at verb word typed
  command -v tmux >/dev/null || skip "SKIPPED: tmux is not installed"
  command -v zsh >/dev/null || skip "SKIPPED: zsh is not installed"
  "$BATS_TEST_DIRNAME/machines" "$BATS_FILE_TMPDIR/machines"
  # Hostile words as cases of their own.
  . "$BATS_TEST_DIRNAME/../lib/machine.bash"
  machine=$BATS_FILE_TMPDIR/machines/0
  mkdir "$BATS_FILE_TMPDIR/hostile"
  mapfile -d '' words < <(node "$BATS_TEST_DIRNAME/hostile.cjs" good "$machine/canary")
  for ((at = 0; at < 450; at += 30)); do
    typed=()
    # Only the value of an option may be any word.
    for word in "${words[@]:at:30}"; do typed+=(--argstr x "$word"); done
    {
      echo '# $ see hostile.cjs'
      on_machine "$repo/scripts/ops-deploy.ts" vps-ultraman --print --flake "$machine/path/to/flake" -- "${typed[@]}"
    } >"$BATS_FILE_TMPDIR/hostile/hostile-$at.sh"
  done
}

# all_pasted HOW SHELL: every line that is one command, every third script that has a shape of its own (with HEY_HOSTILE=all each of them), and
# hostile words.
all_pasted() {
  local which status=0 files every=3
  [ "${HEY_HOSTILE-}" != all ] || every=1
  mapfile -t files < <(grep -L '^/bin/sh /dev/fd/3 ' "$BATS_TEST_DIRNAME"/../cases/*.sh && one_per_shape | awk -v every="$every" 'NR % every == 1 % every')
  [ "${#files[@]}" -gt 80 ]
  for which in none /etc/ssh /persist/etc/ssh; do
    cases_with "$which" "${files[@]}" "$BATS_FILE_TMPDIR"/hostile/*.sh |
      with_global_key "$which" xargs -d '\n' -r "$BATS_TEST_DIRNAME/paste" "$BATS_FILE_TMPDIR/machines" "$@" || status=1
  done
  [ ! -e "$BATS_FILE_TMPDIR/machines/0/canary" ]
  return $status
}

@test "pasted into bash" { all_pasted bracketed "bash --norc --noprofile"; }
@test "pasted into bash without bracketed paste" { all_pasted unbracketed "bash --norc --noprofile"; }
@test "pasted into zsh" { all_pasted bracketed "zsh -f"; }
@test "pasted into zsh without bracketed paste" { all_pasted unbracketed "zsh -f"; }
