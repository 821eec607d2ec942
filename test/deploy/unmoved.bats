#!/usr/bin/env bats
# Deployments without a guard that can't begin, or that activate nothing: the profile and the boot menu stay, or are put back; and what boots
# is what the boot menu boots.
# lab: --hosts vps-ultraman

load words
load unguarded

setup_file() { lab_only; }
setup() {
  unguarded_setup
  loader='"bootLoader": "systemd-boot"'
}
teardown() {
  [ -z "${LAB-}" ] || make_boot_room
  unguarded_teardown
}

# with KNOBS: the host boots by that loader, and a new system is made
with() {
  lab knobs $host "{\"marker\": \"$BATS_TEST_NUMBER, before\", $loader}"
  deploy --force >/dev/null 2>&1
  old=$(running)
  before=$(standing)
  lab knobs $host "{\"marker\": \"$BATS_TEST_NUMBER, new\", $loader${1:+, $1}}"
}
# what runs, the profile with its generation, all generations, and what boots
standing() {
  echo "$(running) $(profile) $(lab host $host readlink /nix/var/nix/profiles/system) $(generations) $(menu)"
}
generations() { lab host $host sh -c 'echo /nix/var/nix/profiles/system-*-link' | tr ' ' ','; }
unchanged() { [ "$(standing)" = "$before" ] && [ -z "$(leftovers)" ]; }
fill_boot() { lab host $host sh -c 'mount -o remount,size=$(($(df --output=used -k /boot | tail -n 1)))k /boot; dd if=/dev/zero of=/boot/filler bs=4k count=64 2>/dev/null || :'; }
make_boot_room() { lab host $host sh -c 'rm -f /boot/filler; mount -o remount,size=4m /boot'; }

@test "checks that fail refuse it before anything moves: 1, and why" {
  with '"checkStatus": 1'
  for words in "" --boot --test; do
    run deploy $words
    echo "$output"
    [ "$status" = 1 ]
    [[ ${lines[-1]} == *"the new system refuses to be switched to: Pre-switch check 'knob' failed; nothing was changed on root@$target (status 1); root@$target runs $old, boots $old"* ]]
    unchanged
  done
  [ -z "$(lab host $host grep -c ' switch ' /var/log/activations | grep -v '^[0-9]*$')" ]
}

@test "the program of 2024 has no verb check, and ends with any status where the boot loader fails: the profile is put back" {
  with '"bootLoaderStatus": 1, "program": "2024"'
  for words in "" --boot; do
    run deploy $words
    echo "$output"
    [ "$status" = 1 ]
    [[ ${lines[-1]} == *"the boot loader could not be installed (is /boot full?), as NixOS's program ended with 17, and nothing was activated (status 1); root@$target runs $old, boots $old. "* ]]
    unchanged
  done
  # It is nobody else's change.
  lab knobs $host "{\"marker\": \"after it\", $loader}"
  deploy
}

@test "a boot loader that can't be installed: profile and generation are put back" {
  with '"bootLoaderStatus": 1'
  for words in "" --boot; do
    run deploy $words
    echo "$output"
    [ "$status" = 1 ]
    [[ ${lines[-1]} == *"the boot loader could not be installed (is /boot full?), and nothing was activated (status 1); root@$target runs $old, boots $old. "* ]]
    unchanged
  done
}

@test "a boot menu that was written by a boot that failed is written anew, as it was" {
  with '"activationStatus": {"boot": 3}'
  run deploy --boot
  echo "$output"
  [ "$status" = 1 ]
  [[ ${lines[-1]} == *"the activation failed, as NixOS's program ended with 3, and nothing was activated (status 1); root@$target runs $old, boots $old. "* ]]
  unchanged
}

