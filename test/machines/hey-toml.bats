#!/usr/bin/env bats
# Every kind of mistake in a hey.toml: one line with the line of the file, status 2, nothing done.
bats_require_minimum_version 1.5.0
load world.bash

setup_file() { make_fleet; }
setup() { in_fleet; }

@test "hey.toml: each mistake is said in one line with its place, and ends with 2" {
  local says text bad=0
  while IFS=$'\t' read -r says text; do
    case $says in '#'* | '') continue ;; esac
    printf '%b' "$text" >hey.toml
    run --separate-stderr verb ops-hosts
    [ "$status" = 2 ] && [ -z "$output" ] && [ "$stderr" = "ops-hosts: ${says//FLAKE/$flake}" ] && continue
    printf '%s\n' "file:   $text" "wanted: 2 ops-hosts: $says" "seen:   $status $stderr$output"
    bad=1
  done <"$BATS_TEST_DIRNAME/mistakes.tsv"
  [ "$bad" = 0 ]
}

@test "hey.toml: every verb that acts on a host refuses a mistake before anything is touched" {
  printf '[defaults]\ngaurd = true\n' >hey.toml
  local verb
  for verb in ops-deploy ops-sync ops-rollback ops-reboot ops-push-keys ops-bootstrap; do
    run --separate-stderr verb "$verb" web1 root@web1
    [ "$status" = 2 ]
    [ "$stderr" = "$verb: hey.toml:2: there is no setting 'gaurd'; did you mean guard?" ]
  done
  [ -z "$(ls "$machine/record")" ]
}

@test "hey.toml: what is no file is refused" {
  mkdir hey.toml
  run --separate-stderr verb ops-hosts
  [ "$status" = 2 ] && [ "$stderr" = "ops-hosts: hey.toml is not a file; remove it, or put a file there" ]
  rmdir hey.toml
  ln -s nothing hey.toml
  run --separate-stderr verb ops-hosts
  [ "$status" = 2 ] && [ "$stderr" = "ops-hosts: hey.toml is not a file; remove it, or put a file there" ]
  rm hey.toml
  ln -s hey.toml hey.toml
  run --separate-stderr verb ops-hosts
  [ "$status" = 2 ] && [ "$stderr" = "ops-hosts: hey.toml is not a file; remove it, or put a file there" ]
  rm hey.toml
  mkfifo hey.toml
  run --separate-stderr timeout 20 bash -c ". '$BATS_TEST_DIRNAME/../lib/machine.bash'; on_machine '$repo/scripts/ops-hosts.ts'"
  [ "$status" = 2 ] && [ "$stderr" = "ops-hosts: hey.toml is not a file; remove it, or put a file there" ]
}

@test "hey.toml: an empty one, one of comments, and one with a byte order mark are fine" {
  local text
  for text in '' '# nothing\n' '\n\n' '[hosts]\n' '[defaults]\n[hosts.web1]\n' '\xef\xbb\xbf[hosts.web1]\ntags = []\n'; do
    printf '%b' "$text" >hey.toml
    run --separate-stderr verb ops-hosts
    [ "$status" = 0 ] && [ -z "$stderr" ]
    [ "${#lines[@]}" = 7 ]
  done
}

@test "hey.toml: it need not be known to git, and Nix can read it" {
  printf '[defaults]\nguard = true\n[hosts."core01.example.org"]\ntags = ["a", "b"]\n' >hey.toml
  run verb ops-hosts --on @a
  [ "${lines[1]}" = 'core01.example.org  core01.example.org  @a @b' ]
  run --separate-stderr nix --extra-experimental-features 'nix-command flakes' eval --impure --json --expr \
    '(builtins.fromTOML (builtins.readFile ./hey.toml)).hosts."core01.example.org".tags'
  [ "$output" = '["a","b"]' ]
}

@test "hey.toml: a long one is read in little time" {
  local n before after
  for ((n = 0; n < 1000; n++)); do printf 'ssh-option = ["Port=%s"]\n' "$n"; done | sed 's/^/# /' >hey.toml
  printf '[defaults]\ncheck = [\n' >>hey.toml
  for ((n = 0; n < 300; n++)); do printf '  "check %s",\n' "$n"; done >>hey.toml
  printf ']\n' >>hey.toml
  run --separate-stderr timeout 5 bash -c ". '$BATS_TEST_DIRNAME/../lib/machine.bash'; on_machine '$repo/scripts/ops-hosts.ts' --why --on db"
  [ "$status" = 0 ]
}

@test "hey.toml: one of 20,000 lines, or of 100,000 dotted parts, takes less than a second of computing" {
  run node "$repo/lib/load.cjs" "$BATS_TEST_DIRNAME/long.cjs"
  echo "$output"
  [ "$status" = 0 ]
  [ "${#lines[@]}" = 19 ]
  if grep -v ' ok$' <<<"$output"; then false; fi
}

@test "hey.toml: the line of each statement is right, in thousands of files" {
  run node "$repo/lib/load.cjs" "$BATS_TEST_DIRNAME/lines.cjs" "$RANDOM"
  [ "$status" = 0 ]
  [ -z "$output" ]
}
