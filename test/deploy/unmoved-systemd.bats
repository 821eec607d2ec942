#!/usr/bin/env bats
# Deployments without a guard that activate nothing, and specialisations, on hosts with a real systemd and with systemd-boot.
# lab: --init systemd --hosts vps-ultraman

load words
load unguarded

setup_file() { lab_only; }
setup() {
  unguarded_setup
  loader='"bootLoader": "systemd-boot"'
  lab knobs $host "{\"marker\": \"$BATS_TEST_NUMBER, before\", $loader}"
  deploy --force >/dev/null 2>&1
  old=$(running)
  number=$(lab host $host readlink /nix/var/nix/profiles/system)
}
teardown() { unguarded_teardown; }

@test "D-Bus is down, so nothing is activated: profile, generation and boot menu are put back" {
  lab knobs $host "{\"marker\": \"no bus\", $loader}"
  lab host $host systemctl stop dbus.socket dbus.service
  run deploy
  lab host $host systemctl start dbus.socket dbus.service
  echo "$output"
  [ "$status" = 1 ]
  [[ ${lines[-1]} == *"the activation failed, and nothing was activated (status 1); root@$target runs $old, boots $old. "* ]]
  [ "$(running) $(profile) $(menu) $(lab host $host readlink /nix/var/nix/profiles/system)" = "$old $old $old $number" ]
  [ -z "$(leftovers)" ]
}

@test "a switch to a specialisation: that runs, and its system boots, also after a reboot" {
  lab reboot $host
  lab wait $host
  lab host $host sh -c 'ls /sys/firmware/efi/efivars/LoaderInfo-*' || skip "no variables of the firmware in this lab"
  lab knobs $host "{\"marker\": \"special\", $loader, \"specialisations\": {\"quiet\": {\"marker\": \"quiet\"}}}"
  run deploy --specialisation quiet
  echo "$output"
  [ "$status" = 0 ]
  special=$(lab host $host readlink -f "$(built)/specialisation/quiet")
  [[ ${lines[-1]} == *"root@$target runs $special, boots $(built)"* ]]
  [ "$(running) $(profile) $(menu)" = "$special $(built) $(built)" ]
  lab reboot $host
  lab wait $host
  [ "$(running)" = "$(built)" ]
}

@test "one that hangs is ended by --cancel" {
  lab knobs $host "{\"marker\": \"hangs\", $loader, \"activationHang\": \"activate\"}"
  deploy </dev/null >"$BATS_TEST_TMPDIR/out" 2>&1 3>&- &
  hanging=$!
  until_there 30 grep -q "activating the configuration" "$BATS_TEST_TMPDIR/out"
  run deploy
  echo "$output"
  [ "$status" = 13 ]
  [[ ${lines[-1]} == *". If it hangs, end it: ops-deploy --cancel; nothing was changed on root@$target (status 13)"* ]]
  run "$SCRIPTS/ops-deploy.ts" --cancel $host $target
  echo "$output"
  [ "$status" = 0 ]
  [[ $output == *"the activation that went on was ended"* ]]
  wait $hanging || :
  [ -z "$(left_there)" ]
}