@test "another program takes the lock of NixOS between the look at it and the activation: 13, and the profile is put back" {
  with '"checkScript": "[ $verb != check ] || { setsid sh -c \"exec 8>/run/nixos/switch-to-configuration.lock; flock 8; sleep 4\" >/dev/null 2>&1 </dev/null & }"'
  run deploy
  echo "$output"
  [ "$status" = 13 ]
  [[ ${lines[-1]} == *"another program has taken the lock of NixOS meanwhile, as NixOS's program ended with 11, and nothing was activated (status 13); root@$target runs $old, boots $old. "* ]]
  unchanged
  until_there 10 lab host $host flock -n /run/nixos/switch-to-configuration.lock true
}

@test "statuses of NixOS's own are no statuses of hey: 1, with the status in words, in the run's events and in the log" {
  for failing in 2 3 11 100; do
    with "\"activationStatus\": {\"switch\": $failing}"
    run deploy
    echo "$output"
    [ "$status" = 1 ]
    [[ ${lines[-1]} == *"the activation failed, as NixOS's program ended with $failing (status 1); "* ]]
  done
  "$SCRIPTS/ops-log.ts" $host -n 1 --json >"$BATS_TEST_TMPDIR/log"
  [ "$(jq -r '.[] | "\(.status) \(.programStatus)"' "$BATS_TEST_TMPDIR/log")" = "1 100" ]
  run --separate-stderr "$SCRIPTS/ops-deploy.ts" --on "$host" --backend nix --force --json
  echo "$output"
  [ "$(jq -r 'select(.step == "ended") | "\(.status) \(.programStatus)"' <<<"$output")" = "1 100" ]
}

@test "another init takes effect at the next boot: that is said, and a reboot that was asked for comes" {
  with '"init": "2"'
  run deploy --test
  echo "$output"
  [ "$status" = 1 ]
  [[ ${lines[-1]} == *"it can't be switched to while the host runs (status 1); root@$target runs $old, boots $old. Type the same line with --boot in place of --test" ]]
  unchanged
  run deploy
  echo "$output"
  [ "$status" = 1 ]
  [[ ${lines[-1]} == *"it takes effect at the next boot, as its init is another one (status 1); root@$target runs $old, boots $(built). Then: "*"ops-reboot"*" $host $target" ]]
  [ "$(profile) $(menu)" = "$(built) $(built)" ]
  with '"init": "3"'
  run deploy --reboot
  echo "$output"
  [ "$status" = 0 ]
  [ "$(running) $(menu)" = "$(built) $(built)" ]
  # The next test begins with the first one.
  lab knobs $host "{\"marker\": \"$BATS_TEST_NUMBER, at last\"}"
  deploy --reboot
}

@test "a system that NixOS will not switch to is found out by its checks: nothing moves, and --reboot makes it what boots" {
  with '"checkScript": "case $verb in boot) ;; *) echo There are changes to critical components of the system:; false ;; esac"'
  run deploy
  echo "$output"
  [ "$status" = 1 ]
  [[ ${lines[-1]} == *"it can't be switched to while the host runs (status 1); root@$target runs $old, boots $old. Type the same line with --or-boot, or --boot --reboot" ]]
  unchanged
  run deploy --reboot
  echo "$output"
  [ "$status" = 0 ]
  [ "$(running) $(menu)" = "$(built) $(built)" ]
}

@test "no room in /boot for the new kernel: refused before anything moves; one that is there needs none" {
  for loader in '"bootLoader": "systemd-boot"' '"bootLoader": "grub"'; do
    with '"kernel": "6.6.9"'
    fill_boot
    run deploy
    make_boot_room
    echo "$output"
    [ "$status" = 1 ]
    [[ ${lines[-1]} == *"/boot has no room for the kernel and the initrd of the new system (0 KiB left, "*" needed)"*"nothing was changed on root@$target (status 1); root@$target runs $old, boots $old"* ]]
    unchanged
  done
}

@test "/boot full with the kernel there already: the profile is put back, and what is said of the boot menu is true" {
  with ''
  fill_boot
  run deploy
  echo "$output"
  [ "$status" = 1 ]
  [[ ${lines[-1]} == *"nothing was activated (status 1); root@$target runs $old, boots $old"* ]]
  [ "$(profile) $(menu)" = "$old $old" ]
  make_boot_room
  deploy
  [ -z "$(leftovers)" ]
}

