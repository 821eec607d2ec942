#!/usr/bin/env bats
# Deployments without a guard, on hosts without systemd: what is said where something goes wrong, and lock-outs.
# lab: --hosts vps-ultraman

load words
load unguarded

setup_file() {
  lab_only
  lab add vps-pacman
}
setup() { unguarded_setup; }
teardown() { unguarded_teardown; }

# The whole activation, or only the program.
group='kill -TERM 0; sleep 5'
program='pkill -KILL -f [s]witch-to-configuration.switch; pkill -KILL -f [n]ixos-system.*/activate'

@test "an activation that a signal ends is said to have been cut, and is not done" {
  for cut in "$group" "$program"; do
    lab knobs $host "{\"marker\": \"$cut\", \"activationScript\": \"$cut\"}"
    run deploy
    echo "$output"
    [ "$status" = 1 ]
    [[ ${lines[-1]} == *"the activation was cut before its end (status 1); root@$target runs $old, boots $(built)."* ]]
    [ -z "$(leftovers)" ]
  done
}

@test "the same for what goes back, there and on the machine itself" {
  lab knobs $host "{\"marker\": \"cut on the way back\", \"activationScript\": \"[ \$verb = boot ] || { $group; }\"}"
  deploy --boot
  cut=$(built)
  lab knobs $host '{"marker": "after it"}'
  deploy
  run back
  echo "$output"
  [ "$status" = 1 ]
  [[ ${lines[-1]} == *"the activation was cut before its end (status 1); root@$target runs $(built), boots $cut."* ]]
  deploy
  script=$("$SCRIPTS/sync.ts" switch --rollback --elevate none --print)
  run lab host $host sh -c "$script"
  echo "$output"
  [ "$status" = 1 ]
  [[ ${lines[-1]} == *"the activation was cut before its end (status 1); this machine runs $(built), boots $cut."* ]]
}

@test "a profile that can't be set changes nothing, and it is said why" {
  before="$old $(profile) $(next_boot)"
  for words in "" --boot; do
    deploy --print $words | fill_before_profile >"$BATS_TEST_TMPDIR/script"
    run sh "$BATS_TEST_TMPDIR/script"
    make_room
    echo "$output"
    profile_not_set "root@$target"
    [ "$(running) $(profile) $(next_boot)" = "$before" ]
    [ -z "$(leftovers)" ]
  done
  # It is nobody else's change.
  deploy
}

@test "the same on the machine itself" {
  deploy
  before="$(running) $(profile) $(next_boot)"
  script=$("$SCRIPTS/sync.ts" switch --rollback --elevate none --print)
  run lab host $host sh -c 'mkdir -p /run/fake && printf "#!/bin/sh\nexit 1\n" >/run/fake/nix-env && chmod 755 /run/fake/nix-env
    PATH=/run/fake:$PATH; export PATH; exec sh -c "$1"' sh "$script"
  echo "$output"
  profile_not_set "this machine"
  [ "$(running) $(profile) $(next_boot)" = "$before" ]
}

@test "a full /run is found out before anything is changed" {
  before="$old $(profile) $(next_boot)"
  deploy --print | first activate_there "lab host $host sh -c 'mount -o remount,size=\$((\$(df --output=used -k /run | tail -n 1)))k /run; dd if=/dev/zero of=/run/filler bs=4k count=64 2>/dev/null || :'" >"$BATS_TEST_TMPDIR/script"
  run sh "$BATS_TEST_TMPDIR/script"
  lab host $host sh -c 'rm -f /run/filler; mount -o remount,size=32m /run'
  echo "$output"
  [ "$status" -gt 0 ]
  [[ ${lines[-1]} == *"nothing was changed on root@$target"* ]]
  [ "$(running) $(profile) $(next_boot)" = "$before" ]
}

