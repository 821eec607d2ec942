#!/usr/bin/env bats
# Guarded deployments on hosts without systemd: the lock, and who has changed what.
# lab: --hosts vps-ultraman

load words
load guarded

setup_file() { lab_only; }
setup() { guarded_setup plain; }

@test "a specialisation that runs, an older generation that was booted, a deployer that has forgotten what it did: changed by nobody else" {
  lab knobs $host '{"marker": "special", "specialisations": {"quiet": {"marker": "quiet"}}}'
  deploy --backend nix
  lab host $host /nix/var/nix/profiles/system/specialisation/quiet/bin/switch-to-configuration test
  lab knobs $host '{"marker": "next"}'
  run deploy --backend nix
  echo "$output"
  [ "$status" = 0 ]
  [[ $output == *": root@$target runs the specialisation quiet; the system itself will run, unless --specialisation says otherwise"* ]]
  [ "$(running)" = "$(built)" ]
  # That of an older generation.
  lab host $host sh -c 'for link in /nix/var/nix/profiles/system-*-link; do if [ -d $link/specialisation/quiet ]; then exec $link/specialisation/quiet/bin/switch-to-configuration test; fi; done'
  lab knobs $host '{"marker": "next but one"}'
  deploy --backend nix
  [ "$(running)" = "$(built)" ]
  # Somebody has picked it in the boot menu; the profile is a newer one.
  newer=$(running)
  lab host $host sh -c 'echo "$1" >/boot/default' sh "$old"
  lab reboot $host
  lab wait $host
  [ "$(running) $(profile)" = "$old $newer" ]
  XDG_STATE_HOME=$BATS_TEST_TMPDIR/other deploy --backend nix --boot --force
  lab knobs $host '{"marker": "picked"}'
  deploy --backend nix
  [ "$(running)" = "$(built)" ]
  # Deployers that know nothing of each other.
  for each in one two; do
    lab knobs $host "{\"marker\": \"$each\"}"
    XDG_STATE_HOME=$BATS_TEST_TMPDIR/$each deploy --backend nix --boot
  done
  [ "$(profile)" = "$(built)" ]
}

@test "changed by someone else: refused before the build, in words, without --force" {
  deploy --backend nix
  mine=$(running)
  lab knobs $host '{"marker": "theirs"}'
  deploy --backend nix --test
  theirs=$(running)
  # From here it is known: no one else's.
  lab knobs $host '{"marker": "again"}'
  deploy --backend nix --test
  lab host $host "$theirs/bin/switch-to-configuration" test
  for way in "--backend nix" --guard; do
    # shellcheck disable=SC2086
    run deploy $way
    echo "$output"
    [ "$status" = 1 ]
    [[ ${lines[-1]} == *"changed by someone else: it runs $theirs, but its profile is $mine"*"--force deploys all the same; nothing was changed"* ]]
    [[ $output != *"build $host"* ]]
    [ "$(running)" = "$theirs" ]
  done
  deploy --backend nix --dry-activate
  deploy --guard --force
  [ "$(running)" = "$(built)" ]
  [ "$(profile)" = "$(built)" ]
}

@test "a --boot from here is no one else's change" {
  deploy --backend nix --boot
  [ "$(running)" = "$old" ]
  lab knobs $host '{"marker": "after boot"}'
  deploy --guard
  [ "$(running)" = "$(built)" ]
}

@test "the lock holds without --guard, says whose it is, and a dead deployer's ends by itself" {
  lab knobs $host '{"marker": "slow", "activationScript": "until [ -e /run/go-on ]; do sleep 0.1; done"}'
  deploy --backend nix >"$BATS_TEST_TMPDIR/first" 2>&1 3>&- &
  first=$!
  # The activation has begun. Before that a connection that is lost ends nothing.
  until_there 15 lab host $host pgrep -f 'go-on'
  kill -KILL $first
  pkill -KILL -x ssh || :
  for way in "--backend nix" --guard; do
    # shellcheck disable=SC2086
    run deploy $way
    echo "$output"
    [ "$status" = 13 ]
    [[ ${lines[-1]} == *"another deployment holds the lock: root@id3-eniac, since "*"nothing was changed on root@$target (status 13)" ]]
  done
  lab host $host touch /run/go-on
  until_there 10 eval 'deploy --guard 2>/dev/null'
  [ -z "$(left_there)" ]
}

