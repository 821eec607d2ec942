#!/usr/bin/env bats
# ops deploy --backend nixos-rebuild, on a host with a real systemd: asked first, over one connection, with limits, and what it came to is read there.
# lab: --init systemd --hosts vps-ultraman

load words
load unguarded
load rebuilders

setup_file() { lab_only; }
setup() {
  unguarded_setup
  rebuilder_here
}
teardown() {
  [ -z "${LAB-}" ] || { lab link $host up; lab host $host systemctl stop $unit 2>/dev/null; } || :
  unguarded_teardown
}

unit=nixos-rebuild-switch-to-configuration
rebuild() { PATH=$BATS_TEST_TMPDIR/bin:$PATH HEY_TEST_BEGUN=$BATS_TEST_TMPDIR/begun "$SCRIPTS/ops-deploy.ts" $host $target --backend nixos-rebuild; }
not_begun() { [ ! -e "$BATS_TEST_TMPDIR/begun" ]; }
stands() { echo "$(running) $(profile) $(next_boot)"; }
logins() { lab host $host sh -c 'grep -c "Accepted publickey" /var/log/auth.log 2>/dev/null || journalctl -q -o cat | grep -c "Accepted publickey"'; }

@test "nixos-rebuild: the words at the end are those of --backend nix, over one login and one more behind it" {
  local before
  before=$(logins)
  run rebuild
  echo "$output"
  [ "$status" = 0 ]
  [[ ${lines[-1]} == "ops-deploy: root@$target runs $(built), boots $(built)" ]]
  [ "$(stands)" = "$(built) $(built) $(built)" ]
  # Whether this machine can still log in is tried by another.
  [ "$(($(logins) - before))" = 2 ]
  [ -z "$(leftovers)" ]
}

@test "nixos-rebuild: a unit that fails is named; where nothing was activated the profile is what it was" {
  lab knobs $host '{"marker": "a unit", "units": {"bad.service": "[Service]\nExecStart=/bin/false\nType=oneshot\n"}, "wants": ["multi-user.target.wants/bad.service"]}'
  run rebuild
  echo "$output"
  [ "$status" = 4 ]
  [[ ${lines[-1]} == *": activated, but some units failed: bad.service (status 4); root@$target runs $(built), boots $(built). Look: "*" $target systemctl --failed" ]]
  deploy --force >/dev/null 2>&1 || :
  old=$(running)
  lab knobs $host '{"marker": "a check", "checkStatus": 1}'
  run rebuild
  echo "$output"
  [ "$status" = 1 ]
  [[ ${lines[-1]} == *": it failed, and nothing was activated (status 1); root@$target runs $old, boots $old. "* ]]
  [ "$(stands)" = "$old $old $old" ]
}

@test "nixos-rebuild: what stands against it is found before the build: nobody there, another activation, another's change" {
  lab link $host down
  SECONDS=0
  run rebuild
  echo "$output"
  [ "$status" = 1 ]
  [[ ${lines[-1]} == *"can't be reached; nothing was changed on it (status 1)" ]]
  lab link $host up
  not_begun
  lab host $host systemd-run --quiet --unit=$unit sleep 600
  run rebuild
  echo "$output"
  [ "$status" = 13 ]
  [[ ${lines[-1]} == *"another activation goes on there, as the unit $unit"* ]]
  lab host $host systemctl stop $unit
  not_begun
  # Somebody has switched it to what is no generation, and not from here.
  local theirs
  lab knobs $host '{"marker": "theirs"}'
  XDG_STATE_HOME=$BATS_TEST_TMPDIR/theirs deploy --test >/dev/null 2>&1
  theirs=$(running)
  lab knobs $host '{"marker": "mine"}'
  run rebuild
  echo "$output"
  [ "$status" = 1 ]
  [[ ${lines[-1]} == *"changed by someone else: it runs $theirs, but "* ]]
  not_begun
}

@test "nixos-rebuild: the connection is lost in the activation: its end is waited for over a new one, and said" {
  lab knobs $host '{"marker": "lost", "activationScript": "sleep 4"}'
  rebuild </dev/null >"$BATS_TEST_TMPDIR/out" 2>&1 3>&- &
  until_there 30 grep -q "activating the configuration" "$BATS_TEST_TMPDIR/out"
  # The way into the host, of every connection that is there.
  lab host $host pkill -f 'sshd: root@' || lab host $host pkill -f 'sshd: root'
  local status=0
  wait $! || status=$?
  cat "$BATS_TEST_TMPDIR/out"
  [[ $(tail -n 1 "$BATS_TEST_TMPDIR/out") == *"root@$target runs $(built), boots $(built)"* ]]
  [ "$(stands)" = "$(built) $(built) $(built)" ]
}

@test "nixos-rebuild: ^C in the activation: what runs and boots is said, and the activation that goes on" {
  lab knobs $host '{"marker": "interrupted", "activationScript": "sleep 8"}'
  PATH=$BATS_TEST_TMPDIR/bin:$PATH HEY_TEST_BEGUN=$BATS_TEST_TMPDIR/begun env --default-signal setsid "$SCRIPTS/ops-deploy.ts" $host $target --backend nixos-rebuild </dev/null >"$BATS_TEST_TMPDIR/out" 2>&1 3>&- &
  group=$!
  until_there 30 grep -q "activating the configuration" "$BATS_TEST_TMPDIR/out"
  kill -INT -- -$group
  local status=0
  wait $group || status=$?
  cat "$BATS_TEST_TMPDIR/out"
  [ "$status" = 130 ]
  grep -q "interrupted (status 130): root@$target runs $old, boots $(built), and the activation goes on by itself, as the unit $unit. Look: .* $target systemctl status $unit" "$BATS_TEST_TMPDIR/out"
  until_there 30 eval '[ "$(stands)" = "$(built) $(built) $(built)" ]'
}

@test "nixos-rebuild: a password without a terminal is refused at once" {
  run setsid -w env PATH="$BATS_TEST_TMPDIR/bin:$PATH" HEY_TEST_BEGUN="$BATS_TEST_TMPDIR/begun" "$SCRIPTS/ops-deploy.ts" $host vps_ultraman_admin --backend nixos-rebuild --elevate sudo --ask-elevate-password </dev/null
  echo "$output"
  [ "$status" = 1 ]
  [[ ${lines[-1]} == *"there is no terminal to ask for the password on; nothing was done."* ]]
  not_begun
}