@test "a unit's journal is nobody's word: not with --reboot, and not for the names of what failed" {
  before=$(boot_id)
  for words in "" --reboot; do
    lab knobs $host "{\"marker\": \"lies $words\", $lies}"
    # shellcheck disable=SC2086
    run deploy $words
    echo "$output"
    [ "$status" = 4 ]
    [[ ${lines[-1]} == *"activated, but some units failed: talker.service (status 4); root@$target runs $(built), boots $(built)"* ]]
    [[ $output != *"can't be switched to"* ]]
    [ "$(boot_id)" = "$before" ]
  done
  lab knobs $host "{\"marker\": \"lies, guarded\", $lies}"
  run "$SCRIPTS/ops-deploy.ts" $host $target --guard
  echo "$output"
  [ "$status" = 12 ]
  [[ ${lines[-1]} == *"rolled back, as units failed (talker.service): "* ]]
}

@test "a system that NixOS would not switch to is not taken for one whose activation failed otherwise" {
  before=$(boot_id)
  for failing in 2 4 100; do
    lab knobs $host "{\"marker\": \"with $failing\", \"activationStatus\": {\"switch\": $failing, \"test\": $failing}, \"activationScript\": \"echo There are changes to critical components of the system:\"}"
    run deploy --reboot --force
    echo "$output"
    [ "$status" = $((failing == 4 ? 4 : 1)) ]
    [[ $output != *"can't be switched to"* ]]
    [ "$(boot_id)" = "$before" ]
  done
}

@test "all that failed is named, also what is of users, and where nothing is named that is said" {
  lab knobs $host '{"marker": "named", "activationStatus": 4, "activationScript": "printf \"%s\\n\" \"Failed to start none@a:b.service: Unit x.service not found.\" \"Failed to restart user unit us.service\" \"warning: the following user units failed: us.service, two.timer\" \"warning: user activation for admin failed\" \"Failed to run activate script\" \"warning: the following units failed: b.service, a.mount\" >&2"}'
  run deploy
  echo "$output"
  [ "$status" = 4 ]
  [[ ${lines[-1]} == *"some units failed: a.mount, b.service, none@a:b.service, user activation for admin, user unit two.timer, user unit us.service (status 4)"* ]]
  lab knobs $host '{"marker": "nameless", "activationStatus": 4}'
  run deploy
  echo "$output"
  [[ ${lines[-1]} == *"some units failed: which ones it did not say (status 4)"* ]]
  lab knobs $host '{"marker": "nameless, guarded", "activationStatus": {"test": 4}}'
  run "$SCRIPTS/ops-deploy.ts" $host $target --guard --on-unit-failure warn
  echo "$output"
  [ "$status" = 0 ]
  [[ $output == *"warning: units failed: which ones it did not say"* ]]
}

@test "sshd off: 16, what runs and boots, and a way back over the first connection that works as it is typed" {
  lab knobs $host '{"marker": "locks out", "sshd": false}'
  run deploy
  locked_out "Connection refused"
  [[ ${lines[-1]} == *"activated; "*" root@$target runs $(built), boots $(built). The first connection works for 15 minutes more"* ]]
  [ "$(running) $(profile)" = "$(built) $(built)" ]
  bash -c "$(typed_next 1)" </dev/null
  answers
  [ "$(running)" = "$old" ]
  bash -c "$(typed_next 2)" </dev/null
  [ "$(running) $(profile) $(next_boot)" = "$old $old $old" ]
  close_first
  [ -z "$(leftovers)" ]
}

@test "my key removed; with failed units too; and no reboot after a lock-out" {
  lab knobs $host '{"marker": "no key", "sshdExtra": "AuthorizedKeysFile /etc/nobody", "activationStatus": 4}'
  before=$(boot_id)
  begun=$SECONDS
  run deploy --reboot
  locked_out "Permission denied"
  # There is nothing to wait for.
  [ $((SECONDS - begun)) -le 15 ]
  [[ ${lines[-1]} == *"activated, but some units failed: "*"; a new connection"* ]]
  [ "$(boot_id)" = "$before" ]
  bash -c "$(typed_next 1)" </dev/null
  answers
  by_console "$old"
}