@test "only a switch and a test mark what runs as failed, or as well" {
  with '"activationStatus": {"switch": 4}, "dryActivateStatus": 1'
  run deploy
  [ "$status" = 4 ]
  mark() { lab host $host readlink /run/hey/failed || echo none; }
  [ "$(mark)" = "$(built)" ]
  failed=$(built)
  lab knobs $host "{\"marker\": \"$BATS_TEST_NUMBER, looked at\", $loader}"
  deploy --dry-activate
  [ "$(mark)" = "$failed" ]
  deploy --boot
  [ "$(mark)" = "$failed" ]
  deploy
  [ "$(mark)" = none ]
  lab knobs $host "{\"marker\": \"$BATS_TEST_NUMBER, again\", $loader, \"dryActivateStatus\": 1}"
  run deploy --dry-activate
  [ "$status" = 1 ]
  [ "$(mark)" = none ]
}

@test "what boots is what the boot menu boots, in every place, and the next verb heals it" {
  for loader in '"bootLoader": "systemd-boot"' '"bootLoader": "grub"'; do
    with ''
    deploy
    new=$(running)
    # Somebody's rollback has moved the profile, and no boot menu.
    lab host $host nix-env -p /nix/var/nix/profiles/system --rollback
    [ "$(profile) $(menu)" = "$old $new" ]
    "$SCRIPTS/ops-status.ts" "$host" $target --json >"$BATS_TEST_TMPDIR/status"
    [ "$(jq -r '.[0] // . | "\(.boots) \(.profile)"' "$BATS_TEST_TMPDIR/status")" = "$new $old" ]
    "$SCRIPTS/ops-doctor.ts" "$host" $target --json >"$BATS_TEST_TMPDIR/doctor" || :
    [[ $(jq -r '.. | objects | select(.id? == "boot-menu") | .seen' "$BATS_TEST_TMPDIR/doctor") == "its profile is $old, its boot menu boots $new" ]]
    listed=$("$SCRIPTS/ops-rollback.ts" "$host" $target --list)
    echo "$listed"
    [[ $(grep boots <<<"$listed") == *"runs boots"* ]]
    run "$SCRIPTS/ops-deploy.ts" --status "$host" $target
    echo "$output"
    [[ $output == *"$new"* ]]
    run deploy --dry-activate --force
    echo "$output"
    [[ ${lines[-1]} == *"root@$target runs $new, its profile is $old, its boot menu boots $new"* ]]
    run "$SCRIPTS/ops-reboot.ts" "$host" $target
    echo "$output"
    [ "$status" = 0 ]
    [ "$(running) $(profile) $(menu)" = "$old $old $old" ]
  done
}

@test "one that hangs is in the way of the next: that is refused with how to end it, and --cancel does" {
  for hang in activate units; do
    with "\"activationHang\": \"$hang\""
    deploy </dev/null >"$BATS_TEST_TMPDIR/out" 2>&1 3>&- &
    hanging=$!
    until_there 30 grep -q "activating the configuration" "$BATS_TEST_TMPDIR/out"
    run deploy
    echo "$output"
    [ "$status" = 13 ]
    [[ ${lines[-1]} == *"another deployment holds the lock: "*". If it hangs, end it: ops-deploy --cancel; nothing was changed on root@$target (status 13)"* ]]
    # The connection of who waits may be gone.
    [ "$hang" = activate ] || { pkill -KILL -f "ssh.*/hey[.][A-Za-z0-9]*/[s]sh" || :; }
    run "$SCRIPTS/ops-deploy.ts" --cancel $host $target
    echo "$output"
    [ "$status" = 0 ]
    [[ $output == *"the activation that went on was ended"* ]]
    wait $hanging || :
    [ -z "$(left_there)" ]
    lab knobs $host "{\"marker\": \"$BATS_TEST_NUMBER, after it\", $loader}"
    deploy --force
  done
}
