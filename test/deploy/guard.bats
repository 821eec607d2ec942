#!/usr/bin/env bats
# Guarded deployments on hosts without systemd: the checks, and the ways in which one ends. Faults, deadline and lock have files of their own.
# lab: --hosts vps-ultraman

load words
load guarded

setup_file() { lab_only; }
setup() { guarded_setup plain; }

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
  deploy --guard --force
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
  lab knobs $host '{"marker": "whole"}'
  deploy --backend nix
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

@test "a second ^C at a terminal doesn't cut the way back short, and hey says what it waits for" {
  lab knobs $host '{"marker": "impatient", "activationScript": "sleep 4"}'
  lab host $host sh -c 'sed -i "2i sleep 5" "$1/bin/switch-to-configuration"' sh "$old" || skip "the store can't be changed here"
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
  [[ $output == *"this ends when what was begun has ended, its way back included. kill -9 "*" ends only the waiting"* ]]
  [[ ${lines[-1]} == *"interrupted, rolled back: root@$target runs $old, boots $old"* ]]
  [ -z "$(leftovers)" ]
  [ "$(running)" = "$old" ]
}

@test "a user that is not root is refused before the build, with what to type" {
  run "$SCRIPTS/ops-deploy.ts" $host "admin@$target" --guard
  echo "$output"
  [ "$status" = 1 ]
  [[ ${lines[-1]} == *"admin is not root there"*"nothing was changed"* ]]
  [[ $output != *"build $host"* ]]
}

@test "a link that is cut for a while in the middle of a copy: the copy goes on, and says that it waits" {
  mkdir -p "$BATS_TEST_TMPDIR/bin"
  # The first copy begins over a link that has just been cut. It is there again when ssh has given up the connection.
  cat >"$BATS_TEST_TMPDIR/bin/nix" <<END
#!/bin/sh
case " \$* " in *" copy "*)
  if [ ! -e "$BATS_TEST_TMPDIR/cut" ]; then
    : >"$BATS_TEST_TMPDIR/cut"
    lab link $host down
    (sleep 45; lab link $host up) >/dev/null 2>&1 3>&- 5>&- &
  fi ;;
esac
exec "$(type -P nix)" "\$@"
END
  chmod +x "$BATS_TEST_TMPDIR/bin/nix"
  PATH=$BATS_TEST_TMPDIR/bin:$PATH run deploy --guard --settle 0
  echo "$output"
  [ "$status" = 0 ]
  [ "$(running) $(next_boot)" = "$(built) $(built)" ]
  [[ $output == *"the connection to root@$target was lost; it is waited for, at most 120 s"*"go on with the copy to root@$target"* ]]
  [ -z "$(leftovers)" ]
}

@test "a name that leads to another machine by now: that is said, and nothing that this one says is taken for the other's" {
  lab add vps-pacman
  local signal
  # An alias of two machines, whose keys are known under one name.
  alias_to() {
    printf 'Host floating\n  HostName %s\n  User root\n  HostKeyAlias floating\n  UserKnownHostsFile %s\n' "$(ssh -G -F "$LAB/ssh_config" "$1" | sed -n 's/^hostname //p')" \
      "$BATS_TEST_TMPDIR/known" | cat - "$LAB/ssh_config" >"$BATS_TEST_TMPDIR/config"
  }
  for name in $target root@vps-pacman; do
    ssh-keyscan -t ed25519 "$(ssh -G -F "$LAB/ssh_config" "$name" | sed -n 's/^hostname //p')" 2>/dev/null | sed 's/^[^ ]*/floating/'
  done >"$BATS_TEST_TMPDIR/known"
  [ "$(wc -l <"$BATS_TEST_TMPDIR/known")" = 2 ]
  unset NIX_SSHOPTS
  lab knobs $host '{"marker": "floating", "activationScript": "until [ -e /root/moved ]; do sleep 0.1; done"}'
  for signal in "" INT; do
    lab host $host rm -f /root/moved
    alias_to $target
    "$SCRIPTS/ops-deploy.ts" $host root@floating --guard --settle 0 --ssh-config "$BATS_TEST_TMPDIR/config" --print | shortened 12 | given patience 3 >"$BATS_TEST_TMPDIR/script"
    setsid env --default-signal=INT sh "$BATS_TEST_TMPDIR/script" >"$BATS_TEST_TMPDIR/said" 2>&1 </dev/null 3>&- &
    deployer=$!
    until_there 20 lab host $host sh -c 'test -L /run/hey/*/started'
    alias_to vps-pacman
    lab host $host touch /root/moved
    if [ -n "$signal" ]; then
      until_there 10 grep -q "leads to another machine" "$BATS_TEST_TMPDIR/said"
      kill -s INT -- -$deployer
    fi
    status=0
    wait $deployer || status=$?
    cat "$BATS_TEST_TMPDIR/said"
    last=$(tail -n 1 "$BATS_TEST_TMPDIR/said")
    case $signal in
      "") [ "$status" = 11 ] && [[ $last == *"root@floating leads to another machine now, which calls itself vps-pacman: by its own clock it rolls back to $old"* ]] ;;
      # The first connection still leads to the machine that is meant.
      INT) [ "$status" = 130 ] && [[ $last == *"interrupted, rolled back: root@floating runs $old, boots $old" ]] ;;
    esac || { echo "$signal: $status"; return 1; }
    until_there 30 eval '[ "$(running)" = "$old" ]'
    until_there 30 eval '[ -z "$(left_there)" ]'
  done
}