@test "--test: a reboot is a way back as well; --boot and --dry-activate log in once" {
  lab knobs $host '{"marker": "for now", "sshd": false}'
  run deploy --boot
  echo "$output"
  [ "$status" = 0 ]
  [[ $output != *"once more"* ]]
  run deploy --dry-activate
  [ "$status" = 0 ]
  [[ $output != *"once more"* ]]
  lab host $host sh -c 'nix-env -p /nix/var/nix/profiles/system --set "$1" && "$1/bin/switch-to-configuration" boot' sh "$old"
  run deploy --test --force
  locked_out "Connection refused"
  [[ ${lines[-1]} == *". A reboot brings $old" ]]
  [[ ${lines[-1]} != *"; then: "* ]]
  by_power_cut
  [ "$(running)" = "$old" ]
}

@test "the firewall closed, which ends the first connection as well" {
  lab knobs $host '{"marker": "closed", "firewall": "closed"}'
  run deploy
  locked_out "timed out"
  [[ ${lines[-1]} == *"the connection was lost in the middle; "*". Look at its console" ]]
  by_console "$old"
}

@test "logins that hang are ended" {
  lab knobs $host '{"marker": "hangs", "sshdExtra": "ForceCommand sleep 10000"}'
  deploy --print | sed 's/heard 60 there_again/heard 4 there_again/; s/longer than 60 s/longer than 4 s/' >"$BATS_TEST_TMPDIR/script"
  for shell in dash bash zsh; do
    run timeout 60 $shell "$BATS_TEST_TMPDIR/script"
    echo "$output"
    [ "$status" = 16 ]
    [[ ${lines[-1]} == *"failed: it took longer than 4 s (status 16)"* ]]
    by_console "$old"
  done
}

@test "an sshd that is away for some seconds is no lock-out" {
  lab knobs $host '{"marker": "away", "sshd": false, "activationScript": "setsid sh -c \"sleep 6; /usr/sbin/sshd -f /etc/ssh/sshd_config\" >/dev/null 2>&1 9>&- &"}'
  begun=$SECONDS
  run deploy
  echo "$output"
  [ "$status" = 0 ]
  [ $((SECONDS - begun)) -ge 6 ]
  [ "$(running)" = "$(built)" ]
}

@test "a connection of the user's own does not hide a lock-out" {
  { echo "ControlMaster auto" && echo "ControlPath $BATS_TEST_TMPDIR/own" && cat "$LAB/ssh_config"; } >"$BATS_TEST_TMPDIR/config"
  ssh -F "$BATS_TEST_TMPDIR/config" -f -N root@$target 3>&-
  lab knobs $host '{"marker": "hidden", "sshd": false}'
  NIX_SSHOPTS="-F $BATS_TEST_TMPDIR/config" run deploy
  ssh -F "$BATS_TEST_TMPDIR/config" root@$target true
  ssh -F "$BATS_TEST_TMPDIR/config" -O exit root@$target
  locked_out "Connection refused"
  by_console "$old"
}

@test "who is asked at the terminal is asked once more, and without a terminal a login that wants an answer is a lock-out" {
  cp "$LAB/id_ed25519" "$BATS_TEST_TMPDIR/key"
  ssh-keygen -q -p -N marker-pass -f "$BATS_TEST_TMPDIR/key"
  sed -e "s#^IdentityFile .*#IdentityFile $BATS_TEST_TMPDIR/key#; s#^\( *\)IdentityFile .*#\1IdentityFile $BATS_TEST_TMPDIR/key#" -e '/BatchMode/d' "$LAB/ssh_config" >"$BATS_TEST_TMPDIR/config"
  run expect -c '
    set timeout 60
    proc answer {} {
      expect "passphrase for key" { send "marker-pass\r" } eof { exit 99 } timeout { exit 98 }
    }
    spawn -noecho '"$SCRIPTS/ops-deploy.ts $host $target --backend nix --ssh-config $BATS_TEST_TMPDIR/config"'
    answer
    expect "once more" {} eof { exit 97 } timeout { exit 96 }
    answer
    expect eof
    exit [lindex [wait] 3]
  '
  echo "$output"
  [ "$status" = 0 ]
  [ "$(running)" = "$(built)" ]
  # The first login is that of an agent, which is gone at the second.
  agent() { SSH_AUTH_SOCK=$BATS_TEST_TMPDIR/agent "$@"; }
  ssh-agent -a "$BATS_TEST_TMPDIR/agent" >/dev/null 3>&-
  agent ssh-add -q "$LAB/id_ed25519"
  lab knobs $host '{"marker": "asked nothing"}'
  deploy --ssh-config "$BATS_TEST_TMPDIR/config" --print | first still_in "SSH_AUTH_SOCK=$BATS_TEST_TMPDIR/agent ssh-add -q -D" >"$BATS_TEST_TMPDIR/script"
  SSH_AUTH_SOCK=$BATS_TEST_TMPDIR/agent run setsid -w sh "$BATS_TEST_TMPDIR/script" </dev/null
  pkill -f "ssh-agent -a $BATS_TEST_TMPDIR/agent"
  echo "$output"
  [ "$status" = 16 ]
  [[ ${lines[-1]} == *"Permission denied"* ]]
}