# Another program takes NixOS's lock, until unlocked.
locked() {
  lab host $host sh -c 'setsid flock -o /run/nixos/switch-to-configuration.lock sleep 300 >/dev/null 2>&1 </dev/null &'
  until_there 5 refute lab host $host flock -n /run/nixos/switch-to-configuration.lock true
}
unlocked() { lab host $host pkill -x flock; }

@test "another program that holds NixOS's lock is named before the build, and nothing is done" {
  locked
  for way in "--backend nix" --guard "--backend nix --boot"; do
    # shellcheck disable=SC2086
    run deploy $way
    echo "$output"
    [ "$status" = 13 ]
    [[ ${lines[-1]} == *"another program is switching it, and holds the lock of NixOS: process "*" (flock -o /run/nixos/switch-to-configuration.lock sleep 300); nothing was changed on root@$target (status 13)" ]]
    [[ $output != *"build $host"* ]]
  done
  unlocked
  [ "$(running) $(profile)" = "$old $old" ]
  deploy --guard
}

@test "a rollback waits for NixOS's lock however long it takes, and ^C, --cancel and --status say so" {
  deploy --guard --check false --print >"$BATS_TEST_TMPDIR/script"
  setsid sh "$BATS_TEST_TMPDIR/script" 3>&- >"$BATS_TEST_TMPDIR/said" 2>&1 &
  deployer=$!
  new=$(built)
  until_there 15 eval '[ "$(running)" = "$new" ]'
  until_there 15 lab host $host sh -c 'test -L /run/hey/*/status'
  locked
  kill -s TERM -- -$deployer
  status=0
  wait $deployer || status=$?
  cat "$BATS_TEST_TMPDIR/said"
  [ "$status" = 143 ]
  # The shell that runs the printed script has ended; what it has started tells the host.
  until_there 40 grep -q "lock of NixOS" "$BATS_TEST_TMPDIR/said"
  [[ $(tail -n 1 "$BATS_TEST_TMPDIR/said") == *"interrupted: root@$target rolls back to $old as soon as it gets the lock of NixOS from process "*" (flock "*"), and runs $new now."* ]]
  run "$SCRIPTS/ops-deploy.ts" $host $target --cancel
  echo "$output"
  [ "$status" = 1 ]
  [[ $output == *"stands going-back"*"held process "*"runs $new"* ]]
  run "$SCRIPTS/ops-deploy.ts" $host $target --status
  echo "$output"
  [[ $output == *"going back, as soon as it gets the lock of NixOS from process "*"runs $new"* ]]
  run deploy --backend nix
  [ "$status" = 13 ]
  [ "$(running)" = "$new" ]
  unlocked
  until_there 10 eval '[ "$(running)" = "$old" ]'
  until_there 10 eval '[ -z "$(leftovers)" ]'
  "$SCRIPTS/ops-deploy.ts" $host $target --status | grep -x "the last guarded deployment since boot: rolled-back"
}

@test "what another program has switched to meanwhile is left as it is, and --cancel says so" {
  lab knobs $host '{"marker": "theirs too"}'
  deploy --backend nix
  theirs=$(running)
  lab host $host sh -c 'nix-env -p /nix/var/nix/profiles/system --set "$1" && "$1/bin/switch-to-configuration" switch' sh "$old"
  lab knobs $host '{"marker": "mine"}'
  deploy --guard --check false --force 3>&- >"$BATS_TEST_TMPDIR/said" 2>&1 &
  deployer=$!
  new=$(built)
  until_there 15 eval '[ "$(running)" = "$new" ]'
  until_there 15 lab host $host sh -c 'test -L /run/hey/*/status'
  lab host $host "$theirs/bin/switch-to-configuration" test
  run "$SCRIPTS/ops-deploy.ts" $host $target --cancel
  echo "$output"
  [ "$status" = 1 ]
  [[ $output == *"stands superseded"*"runs $theirs"* ]]
  status=0
  wait $deployer || status=$?
  cat "$BATS_TEST_TMPDIR/said"
  [ "$status" = 13 ]
  [[ $(tail -n 1 "$BATS_TEST_TMPDIR/said") == *"not confirmed, and not rolled back, as another program has switched root@$target meanwhile: root@$target runs $theirs, boots $old (status 13)"* ]]
  [ "$(running)" = "$theirs" ]
  [ -z "$(leftovers)" ]
  lab host $host "$old/bin/switch-to-configuration" test
}

