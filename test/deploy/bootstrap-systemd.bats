#!/usr/bin/env bats
# ops-bootstrap where a real systemd knows which units have failed.
# lab: --init systemd --hosts vps-ultraman

load words

setup_file() {
  lab_only
  export PATH=$BATS_TEST_DIRNAME/../lab/stand-ins:$PATH
}

setup() {
  host=vps-ultraman
  target=vps_ultraman_root
  lab blank $host
  lab wait $host
  lab knobs $host '{"secretUnit": true}'
}

@test "a secret that could not be decrypted at the first boot: status 33, and the unit's name" {
  key=$HOME/.ssh/keys.homelab/vps/ssh_host_ed25519_key_$host
  cp -p "$key" "$BATS_TEST_TMPDIR/key"
  rm "$key" && ssh-keygen -q -t ed25519 -N '' -f "$key" <<<y
  run "$SCRIPTS/ops-bootstrap.ts" $host $target --yes
  cp -p "$BATS_TEST_TMPDIR/key" "$key"
  echo "$output"
  [ "$status" = 33 ]
  [[ $output == *"agenix-install-secrets.service failed"* ]]
}

@test "with the right key the unit holds: status 0" {
  run "$SCRIPTS/ops-bootstrap.ts" $host $target --yes
  echo "$output"
  [ "$status" = 0 ]
  [ "$(lab host $host cat /run/agenix/demo)" = "the demo secret" ]
}