@test "going back to a system that locks out" {
  lab knobs $host '{"marker": "back to no sshd", "sshd": false}'
  deploy --boot
  lab knobs $host '{"marker": "good"}'
  deploy
  good=$(running)
  run back
  locked_out "Connection refused"
  bash -c "$(typed_next 1)" </dev/null
  bash -c "$(typed_next 2)" </dev/null
  [ "$(running) $(profile) $(next_boot)" = "$good $good $good" ]
  close_first
}

@test "of several hosts one is locked out: it has failed, in the table and as JSON" {
  lab knobs $host '{"marker": "one of two", "sshd": false}'
  lab knobs vps-pacman '{"marker": "the other"}'
  run --separate-stderr "$SCRIPTS/ops-deploy.ts" --on "$host,vps-pacman" --json
  echo "$output"
  [ "$status" = 20 ]
  [ "$(jq -r 'select(.step == "ended") | "\(.host) \(.outcome) \(.status) \(.text)"' <<<"$output" | sort | paste -sd ,)" = "vps-pacman done 0 done,vps-ultraman failed 16 locked out" ]
  by_console "$old"
  lab knobs $host '{"marker": "one of two again", "sshd": false}'
  run --separate-stderr "$SCRIPTS/ops-deploy.ts" --on "$host,vps-pacman"
  echo "$output"
  [ "$status" = 20 ]
  grep -E "^$host .* locked out" <<<"$output"
  grep -F "The first connection works for 15 minutes more" <<<"$output"
  by_console "$old"
}

@test "a host that is so already is only asked: nothing is copied or activated there, and it is said; --force does it again" {
  lab knobs $host '{"marker": "already"}'
  deploy --boot
  for line in "--boot:$old" ":$(built)" "--test:$(built)" "--guard:$(built)" "--guard --test:$(built)" "--reboot=if-needed:$(built)" "--diff:$(built)"; do
    words=${line%:*}
    if [ "$line" = ":$(built)" ]; then deploy; fi
    before=$(activations)
    run deploy $words
    echo "$output"
    [ "$status" = 0 ]
    [[ $output == *"already so: root@$target runs ${line##*:}, boots $(built)"*". To do it again: --force"* ]]
    [[ $output != *"copy to"* ]]
    [ "$(activations)" = "$before" ]
  done
  [ "$(tail -n 1 "$XDG_STATE_HOME/hey/log" | jq -r '"\(.status) \(.untouched)"')" = "0 yes" ]
  for words in --force "--guard --force" --install-bootloader; do
    before=$(activations)
    deploy $words
    [ "$(activations)" != "$before" ]
  done
  # What only another action would bring is no reason to do nothing.
  lab knobs $host '{"marker": "runs only"}'
  deploy --test
  deploy
  [ "$(running) $(profile) $(next_boot)" = "$(built) $(built) $(built)" ]
  # Nor is what has not come up as it should.
  lab knobs $host '{"marker": "units fail", "activationStatus": {"switch": 4}}'
  for _ in 1 2; do
    before=$(activations)
    run deploy
    [ "$status" = 4 ]
    [ "$(activations)" != "$before" ]
  done
}