@test "a deployer that wakes up long after is told how its own deployment ended, whoever has deployed since" {
  lab knobs $host '{"marker": "sleeper"}'
  deploy --guard --check false --print | shortened 6 >"$BATS_TEST_TMPDIR/script"
  setsid sh "$BATS_TEST_TMPDIR/script" >"$BATS_TEST_TMPDIR/said" 2>&1 3>&- &
  sleeper=$!
  new=$(built)
  now_runs() { [ "$(running)" = "$new" ]; }
  until_there 15 now_runs
  kill -STOP -- -$sleeper
  back() { [ "$(running)" = "$old" ]; }
  until_there 15 back
  lab knobs $host '{"marker": "someone else"}'
  until_there 10 deploy --guard
  kill -CONT -- -$sleeper
  status=0
  wait $sleeper || status=$?
  cat "$BATS_TEST_TMPDIR/said"
  [ "$status" = 10 ]
  [[ $(tail -n 1 "$BATS_TEST_TMPDIR/said") == *"rolled back, as "*"runs $(built), boots $(built)"* ]]
}

@test "a specialisation of the new system is that system: who has switched to it is no other program" {
  # superseded OLD NEW, on the host
  superseded() {
    lab host $host sh -c "$(sed -n '/^superseded() {/,/^}/p' "$BATS_TEST_DIRNAME/../../lib/shell/there/rollback.sh"); superseded $1 $2"
  }
  lab host $host sh -c 'mkdir -p /root/new/specialisation && ln -sfn "$(readlink -e /run/current-system)" /root/new/specialisation/dark; mkdir -p /root/other'
  refute superseded /root/old /root/new
  refute superseded /root/old "$old"
  superseded /root/old /root/other
  lab host $host rm -rf /root/new /root/other
}

@test "who holds the lock of NixOS is named in one line, whatever its process calls itself" {
  run lab host $host sh -c "$(sed -n '/^nixos_lock=/p; /^lock_holder() {/,/^}/p' "$BATS_TEST_DIRNAME/../../lib/shell/there/lock.sh")
    mkdir -p /run/nixos
    flock \$nixos_lock sh -c 'sleep 3' 'named
runs /nix/store/FAKE' &
    sleep 1
    lock_holder"
  echo "$output"
  [ "$status" = 0 ]
  [ "${#lines[@]}" = 1 ]
  [[ $output == "process "*"named runs /nix/store/FAKE"* ]]
}

# A guarded deployment that nothing ends any more: who deploys is killed, and so is all that goes back there.
died() {
  lab knobs $host "{\"marker\": \"dead $BATS_TEST_NUMBER $RANDOM\"}"
  local before
  before=$(running)
  setsid "$SCRIPTS/ops-deploy.ts" $host $target --guard --check 'sleep 100' >"$BATS_TEST_TMPDIR/dead" 2>&1 3>&- &
  until_there 30 lab host $host sh -c 'test -L /run/hey/*/status'
  kill -KILL -- -$!
  pkill -KILL -x ssh || :
  lab host $host sh -c 'for file in rollback keeper; do pkill -KILL -f "sh /run/hey/.*/$file" || :; done; for at in /run/hey/*/deadline; do ln -sfn 0 "$at"; done'
  dead=$(running)
  [ "$dead" != "$before" ]
  rm -rf "$XDG_RUNTIME_DIR"/hey.*
}
# What has been activated since the last look, one a line.
activated_since() { activations | tail -n "+$((seen + 1))"; }
look_now() { seen=$(activations | wc -l); }

@test "a deployment that died is ended by whatever comes next, with or without --guard, and it is said in one line" {
  deploy --backend nix
  mine=$(running)
  for way in "--backend nix" --guard "--backend nix --boot"; do
    died
    look_now
    lab knobs $host "{\"marker\": \"after $way\"}"
    # shellcheck disable=SC2086
    run deploy $way --force
    echo "$output"
    [ "$status" = 0 ]
    [ "$(grep -c "^hey: the deployment of root@id3-eniac, since .*, which died, is ended first (rolled-back): $mine runs$" <<<"$output")" = 1 ]
    [ "$(activated_since | head -n 1)" = "test $mine" ]
    [ "$(profile)" = "$(built)" ]
    deploy --backend nix
    mine=$(running)
    [ -z "$(left_there)" ]
  done
  died
  run "$SCRIPTS/ops-rollback.ts" $host $target --force
  echo "$output"
  [ "$status" = 0 ]
  [[ $output == *"which died, is ended first (rolled-back): $mine runs"* ]]
  [ -z "$(left_there)" ]
  mine=$(running)
  died
  run "$SCRIPTS/ops-reboot.ts" $host $target
  echo "$output"
  [ "$status" = 0 ]
  [[ $output == *"which died, is ended first (rolled-back): $mine runs"* ]]
  [ "$(running)" = "$mine" ]
  [ -z "$(left_there)" ]
}

