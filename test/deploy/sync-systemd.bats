#!/usr/bin/env bats
# hey sync by nh and by nixos-rebuild, on a host with a real systemd: the same line has the same result, the same last words and the same status.
# lab: --init systemd --hosts vps-ultraman

load words
load unguarded
load rebuilders

setup_file() { lab_only; }
setup() {
  unguarded_setup
  has_rebuilders
}
teardown() {
  [ -z "${LAB-}" ] || lab host $host systemctl stop $unit 2>/dev/null || :
  unguarded_teardown
}

unit=nixos-rebuild-switch-to-configuration
stands() { echo "$(running) $(profile) $(next_boot)"; }
# by_both STATUS WANTED WORDS…: the line of sync, by each program on the host as it was: r, p and b are what runs, what the profile is and what boots
by_both() {
  local program wanted=$1 want=$2
  last=
  shift 2
  new=$(built)
  for program in nixos-rebuild nh; do
    deploy_old
    run syncs $program "$@"
    echo "$program $*: $status"
    echo "$output"
    [ "$status" = "$wanted" ]
    case $want in
      new) [ "$(stands)" = "$new $new $new" ] ;;
      old) [ "$(stands)" = "$old $old $old" ] ;;
      runs) [ "$(stands)" = "$new $old $old" ] ;;
      boots) [ "$(stands)" = "$old $new $new" ] ;;
    esac
    [ -z "$last" ] || [ "${lines[-1]}" = "$last" ]
    last=${lines[-1]}
    [ -z "$(lab host $host find /nix/var/nix -maxdepth 1 -name hey-commit)" ]
  done
}
# As it was, and nothing of it has failed.
deploy_old() {
  lab host $host sh -c 'systemctl reset-failed; nix-env -p /nix/var/nix/profiles/system --set "$1" && "$1/bin/switch-to-configuration" switch; systemctl reset-failed' sh "$old" >/dev/null 2>&1
  [ "$(stands)" = "$old $old $old" ]
}
knobs() { lab knobs $host "$1" && has_rebuilders; }

@test "sync: what is well comes to the same by nh and nixos-rebuild" {
  by_both 0 new switch
  [[ $last == "sync: this machine runs $new, boots $new" ]]
  by_both 0 boots boot
  by_both 0 runs test
}

@test "sync: a unit that fails is named, and what was activated boots, by nh too" {
  knobs '{"marker": "a unit", "units": {"bad.service": "[Service]\nExecStart=/bin/false\nType=oneshot\n"}, "wants": ["multi-user.target.wants/bad.service"]}'
  by_both 4 new switch
  [[ $last == "sync: activated, but some units failed: bad.service (status 4); this machine runs $new, boots $new. Look: systemctl --failed" ]]
  by_both 4 runs test
}

@test "sync: an activation script that fails: the same by both" {
  knobs '{"marker": "a script", "activationScript": "false"}'
  by_both 1 new switch
  [[ $last == "sync: the activation failed (status 1); this machine runs $new, boots $new. Look at what it said; then type the same line again" ]]
}

@test "sync: a check that refuses, a boot loader that fails, a build that fails: nothing is activated, and the profile is what it was" {
  knobs '{"marker": "a check", "checkStatus": 1}'
  by_both 1 old switch
  [[ $last == "sync: it failed, and nothing was activated (status 1); this machine runs $old, boots $old. Look at what it said; then type the same line again" ]]
  by_both 1 old boot
  knobs '{"marker": "a loader", "bootLoaderStatus": 1}'
  by_both 1 old boot
  knobs '{"marker": "a build", "buildStatus": 1}'
  by_both 1 old switch
  by_both 1 old boot
}

@test "sync: another activation goes on, or holds the lock of NixOS: refused before the build" {
  lab host $host systemd-run --quiet --unit=$unit sleep 600
  for program in nixos-rebuild nh; do
    run syncs $program switch
    [ "$status" = 13 ]
    [ "$(stands)" = "$old $old $old" ]
    [[ ${lines[-1]} == "sync: another activation goes on there, as the unit $unit. If it hangs, end it there: systemctl stop $unit; nothing was changed on this machine (status 13)" ]]
    [ "${#lines[@]}" = 1 ]
  done
}

@test "sync --diff: a check that refuses is shown, and ends it" {
  knobs '{"marker": "a check", "checkStatus": 1}'
  by_both 1 old switch --diff
  [[ $output == *"  Pre-switch check 'knob' failed"* ]]
  [[ $last == "sync: the new system refuses to be switched to: Pre-switch check 'knob' failed; nothing was changed on this machine (status 1)" ]]
  [[ $output != *"sync: nixos-rebuild switch"* && $output != *"sync: nh switch"* ]]
}

@test "sync --specialisation: it runs, and its system boots, with systemd-boot too" {
  local program new quiet loader='"bootLoader": "systemd-boot"'
  lab knobs $host "{\"marker\": \"before\", $loader}"
  deploy --force >/dev/null 2>&1
  old=$(running)
  lab reboot $host
  lab wait $host
  lab host $host sh -c 'ls /sys/firmware/efi/efivars/LoaderInfo-*' || skip "no variables of the firmware in this lab"
  knobs "{\"marker\": \"special\", $loader, \"specialisations\": {\"quiet\": {\"marker\": \"quiet\"}}}"
  new=$(built)
  for program in nixos-rebuild nh; do
    deploy_old
    run syncs $program switch --specialisation quiet
    echo "$output"
    [ "$status" = 0 ]
    quiet=$(lab host $host readlink -e $new/specialisation/quiet)
    [ "$(running) $(profile) $(menu)" = "$quiet $new $new" ]
    [[ ${lines[-1]} == "sync: this machine runs $quiet, boots $new" ]]
  done
  # Of a unit that fails, nh leaves the profile as it was: it is that of the specialisation.
  knobs "{\"marker\": \"special\", $loader, \"specialisations\": {\"quiet\": {\"marker\": \"quiet\", \"units\": {\"bad.service\": \"[Service]\\nExecStart=/bin/false\\nType=oneshot\\n\"}, \"wants\": [\"multi-user.target.wants/bad.service\"]}}}"
  new=$(built)
  for program in nixos-rebuild nh; do
    deploy_old
    run syncs $program switch --specialisation quiet
    echo "$output"
    [ "$status" = 4 ]
    [ "$(running) $(profile) $(menu)" = "$(lab host $host readlink -e $new/specialisation/quiet) $new $new" ]
  done
}

@test "sync: ^C in the activation: what runs and boots is said, and what goes on" {
  knobs '{"marker": "interrupted", "activationScript": "sleep 8"}'
  local new
  new=$(built)
  HEY_HOSTNAME=$host "$SCRIPTS/sync.ts" switch --backend nixos-rebuild --elevate none --print | lab host $host sh -c 'cat >/root/sync'
  # As a terminal does, of the programs in front.
  run lab host $host sh -c 'env --default-signal setsid -w sh /root/sync & for _ in $(seq 300); do if systemctl is-active -q "$1"; then break; fi; sleep 0.1; done; sleep 1; pkill -INT -f "[s]ystemd-run .*switch-to-configuration"; pkill -INT -f "sh /root/[s]ync"; wait $!' sh $unit
  echo "$output"
  [ "$status" = 130 ]
  [[ $output == *"sync: interrupted (status 130): this machine runs $old, boots $new, and the activation goes on by itself, as the unit $unit. Look: systemctl status $unit"* ]]
  until_there 30 eval '! lab host $host systemctl is-active -q $unit'
}
