#!/usr/bin/env bats
# A hey.toml that sends one host's line to another host's machine: nothing is changed there, and it gets no key. What came of it is asked of the
# machine itself. (test/machines/pairs.bats has the pairs.)
# lab: --hosts vps-pacman

load words

setup_file() {
  lab_only
  lab add vps-ultraman
}

setup() {
  bats_require_minimum_version 1.5.0
  meant=vps-ultraman
  host=vps-pacman
  target=vps_pacman_root
  address=$(ssh -G -F "$LAB/ssh_config" $target | sed -n 's/^hostname //p')
  printf '[hosts.%s]\ntarget = "root@%s"\n' $meant "$address" >"$FLEET/hey.toml"
  "$SCRIPTS/trust.ts" --flake "$FLEET" --yes
  lab knobs $meant "{\"marker\": \"$BATS_TEST_NUMBER\"}"
  before=$(as_it_is)
}

teardown() {
  rm -f "$FLEET/hey.toml"
  if [ "$BATS_TEST_NUMBER" = 7 ]; then "$SCRIPTS/ops-deploy.ts" $host $target --backend nix --rename; fi
}

as_it_is() {
  running
  profile
  next_boot
  lab host $host sh -c 'cat /proc/sys/kernel/random/boot_id; cat /etc/ssh/ssh_host_ed25519_key.pub; ls -A /etc/ssh'
}
by() { run "$SCRIPTS/ops-$1.ts" "${@:2}"; }
# refused NAME: in one line, and nothing is another than it was.
refused() {
  echo "$output"
  [ "$status" = 1 ]
  [ "${lines[-1]}" = "ops-$1: root@$address calls itself $host, and is to be $meant; nothing was sent to it or changed on it (status 1). If it is to be $meant: --rename" ]
  [ "$(as_it_is)" = "$before" ]
  refute lab host $host nix-store --check-validity "$(host=$meant built)"
  [ -z "$(leftovers)" ]
}

@test "a deployment is refused behind the build, before anything is copied; with a guard, too" {
  by deploy $meant --backend nix
  refused deploy
  by deploy $meant --guard
  refused deploy
}

@test "keys are not sent" {
  by push-keys $meant
  refused push-keys
}

@test "neither is it rolled back or rebooted" {
  by rollback $meant --to 1
  refused rollback
  by reboot $meant --wait 5
  refused reboot
}

@test "in a run of several hosts it is left as it is, and the log says what was reached" {
  by deploy --on $meant
  echo "$output"
  [ "$status" = 20 ]
  [ "$(as_it_is)" = "$before" ]
  [ "$(tail -n 1 "$XDG_STATE_HOME/hey/log" | sed 's/.*"reached": "\([^"]*\)".*/\1/')" = $host ]
  by log $host
  [[ $output == *"$host (as $meant)"* ]]
}

@test "status and doctor say it" {
  by status $meant
  [[ $output == *"it calls itself $host, another host"* ]]
  by doctor $meant --json
  [[ $output == *'"id": "other-host"'* ]]
  by doctor $host $target --json
  [[ $output != *'"id": "other-host"'* ]]
}

@test "by the key: where no flake says the name, the machine that has the kept host key of another host is refused" {
  kept=$HOME/.ssh/keys.homelab/vps/ssh_host_ed25519_key_$host
  cp "$kept.pub" "$BATS_TEST_TMPDIR/kept.pub"
  lab host $host cat /etc/ssh/ssh_host_ed25519_key.pub >"$kept.pub"
  cd /
  by reboot $meant root@"$address" --wait 5
  echo "$output"
  cd "$FLEET"
  mv "$BATS_TEST_TMPDIR/kept.pub" "$kept.pub"
  [ "$status" = 1 ]
  [[ $output == *"has the host key that is kept here for $host; nothing was sent to it or changed on it (status 1)"* ]]
  [ "$(as_it_is)" = "$before" ]
}

@test "--rename means it: the machine then is the other host, and is deployed to without a word" {
  by deploy $meant --backend nix --rename
  echo "$output"
  [ "$status" = 0 ]
  [[ $output == *"it goes on, as --rename was given"* ]]
  [ "$(lab host $host cat /etc/hostname)" = $meant ]
  by deploy $meant --backend nix
  [ "$status" = 0 ]
  [[ $output != *rename* ]]
}

@test "where nix can't tell what the flake calls the host, its reason is said, and the host's own name counts" {
  # Of a machine that has neither a key that is kept here nor this host's name.
  printf '[hosts.%s]\ntarget = "root@%s"\n' $meant "$address" >"$FLEET/hey.toml"
  cp "$FLEET/flake.nix" "$BATS_TEST_TMPDIR/flake.nix"
  echo '{ outputs = _: throw "this flake is broken"; }' >"$FLEET/flake.nix"
  by rollback $meant --to 1
  cp "$BATS_TEST_TMPDIR/flake.nix" "$FLEET/flake.nix"
  echo "$output"
  [ "$status" = 1 ]
  [[ $output == *"ops-rollback: nix can't tell what the flake calls it (this flake is broken); the name that counts is $meant"* ]]
  [[ ${lines[-1]} == *" calls itself "*", and is to be $meant; nothing was sent to it or changed on it (status 1)."* ]]
}