@test "a deployment that died does not undo what somebody has switched since, and a refusal behind its end says that" {
  deploy --backend nix
  mine=$(running)
  lab knobs $host '{"marker": "second"}'
  nix build --no-link ".#nixosConfigurations.$host.config.system.build.toplevel"
  theirs=$(built)
  nix copy --no-check-sigs --to "ssh://$target" "$theirs"
  died
  lab host $host sh -c 'nix-env -p /nix/var/nix/profiles/system --set "$1" && "$1/bin/switch-to-configuration" switch' sh "$theirs"
  look_now
  lab knobs $host '{"marker": "third"}'
  run deploy --guard
  echo "$output"
  [ "$status" = 0 ]
  [[ $output == *"which died, is ended first (superseded): $theirs runs"* ]]
  refute grep -F "$mine" <<<"$(activated_since)"
  mine=$(running)
  died
  # Somebody has gone back by hand.
  lab host $host "$mine/bin/switch-to-configuration" test
  look_now
  run deploy --backend nix
  echo "$output"
  [ "$status" = 0 ]
  [[ $output == *"which died, is ended first (rolled-back): $mine runs"* ]]
  refute grep -F "$mine" <<<"$(activated_since)"
  died
  # What was shown is not what runs when that is over.
  lab knobs $host '{"marker": "fourth"}'
  run deploy --backend nix --ask --yes
  echo "$output"
  [ "$status" = 1 ]
  [[ ${lines[-1]} == *"it has changed since it was shown"*"nothing else was changed on root@$target (status 1)"* ]]
}

@test "what somebody else deploys before, or while a deployment builds and copies, is never replaced without a word" {
  lab knobs $host '{"marker": "theirs"}'
  nix build --no-link ".#nixosConfigurations.$host.config.system.build.toplevel"
  theirs=$(built)
  ours=$(running)
  switch_to() { lab host $host sh -c 'nix-env -p /nix/var/nix/profiles/system --set "$1" && "$1/bin/switch-to-configuration" switch' sh "$1"; }
  nix copy --to "ssh://$target" "$theirs"
  for words in "--backend nix" "--guard"; do
    lab knobs $host "{\"marker\": \"ours $words\"}"
    deploy $words
    ours=$(built)
    lab knobs $host "{\"marker\": \"ours, later $words\"}"
    # While it copies.
    deploy $words --print | first copy_closure 'while [ ! -e "$WORK/go" ]; do sleep 0.05; done' >"$BATS_TEST_TMPDIR/script"
    rm -f "$BATS_TEST_TMPDIR"/{go,said}
    WORK=$BATS_TEST_TMPDIR sh "$BATS_TEST_TMPDIR/script" >"$BATS_TEST_TMPDIR/said" 2>&1 3>&- &
    pid=$!
    until_there 30 grep -qs "copy to" "$BATS_TEST_TMPDIR/said"
    switch_to "$theirs"
    : >"$BATS_TEST_TMPDIR/go"
    status=0
    wait $pid || status=$?
    cat "$BATS_TEST_TMPDIR/said"
    [ "$status" = 1 ]
    [[ $(tail -n 1 "$BATS_TEST_TMPDIR/said") == *"it was changed by someone else meanwhile: it runs $theirs now, and boots $theirs. Type the same line again; nothing was changed on root@$target (status 1)" ]]
    [ "$(running) $(profile) $(next_boot)" = "$theirs $theirs $theirs" ]
    [ -z "$(leftovers)" ]
    # Before.
    run deploy $words
    echo "$output"
    [ "$status" = 0 ]
    [[ $output == *"root@$target runs another system than hey last deployed to it from here"* ]]
    lab knobs $host "{\"marker\": \"ours, last $words\"}"
    run deploy $words
    [[ $output != *"another system"* ]]
  done
}
