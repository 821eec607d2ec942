#!/usr/bin/env bats
# Guarded deployments on hosts without systemd: what can go wrong, the lock, the checks, and who has changed what.
# lab: --hosts vps-ultraman

load words
load guarded

setup_file() { lab_only; }
setup() { guarded_setup plain; }

@test "at every fault and moment the host ends on a bootable system, reachable, with nothing left armed; README says the same" {
  faults_as_expected
}

@test "60 confirmations at the deadline: never both a confirmation and a way back" {
  at_the_deadline
}

@test "2 and 8 deployers at once: one wins, the others are told whose the lock is" {
  at_once 2
  at_once 8
}

@test "what runs before is kept from garbage collection while it may be needed, and let go of afterwards" {
  deploy --backend nix --test
  old=$(running)
  lab knobs $host '{"marker": "collected", "activationScript": "nix-collect-garbage -d >/dev/null 2>&1; sleep 1"}'
  deploy --guard --check false --print | shortened 6 >"$BATS_TEST_TMPDIR/script"
  run sh "$BATS_TEST_TMPDIR/script"
  [ "$status" = 10 ]
  [ "$(running)" = "$old" ]
}

@test "--guard --test: confirmed, and neither profile nor boot entry has moved" {
  before="$(profile) $(next_boot)"
  deploy --guard --test
  [ "$(running)" = "$(built)" ]
  [ "$(profile) $(next_boot)" = "$before" ]
  [ -z "$(leftovers)" ]
}

@test "--install-bootloader is for the commit, which is the first to touch the boot loader" {
  deploy --guard --install-bootloader
  [ "$(profile)" = "$(built)" ]
  activated=$(lab host "$host" tail -n 2 /var/log/activations)
  [[ $activated == *" test $(built) NIXOS_INSTALL_BOOTLOADER=0"*" boot $(built) NIXOS_INSTALL_BOOTLOADER=1"* ]]
  deploy --guard
  lab host "$host" tail -n 1 /var/log/activations | grep -qF "NIXOS_INSTALL_BOOTLOADER=0"
}

@test "checks run here and there, with their output shown when they fail, and the last line says which one it was" {
  deploy --guard --check 'test "$PWD" = "$FLEET"' --check-remote 'test "$(id -u)" = 0' --check-remote "[ \"it's \$HOME\" = \"it's /root\" ]"
  [ "$(running)" = "$(built)" ]
  old=$(running)
  lab knobs $host '{"marker": "which"}'
  deploy --guard --check-remote true --check-remote 'echo out of order; exit 7' --print | shortened 5 >"$BATS_TEST_TMPDIR/script"
  run sh "$BATS_TEST_TMPDIR/script"
  echo "$output"
  [ "$status" = 10 ]
  [[ $output == *"out of order"* ]]
  [[ ${lines[-1]} == *"--check-remote failed (status 7): echo out of order; exit 7"*"runs $old, boots $old"* ]]
}

@test "a check that ignores TERM, or leaves something running, holds nothing up" {
  lab knobs $host '{"marker": "stubborn"}'
  deploy --guard --check-remote 'sleep 300 & true' --check 'sleep 300 & true'
  [ "$(running)" = "$(built)" ]
  lab knobs $host '{"marker": "more stubborn"}'
  for option in --check --check-remote; do
    deploy --guard $option 'trap "" TERM; while :; do sleep 1; done' --print | shortened 4 >"$BATS_TEST_TMPDIR/script"
    begun=$SECONDS
    run timeout 60 sh "$BATS_TEST_TMPDIR/script"
    echo "$output"
    [ "$status" = 10 ]
    [ $((SECONDS - begun)) -le 20 ]
  done
  pkill -f 'slee[p] 300' || :
}

