#!/usr/bin/env bats
# What is noted of what was done, and how ops-log shows it.

load words
load guarded

setup_file() { lab_only; }
setup() {
  bats_require_minimum_version 1.5.0
  guarded_setup plain
  rm -f "$XDG_STATE_HOME/hey/log"
}

log() { "$SCRIPTS/ops-log.ts" "$@"; }
# noted FILTER…: of all entries, by jq
noted() { log --json | jq -r "$@"; }
change() { lab knobs $host "{\"marker\": \"$BATS_TEST_NUMBER $1\"${2:+, $2}}"; }

@test "a deployment, a way back, a reboot and a failure: who, what, from where to where, and what came of it" {
  was=$(lab host $host readlink /nix/var/nix/profiles/system | tr -cd 0-9)
  change a '"kernel": "6.6.9"'
  deploy --backend nix
  "$SCRIPTS/ops-rollback.ts" $host $target
  change b '"activationStatus": 1'
  run deploy --backend nix
  [ "$status" = 1 ]
  "$SCRIPTS/ops-reboot.ts" $host $target
  [ "$(noted '[.[] | "\(.verb) \(.host) \(.target) \(.status) \(.by)"] | unique_by(.) | length')" -ge 3 ]
  [ "$(noted '.[] | "\(.verb) \(.status)"' | paste -sd ,)" = "ops-deploy 0,ops-rollback 0,ops-deploy 1,ops-reboot 0" ]
  [ "$(noted '.[0] | "\(.from) \(.to) \(.reboot) \(.host) \(.target) \(.by)"')" = "$was $((was + 1)) kernel 6.6.1 → 6.6.9 $host $target $(id -un)@id3-eniac" ]
  [ "$(noted '.[1] | "\(.from) \(.to) \(.reboot)"')" = "$((was + 1)) $was null" ]
  [[ $(noted '.[2].said') == *"the activation failed (status 1)"* ]]
  noted -e 'all(.[]; (.ms >= 0) and (.began | fromdateiso8601? // (sub("\\.\\d+Z"; "Z") | fromdateiso8601) > 1700000000))'
  run log
  [[ ${lines[0]} == "When "*" Host "*" What "*" Generation "*" Result" ]]
  # The newest first; why it failed below what failed.
  [[ ${lines[1]} == *"ops reboot"*done ]]
  [[ ${lines[2]} == *"ops deploy"*"failed (1)" && ${lines[3]} == "    "*"the activation failed"* ]]
  [ "$(stat -c %a "$XDG_STATE_HOME/hey/log")" = 600 ]
}

@test "what was printed and run by hand is noted too, in every shell; so is each of several hosts, with its transcript" {
  for shell in dash bash "zsh -f" "busybox sh"; do
    change "$shell"
    deploy --backend nix --print >"$BATS_TEST_TMPDIR/script"
    # shellcheck disable=SC2086
    $shell "$BATS_TEST_TMPDIR/script"
  done
  [ "$(noted '[.[] | select(.status == 0 and (.to | tonumber) == (.from | tonumber) + 1)] | length')" = 4 ]
  change several
  "$SCRIPTS/ops-deploy.ts" --on vps-ultraman,vps-pacman
  [ "$(noted '[.[-2:][].host] | sort | join(",")')" = vps-pacman,vps-ultraman ]
  grep -q "ask .*$host" "$(noted '.[-2:][] | select(.host == "vps-ultraman").transcript')"
  [ "$(log vps-pacman --json | jq length)" = 1 ]
  [ "$(log -n 2 --json | jq length)" = 2 ]
  [ "$(log -n 2 | wc -l)" = 3 ]
}

@test "what has ended before anything was changed says so, and is no deploy of the page; a look is not noted at all" {
  change first
  deploy --backend nix --dry-activate --diff
  deploy --dry-activate --backend nix
  [ "$(log)" = "$(log | head -n 1)" ]
  deploy --backend nix
  # It does not answer; it is refused; it is not built.
  run "$SCRIPTS/ops-deploy.ts" $host $target --backend nix --ssh-option ConnectTimeout=1 --ssh-option Port=9
  [ "$status" = 1 ]
  run "$SCRIPTS/ops-rollback.ts" $host $target --to 999
  [ "$status" = 1 ]
  echo 'throw "no"' >"$FLEET/hosts/$host/default.nix"
  run deploy --backend nix
  git -C "$FLEET" checkout -q "hosts/$host"
  [ "$status" != 0 ]
  run "$SCRIPTS/ops-deploy.ts" $host $target --guard --ssh-option ConnectTimeout=1 --ssh-option Port=9
  [ "$status" = 1 ]
  "$SCRIPTS/ops-reboot.ts" $host $target --if-needed
  # What has begun to change something has, however it ends.
  change fails '"activationStatus": 1'
  run deploy --guard
  [ "$status" = 12 ]
  run deploy --backend nix
  echo "$(noted '.[] | "\(.verb) \(.status) \(.untouched) \(.said)"')"
  [ "$(noted '.[] | "\(.verb) \(.status == 0) \(.untouched)"' | paste -sd ,)" = "ops-deploy true null,ops-deploy false true,ops-rollback false true,ops-deploy false true,ops-deploy false true,ops-reboot true true,ops-deploy false null,ops-deploy false null" ]
  "$SCRIPTS/ops-deploy.ts" --on vps-pacman
  "$SCRIPTS/ops-deploy.ts" --on vps-pacman
  [ "$(noted '.[-1] | "\(.host) \(.status) \(.untouched)"')" = "vps-pacman 0 true" ]
  run log vps-pacman
  [[ ${lines[1]} == *"already so" ]]
  "$SCRIPTS/ops-status.ts" --on 'vps*' --html "$BATS_TEST_TMPDIR/page.html"
  page=$(xmllint --xpath "//*[@id = '$host']" "$BATS_TEST_TMPDIR/page.html")
  for text in "3 deploys" ">1 done<" ">1 went back<" ">1 failed<"; do grep -qF "$text" <<<"$page"; done
}