@test "the units that failed are named" {
  lab knobs $host '{"marker": "units", "sshd": "broken"}'
  deploy --guard --print | shortened 8 >"$BATS_TEST_TMPDIR/script"
  run sh "$BATS_TEST_TMPDIR/script"
  [ "$status" = 12 ]
  [[ ${lines[-1]} == *"sshd.service"* ]]
  lab knobs $host '{"marker": "units", "activationStatus": 4, "activationScript": "echo \"warning: the following units failed: one.service, two.service\""}'
  run deploy --backend nix
  [ "$status" = 4 ]
  [[ ${lines[-1]} == *"one.service, two.service"* ]]
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
  lab knobs $host '{"marker": "slow", "activationScript": "sleep 3"}'
  deploy --backend nix >"$BATS_TEST_TMPDIR/first" 2>&1 3>&- &
  first=$!
  until_there 15 lab host $host test -L /run/hey/holder
  kill -KILL $first
  pkill -KILL -x ssh || :
  for way in "--backend nix" --guard; do
    # shellcheck disable=SC2086
    run deploy $way
    echo "$output"
    [ "$status" = 13 ]
    [[ ${lines[-1]} == *"another deployment holds the lock: root@id3-eniac, since "*"nothing was changed on root@$target (status 13)" ]]
  done
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

@test "an old system that does not activate any more ends the rollback, which is not called one" {
  lab host "$host" sh -c 'cd "$1/bin" && mv switch-to-configuration good && printf "#!/bin/sh\nexit 1\n" >switch-to-configuration && chmod 755 switch-to-configuration' sh "$old"
  deploy --guard --check false --print | shortened 5 >"$BATS_TEST_TMPDIR/script"
  run sh "$BATS_TEST_TMPDIR/script"
  lab host "$host" mv "$old/bin/good" "$old/bin/switch-to-configuration"
  echo "$output"
  [ "$status" = 15 ]
  [[ ${lines[-1]} == *"not confirmed, and rolling back failed: root@$target runs $(built), boots $old (status 15)"* ]]
  "$SCRIPTS/ops-deploy.ts" $host $target --status | grep -x "the last guarded deployment since boot: not-rolled-back"
  lab host $host "$old/bin/switch-to-configuration" test
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

@test "--status says what is armed, --cancel goes back now" {
  "$SCRIPTS/ops-deploy.ts" $host $target --status | grep -x "nothing is armed"
  "$SCRIPTS/ops-deploy.ts" $host $target --cancel | grep -x "nothing is armed"
  deploy --guard --check false 3>&- >"$BATS_TEST_TMPDIR/said" 2>&1 &
  deployer=$!
  new=$(built)
  now_runs() { [ "$(running)" = "$new" ]; }
  until_there 15 now_runs
  run "$SCRIPTS/ops-deploy.ts" $host $target --status
  echo "$output"
  [[ $output == *"armed: goes back in "*" s unless confirmed"*"by root@id3-eniac, since"*"prev $old"*"runs $new"*"boots $old"* ]]
  run deploy --backend nix
  [ "$status" = 13 ]
  [[ ${lines[-1]} == *"root@id3-eniac, since"*"unless confirmed it is undone in "* ]]
  run "$SCRIPTS/ops-deploy.ts" $host $target --cancel
  echo "$output"
  [ "$status" = 0 ]
  [[ $output == *"runs $old"* ]]
  [ "$(running)" = "$old" ]
  status=0
  wait $deployer || status=$?
  cat "$BATS_TEST_TMPDIR/said"
  [ "$status" = 10 ]
  [ -z "$(leftovers)" ]
}

@test "--cancel from elsewhere during the activation is a way back that was asked for: 10" {
  lab knobs $host '{"marker": "cancelled", "activationScript": "sleep 5"}'
  deploy --guard 3>&- >"$BATS_TEST_TMPDIR/said" 2>&1 &
  deployer=$!
  until_there 15 lab host $host sh -c 'test -L /run/hey/*/started'
  "$SCRIPTS/ops-deploy.ts" $host $target --cancel
  status=0
  wait $deployer || status=$?
  cat "$BATS_TEST_TMPDIR/said"
  [ "$status" = 10 ]
  [[ $(tail -n 1 "$BATS_TEST_TMPDIR/said") == *"rolled back, as asked to: "* ]]
  [ "$(running)" = "$old" ]
  [ -z "$(leftovers)" ]
}

@test "an old connection of the user's own, however it is given, is no proof" {
  socket=$BATS_TEST_TMPDIR/s
  printf '%s\n' "Host *" "  ControlMaster auto" "  ControlPath $socket" "  ControlPersist 60" "  RequestTTY force" "  RemoteCommand echo never" "Include $LAB/ssh_config" >"$BATS_TEST_TMPDIR/config"
  ssh -F "$BATS_TEST_TMPDIR/config" -T -o RemoteCommand=none "$target" true 2>"$BATS_TEST_TMPDIR/master" </dev/null 3>&-
  ssh -F "$BATS_TEST_TMPDIR/config" -O check "$target"
  lab knobs $host '{"marker": "old connection", "sshd": false}'
  for way in config option; do
    deploy --guard --ssh-config "$BATS_TEST_TMPDIR/config" --print | shortened 6 >"$BATS_TEST_TMPDIR/script"
    if [ $way = option ]; then NIX_SSHOPTS="-F $LAB/ssh_config -S $socket" deploy --guard --print | shortened 6 >"$BATS_TEST_TMPDIR/script"; fi
    run sh "$BATS_TEST_TMPDIR/script"
    echo "$output"
    [ "$status" = 10 ]
    [ "$(running)" = "$old" ]
  done
  ssh -F "$BATS_TEST_TMPDIR/config" -O exit "$target"
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

@test "a generation that was there before is kept when a commit is undone" {
  deploy --guard
  first=$(profile)
  lab knobs $host '{"marker": "second"}'
  deploy --guard
  second=$(profile)
  # Back to the first; the second is still the newest generation.
  lab host $host sh -c 'nix-env -p /nix/var/nix/profiles/system --rollback 2>/dev/null && /nix/var/nix/profiles/system/bin/switch-to-configuration switch >/dev/null 2>&1'
  [ "$(running)" = "$first" ]
  before=$(lab host $host sh -c 'cd /nix/var/nix/profiles && ls -d system-*-link')
  lab host $host sh -c 'mount -o remount,size=$(($(df --output=used -k /boot | tail -n 1)))k /boot; dd if=/dev/zero of=/boot/filler bs=4k count=64 2>/dev/null || :'
  run deploy --guard
  echo "$output"
  lab host $host sh -c 'rm -f /boot/filler; mount -o remount,size=4m /boot'
  [ "$status" = 14 ]
  [ "$(running)" = "$second" ]
  [ "$(profile)" = "$first" ]
  [ "$(lab host $host sh -c 'cd /nix/var/nix/profiles && ls -d system-*-link')" = "$before" ]
  deploy --guard
}

@test "a login that would ask for something is found out before the build" {
  cp "$LAB/ssh_config" "$BATS_TEST_TMPDIR/config"
  ssh-keygen -q -t ed25519 -N secret -f "$BATS_TEST_TMPDIR/locked"
  run deploy --guard --ssh-option IdentitiesOnly=yes --ssh-option IdentityFile="$BATS_TEST_TMPDIR/locked" --ssh-option IdentityAgent=none --ssh-config /dev/null
  echo "$output"
  [ "$status" = 1 ]
  [[ $output != *"build $host"* ]]
}

@test "^C typed at a terminal goes back, and says so last" {
  lab knobs $host '{"marker": "typed", "activationScript": "sleep 2"}'
  run expect -c '
    set timeout 60
    spawn -noecho '"{$SCRIPTS/ops-deploy.ts} $host $target"' --guard
    expect "activating the configuration"
    after 300
    send \003
    expect eof
    lassign [wait] pid id oserror status
    exit $status
  '
  echo "$output"
  [ "$status" = 130 ]
  [[ ${lines[-1]} == *"interrupted, rolled back: root@$target runs $old, boots $old"* ]]
  [ "$(running)" = "$old" ]
  [ -z "$(leftovers)" ]
}

@test "a second ^C ends at once, and leaves nothing here" {
  lab knobs $host '{"marker": "impatient", "activationScript": "sleep 4"}'
  lab host $host sh -c 'sed -i "2i sleep 15" "$1/bin/switch-to-configuration"' sh "$old" || skip "the store can't be changed here"
  run expect -c '
    set timeout 60
    spawn -noecho '"{$SCRIPTS/ops-deploy.ts} $host $target"' --guard
    expect "activating the configuration"
    send \003
    expect "is told to go back"
    after 500
    send \003
    expect eof
    lassign [wait] pid id oserror status
    exit $status
  '
  lab host $host sh -c 'sed -i 2d "$1/bin/switch-to-configuration"' sh "$old"
  echo "$output"
  [ "$status" = 130 ]
  [ -z "$(find "$XDG_RUNTIME_DIR" -maxdepth 1 -name 'hey*')" ]
  back() { [ -z "$(lab host $host sh -c 'ls -d /run/hey/*/deadline 2>/dev/null')" ]; }
  until_there 40 back
  [ "$(running)" = "$old" ]
}

@test "a user that is not root is refused before the build, with what to type" {
  run "$SCRIPTS/ops-deploy.ts" $host "admin@$target" --guard
  echo "$output"
  [ "$status" = 1 ]
  [[ ${lines[-1]} == *"admin is not root there"*"nothing was changed"* ]]
  [[ $output != *"build $host"* ]]
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