@test "what finds the lock held when it would begin has changed nothing; a reboot that does says that it was none" {
  # Somebody takes it while the system is copied.
  mkdir -p "$BATS_TEST_TMPDIR/bin"
  printf '%s\n' '#!/bin/sh' "case \" \$* \" in *' copy '*) $(type -P lab) host $host sh -c 'mkdir -p /run/hey; flock /run/hey/lock sh -c \"until [ -e /run/let-go ]; do sleep 0.1; done\" >/dev/null 2>&1 & sleep 0.3' 3>&- ;; esac" \
    "exec $(type -P nix) \"\$@\"" >"$BATS_TEST_TMPDIR/bin/nix"
  chmod +x "$BATS_TEST_TMPDIR/bin/nix"
  change held
  for words in "--backend nix" --guard; do
    lab host $host sh -c 'touch /run/let-go; mkdir -p /run/hey; flock /run/hey/lock rm /run/let-go'
    # shellcheck disable=SC2086
    PATH=$BATS_TEST_TMPDIR/bin:$PATH run deploy $words
    echo "$output"
    [ "$status" = 13 ]
  done
  run "$SCRIPTS/ops-reboot.ts" $host $target
  echo "$output"
  [ "$status" = 13 ]
  [[ ${lines[-1]} == "ops-reboot: another deployment holds the lock"*"; root@$target was not rebooted (status 13)" ]]
  [ "$(noted '.[] | "\(.verb) \(.status) \(.untouched)"' | paste -sd ,)" = "ops-deploy 13 true,ops-deploy 13 true,ops-reboot 13 true" ]
  lab host $host sh -c 'touch /run/let-go; flock /run/hey/lock true'
}

@test "what nixos-rebuild did is noted; what isn't a change is not" {
  mkdir -p "$BATS_TEST_TMPDIR/bin"
  printf '#!/bin/sh\nexit 4\n' >"$BATS_TEST_TMPDIR/bin/nixos-rebuild"
  chmod +x "$BATS_TEST_TMPDIR/bin/nixos-rebuild"
  PATH=$BATS_TEST_TMPDIR/bin:$PATH run deploy
  [ "$status" = 4 ]
  deploy --status
  PATH=$BATS_TEST_TMPDIR/bin:$PATH run deploy --dry-activate
  [ "$status" = 4 ]
  "$SCRIPTS/ops-rollback.ts" $host $target --list
  deploy --backend nix --print >/dev/null
  [ "$(noted '.[] | "\(.verb) \(.status) \(.from != null)"')" = "ops-deploy 4 true" ]
}

@test "who interrupts, and who can't write there: noted, and deployed" {
  change hangs '"activationHang": "units"'
  run timeout -s INT 4 setsid "$SCRIPTS/ops-deploy.ts" $host $target --guard
  [ "$(noted '.[-1] | .status > 128 or .status == 10')" = true ]
  rm -rf "$XDG_STATE_HOME/hey/log"
  mkdir "$XDG_STATE_HOME/hey/log"
  change unwritable
  run deploy --backend nix --force
  rmdir "$XDG_STATE_HOME/hey/log"
  echo "$output"
  [ "$status" = 0 ]
  [[ $output != *"log"*"directory"* ]]
}

@test "a log with half a line, with others' lines and control characters is read as far as it goes" {
  mkdir -p "$XDG_STATE_HOME/hey"
  {
    printf '%s\n' '{"began": 1700000000, "ended": 1700000061, "status": 11, "by": "me@here", "verb": "ops-deploy", "host": "web1", "target": "web1", "said": "gone"}'
    printf '%s\n' 'no json' '[]' 'null' '7' '{"began": "x"}' ''
    printf '{"began": 1700000100, "ended": 1700000101, "status": 0, "by": "me", "verb": "sync", "host": "pc\\u001b[31m"}\n'
    printf '{"began": 1700000200, "en'
  } >"$XDG_STATE_HOME/hey/log"
  run log
  echo "$output"
  [ "$status" = 0 ]
  [ ${#lines[@]} = 4 ]
  [[ ${lines[2]} == *"web1 "*"1 min 01 s"*"unreachable" ]]
  refute grep -q $'\x1b' <<<"$output"
  run --separate-stderr log web2
  [ "$status:$output" = "1:" ]
  [[ $stderr == "ops-log: the log has nothing about 'web2'; did you mean web1?" ]]
}
