#!/usr/bin/env bats
# lab: --hosts vps-pacman
# Several hosts in one run, on a fleet of twelve. What came of it is asked of the hosts themselves, not through ssh.

load words
load fleet

setup_file() {
  lab_only
  many
}

setup() {
  bats_require_minimum_version 1.5.0
  declare -gA olds before
  for name in web{01..12}; do olds[${name#web}]=$(running_on "$name"); done
}

teardown() { in_tmux kill-server 2>/dev/null || :; }

deploy() { "$SCRIPTS/ops-deploy.ts" "$@"; }

# last_run: the directory of the run that began last
last_run() { find "$XDG_STATE_HOME/hey/runs" -mindepth 1 -maxdepth 1 | sort | tail -n 1; }
# outcomes: a word for each host, in the order of their names
outcomes() { jq -r 'select(.step == "ended") | "\(.host) \(.outcome)"' "$(last_run)/.events" | sort | cut -d ' ' -f 2- | paste -sd , ; }

@test "twelve hosts: one evaluation, one build, a connection for each; all run and boot what is theirs, and nothing is left" {
  knobs '' web{01..12}
  record_programs
  run --separate-stderr deploy --on 'web*'
  echo "$output" "$stderr"
  [ "$status" = 0 ]
  # Beside the question for the names of all hosts.
  [ "$(recorded nix | grep ' eval ' | grep -vc attrNames)" = 1 ]
  [ "$(recorded nix-store | grep -c -- --keep-going)" = 1 ]
  for name in web{01..12}; do
    [ "$(running_on $name)" = "$(of $name)" ]
    [ "$(lab host $name cat /boot/default)" = "$(of $name)" ]
    [[ $output == *"$name  1 → 2 "*done* ]]
  done
  [ -z "$(host=web01 leftovers)" ]
  [ -z "$(find "$(last_run)" -type l)" ]
}

@test "hosts that are so already: one connection each, nothing copied or activated, and it is said" {
  knobs '"kernel": "6.6.9"' web01
  deploy --on 'web*'
  for name in web{01..12}; do before[${name#web}]=$(logins $name); done
  activations=$(host=web02 activations)
  record_programs
  run --separate-stderr deploy --on "web*"
  echo "$output" "$stderr"
  [ "$status" = 0 ]
  for name in web{01..12}; do
    [ $(($(logins $name) - before[${name#web}])) = 1 ]
    [[ $output == *"$name  "*"already so"* ]]
  done
  [ "$(host=web02 activations)" = "$activations" ]
  [ -z "$(recorded nix | grep ' copy ')" ]
  [[ $(grep ^web01 <<<"$output") == *"kernel 6.6.1 → 6.6.9"* ]]
}

@test "one is off, one does not activate, one is locked out and goes back: the others are deployed to, and who is where is said" {
  knobs '' web{01..12}
  lab knobs web02 '{"activationStatus": 100}'
  lab knobs web03 '{"sshd": false}'
  lab power-cut web04 --stay-down
  run --separate-stderr deploy --on 'web*' --guard --confirm-timeout 30 --settle 0 --json
  echo "$output"
  [ "$status" = 20 ]
  [ "$(outcomes)" = "done,failed,failed,skipped,done,done,done,done,done,done,done,done" ]
  [ "$(jq -r 'select(.step == "ended" and .outcome == "failed") | .status' <<<"$output" | sort | paste -sd ,)" = 10,12 ]
  [ "$(running_on web02) $(running_on web03)" = "${olds[02]} ${olds[03]}" ]
  [ "$(running_on web01) $(running_on web12)" = "$(of web01) $(of web12)" ]
  lab power-on web04
  lab wait web04
  [ "$(running_on web04)" = "${olds[04]}" ]
  # Nothing was built for it.
  [ ! -e "$(of web04)" ]
}

@test "every event has time, host, step, argv, status and ms, and begins end" {
  lab knobs web01 '{"marker": "events"}'
  lab knobs web02 '{"marker": "events"}'
  run --separate-stderr deploy --on 'web01,web02' --json
  echo "$output"
  [ "$status" = 0 ]
  node "$BATS_TEST_DIRNAME/../fleet-events.cjs" <<<"$output"
  cmp <(echo "$output") "$(last_run)/.events"
}

@test "--require-all: nothing is built where one does not answer" {
  knobs '' web01 web02
  lab power-cut web02 --stay-down
  run deploy --on 'web01,web02' --require-all
  echo "$output"
  [ "$status" = 20 ]
  [ "$(running_on web01)" = "${olds[01]}" ]
  [ ! -e "$(of web01)" ]
  lab power-on web02
  lab wait web02
}

@test "a canary that holds lets the others follow; one that fails leaves them as they are" {
  knobs '' web{01..04}
  deploy --on 'web01,web02,web03,web04' --canary web03
  [ "$(running_on web04)" = "$(of web04)" ]
  first=$(jq -r 'select(.step == "ended") | .host' "$(last_run)/.events" | head -n 1)
  [ "$first" = web03 ]
  for canary in web03 3; do
    knobs "\"nixosVersion\": \"25.11.$canary\"" web{01..04}
    lab knobs web03 '{"activationStatus": 100}'
    run deploy --on 'web0[1-4]' --canary $canary
    echo "$output"
    [ "$status" = 20 ]
    [ "$(running_on web04)" != "$(of web04)" ]
    [[ $output == *"web03 went first and did not hold"* ]]
  done
  [ "$(running_on web02)" = "$(of web02)" ]
}

@test "a canary that is off is found out before anything is built" {
  lab power-cut web02 --stay-down
  knobs '' web01 web02
  run deploy --on 'web01,web02' --canary web02
  lab power-on web02
  lab wait web02
  echo "$output"
  [ "$status" = 20 ]
  [[ $output == *"web02 is to go first, and is not ready: nothing is built or changed"* ]]
  [ "$(outcomes)" = "not begun,skipped" ]
  refute grep -q '"step":"build"' "$(last_run)/.events"
}

@test "a signal to hey alone ends the build, and one that the caller ignores does not count" {
  mkdir "$BATS_TEST_TMPDIR/slow"
  printf '#!/bin/sh\ncase $* in *--keep-going*) touch %q; sleep 301 ;; esac\nexec %q "$@"\n' "$BATS_TEST_TMPDIR/building" "$(type -P nix-store)" >"$BATS_TEST_TMPDIR/slow/nix-store"
  chmod +x "$BATS_TEST_TMPDIR/slow/nix-store"
  knobs '' web01 web02
  PATH=$BATS_TEST_TMPDIR/slow:$PATH "$SCRIPTS/ops-deploy.ts" --on 'web01,web02' >"$BATS_TEST_TMPDIR/said" 2>&1 3>&- &
  job=$!
  until_there 30 test -e "$BATS_TEST_TMPDIR/building"
  kill -TERM "$job"
  began=$SECONDS status=0
  wait "$job" || status=$?
  cat "$BATS_TEST_TMPDIR/said"
  [ "$status" = 143 ]
  [ $((SECONDS - began)) -lt 20 ]
  refute pgrep -f 'slee[p] 301'
  [ "$(running_on web01)" = "${olds[01]}" ]

  knobs '"activationScript": "sleep 2"' web01
  (trap '' HUP && exec "$SCRIPTS/ops-deploy.ts" --on web01) >"$BATS_TEST_TMPDIR/said" 2>&1 3>&- &
  job=$!
  until_there 30 grep -q activating "$BATS_TEST_TMPDIR/said"
  kill -HUP "$job"
  wait "$job"
  [ "$(running_on web01)" = "$(of web01)" ]
}

@test "--serial: one after another, none after one that fails; -j: no more than so many at once" {
  knobs '"activationScript": "sleep 1"' web{01..04}
  lab knobs web03 '{"activationStatus": 100}'
  run deploy --on 'web0[1-4]' --serial
  [ "$status" = 20 ]
  [ "$(outcomes)" = "done,done,failed,not begun" ]
  [ "$(running_on web04)" = "${olds[04]}" ]
  [ "$(most_at_once)" = 1 ]
  knobs '"activationScript": "sleep 2"' web{01..06}
  deploy --on 'web0[1-6]' -j2
  [ "$(most_at_once)" = 2 ]
}

# begun_in_batches: the hosts of each batch of the last run, a line for each
begun_in_batches() { jq -r 'select(.step == "batch") | .hosts | join(",")' "$(last_run)/.events"; }
# begun_before ONE OTHER: the one was over when the other was begun
begun_before() { jq -r 'select(.step == "begin" or .step == "ended") | "\(.step) \(.host)"' "$(last_run)/.events" | grep -E "ended $1|begin $2" | head -n 1 | grep -q "ended $1"; }

@test "--batch: so many at a time with a pause between, the next ones only if these hold; --stop-after: none after so many that failed" {
  knobs '' web{01..05}
  deploy --on 'web0[1-5]' --batch 2 --pause 2
  [ "$(outcomes)" = "done,done,done,done,done" ]
  [ "$(begun_in_batches | paste -sd ' ')" = "web01,web02 web03,web04 web05" ]
  for pair in "web01 web03" "web02 web04" "web04 web05"; do begun_before $pair; done
  # Seconds between the end of one batch and the beginning of the next.
  [ "$(jq -s '[.[] | select(.step == "begin" and .host == "web05")][0].ms - ([.[] | select(.step == "batch")][2].ms)' "$(last_run)/.events")" -lt 500 ]
  [ "$(jq -s '[.[] | select(.step == "batch")] | .[1].ms - .[0].ms >= 2000 and .[2].ms - .[1].ms >= 2000' "$(last_run)/.events")" = true ]

  knobs '"nixosVersion": "25.11.1"' web{01..05}
  lab knobs web02 '{"activationStatus": 100}'
  run deploy --on 'web0[1-5]' --batch 40%
  echo "$output"
  [ "$status" = 20 ]
  [ "$(outcomes)" = "done,failed,not begun,not begun,not begun" ]
  [[ $output == *"web02 failed; no other host is begun"* ]]
  lab knobs web03 '{"activationStatus": 100}'
  run deploy --on 'web0[1-5]' --batch 2 --stop-after 2
  [ "$(outcomes)" = "current,failed,failed,done,not begun" ]
}

@test "hey.toml: a host is begun after those that it comes after, and a lower order before a higher; the last is the gateway" {
  knobs '' web{01..05}
  printf '%s\n' '[defaults]' 'order = 5' '[hosts.web01]' 'order = 9' '[hosts.web02]' 'after = "web0[34], db*"' '[hosts.web05]' 'tags = ["early"]' 'order = -1' '[hosts.web04]' 'after = "@early"' >hey.toml
  deploy --on 'web0[1-5]'
  for pair in "web05 web03" "web05 web04" "web03 web02" "web04 web02" "web02 web01"; do begun_before $pair; done
  knobs '"nixosVersion": "25.11.1"' web{01..05}
  lab knobs web04 '{"activationStatus": 100}'
  run deploy --on 'web0[1-5]'
  [ "$status" = 20 ]
  [ "$(outcomes)" = "done,not begun,done,failed,done" ]
  [[ $output == *"web02"*"not begun: web04 did not hold"* ]]
  for wrong in "web02 waits for web03, and web03 waits for web02:[hosts.web02] after = \"web03\" [hosts.web03] after = \"web02\"" "comes after 'web99', and there is no such host:[hosts.web02] after = \"web99\"" \
    "web01 waits for web02, and web02 waits for web01:[hosts.web01] order = 1 [hosts.web02] after = \"web01\""; do
    echo "${wrong#*:}" | sed -E 's/ (after|order) = ("[^"]*"|[0-9]+)/\n\1 = \2\n/g; s/\n +/\n/g' >hey.toml
    run deploy --on 'web0[1-5]' --print
    echo "$output"
    [ "$status" = 2 ]
    [[ $output == *"${wrong%%:*}"* ]]
  done
  rm hey.toml
}

@test "--on @failed, @skipped and @left: the hosts that the last run of that verb and flake has left, as its last line types" {
  local asked
  # ran WORDS…: the hosts of the run that comes of these words
  ran() { deploy "$@" >"$BATS_TEST_TMPDIR/said" 2>&1 || :; jq -r 'select(.step == "run") | .hosts | join(",")' "$(last_run)/.events"; }
  run deploy --on @left --flake "$(mktemp -d)"
  [ "$status" != 0 ]
  knobs '' web{01..04}
  lab knobs web02 '{"activationStatus": 100}'
  lab power-cut web03 --stay-down
  run deploy --on 'web0[1-4]' --stop-after 1 -j1
  echo "$output"
  [ "$status" = 20 ]
  [ "$(outcomes)" = "done,failed,skipped,not begun" ]
  asked=$(tail -n 1 <<<"$output")
  [ "$asked" = "Again, what is left: $SCRIPTS/ops-deploy.ts --on @left --stop-after 1 -j1" ]
  # Another verb has a last run of its own.
  "$SCRIPTS/ops-reboot.ts" --on web01 --if-needed
  [ "$(ran --on '@failed,@skipped' --dry-activate --no-ask)" = web02,web03 ]
  lab power-on web03
  lab wait web03
  knobs '' web02
  # What only looks is no last run.
  [ "$(ran --on 'web0[1-4],!@left' --dry-activate --no-ask)" = web01 ]
  [ "$(ran --on @left)" = web02,web03,web04 ]
  [ "$(outcomes)" = "done,done,done" ]
  run deploy --on @left
  echo "$output"
  [ "$status" = 2 ]
  [[ $output == *"has left no host for @left"* ]]
}

@test "ops ssh --on: a command on all of them, and what they say alike is said once; who fails or is off is told apart" {
  ask() { "$SCRIPTS/ops-ssh.ts" --on 'web0[1-4]' "$@"; }
  lab host web02 sh -c 'echo odd >/run/odd'
  lab power-cut web04 --stay-down
  run --separate-stderr ask -- sh -c 'cat /run/odd 2>/dev/null || { printf "no\033[2Jne\n"; echo why >&2; }; test ! -e /run/odd'
  echo "$output"
  [ "$status" = 20 ]
  [ "$(head -n 6 <<<"$output" | cat -v)" = "$(printf '%s\n' 'web01, web03:' none why '' 'web02 (exit 1):' odd)" ]
  [[ $output == *"web04 (unreachable: "* ]]
  run --separate-stderr ask --json -- hostname
  [ "$status" = 21 ]
  [ "$(jq -r '.[] | "\(.host) \(.status) \(.out)"' <<<"$output" | grep -v '^$' | head -n 2 | paste -sd ,)" = "web01 0 web01,web02 0 web02" ]
  run --separate-stderr ask --timeout 2 -- sleep 60
  [ "$status" = 20 ]
  [[ $output == *"web01, web02, web03, web04 (not done within 2 s):"* ]]
  lab power-on web04
  lab wait web04
}

@test "^C: no host is begun any more, those that are come to their end, and who is where is said" {
  knobs '"activationScript": "sleep 3"' web{01..04}
  in_terminal "$SCRIPTS/ops-deploy.ts --on 'web0[1-4]' -j 2"
  until_seen "agenix"
  press C-c
  until_ended
  screen
  [ "$(outcomes)" = "done,done,not begun,not begun" ]
  [ "$(running_on web02) $(running_on web03)" = "$(of web02) ${olds[03]}" ]
  [ "$ended" = 130 ]
}

@test "^C twice: what has begun goes back" {
  knobs '"activationScript": "sleep 5"' web{01..03}
  in_terminal "$SCRIPTS/ops-deploy.ts --on 'web0[1-3]' -j 2 --guard"
  until_seen "agenix"
  press C-c
  until_seen "come to their end"
  press C-c
  until_ended
  screen
  for name in web{01..03}; do [ "$(running_on $name)" = "${olds[${name#web}]}" ]; done
  [ "$ended" = 130 ]
}

@test "killed -9: what has begun comes to its end by itself, what waits ends" {
  knobs '"activationScript": "until [ -e /root/go-on ]; do sleep 0.1; done"' web{01..03}
  deploy --on 'web0[1-3]' -j 1 --guard --settle 0 >/dev/null 2>&1 &
  earlier=$(last_run)
  activating() { [ "$(last_run)" != "$earlier" ] && grep -q activating "$(last_run)/web01/log" 2>/dev/null; }
  until_there 30 activating
  pkill -9 -f "ops-deploy.ts --on"
  killed=$(last_run)
  # The next run lets go of nothing that a lane of this one may still need.
  deploy --on web04
  [ "$(readlink "$killed/web01/system")" = "$(of web01)" ]
  lab host web01 touch /root/go-on
  until_there 30 grep -q "deployed and confirmed" "$killed/web01/log" || { cat "$killed"/web01/log; false; }
  until_there 10 grep -q "the run has ended before the turn" "$killed/web02/log"
  [ "$(running_on web01) $(running_on web02)" = "$(of web01) ${olds[02]}" ]
}

@test "a host whose login hangs is left out, and the others go on" {
  lab knobs web02 '{"sshdExtra": "ForceCommand sleep 600"}'
  run deploy web02 --backend nix --test
  [ "$status" = 16 ]
  knobs '' web01 web02
  run deploy --on 'web01,web02'
  echo "$output"
  lab power-cut web02
  lab wait web02
  [ "$status" = 21 ]
  [ "$(outcomes)" = "done,skipped" ]
}

@test "a host that does not evaluate, and one that does not build, are named and stop no other" {
  knobs '' web{01..03}
  echo 'throw "no such thing as web02"' >"$FLEET/hosts/web02/default.nix"
  lab knobs web03 '{"buildStatus": 1}'
  run deploy --on 'web0[1-3]'
  echo "$output"
  echo '{ marker = "web02"; }' >"$FLEET/hosts/web02/default.nix"
  [ "$status" = 20 ]
  [[ $output == *"web02 does not evaluate"*"no such thing as web02"* ]]
  [ "$(running_on web01)" = "$(of web01)" ]
  [ "$(outcomes)" = "done,failed,failed" ]
}

@test "as printed: the build, then each lane by hand" {
  knobs '' web01 web02
  deploy --on 'web01,web02' --print >"$BATS_TEST_TMPDIR/script"
  sh "$BATS_TEST_TMPDIR/script"
  for name in web01 web02; do [ "$(running_on $name)" = "$(of $name)" ]; done
  # It is held for lanes that follow, and not for ever.
  hand=$(last_run)
  deploy --on 'web01,web02'
  [ -e "$hand/web01/system" ]
  touch -h -d '8 days ago' "$hand/.built"
  deploy --on 'web01,web02'
  [ -z "$(find "$hand" -type l)" ]
}

@test "rollback, reboot and status of several: each to the one before, each proven by another boot; a --to is refused" {
  knobs '' web01 web02
  deploy --on 'web01,web02'
  "$SCRIPTS/ops-rollback.ts" --on 'web01,web02' --guard --settle 0
  [ "$(running_on web01) $(running_on web02)" = "${olds[01]} ${olds[02]}" ]
  boots=$(lab host web01 cat /proc/sys/kernel/random/boot_id)
  run "$SCRIPTS/ops-reboot.ts" --on 'web01,web02' --serial
  echo "$output"
  [ "$status" = 0 ]
  [ "$(lab host web01 cat /proc/sys/kernel/random/boot_id)" != "$boots" ]
  run --separate-stderr deploy --on 'web01,web02' --status
  for name in web01 web02; do [[ $stderr == *"$name | nothing is armed"*"$name | boots ${olds[${name#web}]}"* ]]; done
  run "$SCRIPTS/ops-rollback.ts" --on 'web01,web02' --to 3
  [ "$status" = 2 ]
}

@test "push-keys to several: known_hosts has each of them in the end" {
  for name in web01 web02; do ssh-keygen -q -t ed25519 -N '' -C "$name" -f "$HOME/.ssh/keys.homelab/server/ssh_host_ed25519_key_$name" <<<y >/dev/null; done
  run "$SCRIPTS/ops-push-keys.ts" --on 'web01,web02' --no-global
  echo "$output"
  [ "$status" = 0 ]
  for name in web01 web02; do
    ssh -F "$LAB/ssh_config" "$name" true
    [ "$(lab host $name cat /etc/ssh/ssh_host_ed25519_key.pub | cut -d ' ' -f 2)" = "$(cut -d ' ' -f 2 "$HOME/.ssh/keys.homelab/server/ssh_host_ed25519_key_$name.pub")" ]
  done
}

@test "hey.toml: tags select, and each host has its own guard, target and checks" {
  printf '%s\n' '[defaults]' 'settle = 0' '[hosts.web01]' 'tags = ["front"]' 'guard = true' 'check-remote = "false"' 'confirm-timeout = 30' \
    '[hosts.web02]' 'tags = ["front"]' 'target = "root@web02"' >"$FLEET/hey.toml"
  knobs '' web01 web02 web03
  "$SCRIPTS/trust.ts" --yes
  run deploy --on '@front'
  rm "$FLEET/hey.toml"
  echo "$output"
  [ "$status" = 20 ]
  [[ $output == *"--check-remote failed"* ]]
  [ "$(running_on web01) $(running_on web03)" = "${olds[01]} ${olds[03]}" ]
  [ "$(running_on web02)" = "$(of web02)" ]
}

@test "a host that is there and refuses the login, or has another key, is no host that is off: failed, and it says so" {
  sed 's/^Host web02$/&\n  PubkeyAuthentication no/; s/^Host web03$/&\n  UserKnownHostsFile \/dev\/null/' "$LAB/ssh_config" >"$BATS_TEST_TMPDIR/config"
  NIX_SSHOPTS="-F $BATS_TEST_TMPDIR/config" run deploy --on 'web0[1-3]'
  echo "$output"
  [ "$status" = 20 ]
  [[ $(outcomes) == *",failed,failed" ]]
  [[ $output == *"web02 "*"refuses the login"*"web03 "*"its host key is not the known one"* ]]
}

@test "what a host says moves no cursor, and a line without an end costs neither the terminal nor the events" {
  knobs '' web01
  lab knobs web01 '{"activationScript": "printf \"\\033[2Ja\\tb\\302\\2333J\\377\\n\"; head -c 20000000 /dev/zero | tr \"\\0\" x; echo; echo the end"}'
  run --separate-stderr deploy --on web01
  [ "$status" = 0 ]
  # So much of it is kept, and its end.
  [ "$(stat -c %s "$(last_run)/web01/log")" -gt 1000000 ]
  [ "$(stat -c %s "$(last_run)/web01/log")" -lt 1200000 ]
  [ "$(wc -L <"$(last_run)/.events")" -lt 6000 ]
  [ "${#stderr}" -lt 100000 ]
  [[ $stderr == *"web01 | a b3J"* && $stderr == *"web01 | the end"* ]]
  refute grep -q $'[\033\302\233]' <<<"$stderr"
}

@test "words for nix after --: an impure evaluation, and a build with its logs" {
  knobs '' web01
  run --separate-stderr deploy --on web01 -- --impure -L
  echo "$stderr"
  [ "$status" = 0 ]
  [ "$(running_on web01)" = "$(of web01)" ]
}

# behind: the fleet is reached through another sshd of vps-pacman only, which takes three logins at once, each of a second, and drops any more
behind() {
  lab host vps-pacman sh -c '
    printf "#!/bin/sh\nsleep 0.5\ncat /etc/ssh/authorized_keys.d/root\n" >/etc/slow-keys && chmod 755 /etc/slow-keys
    { sed "/^ *\(Port\|PidFile\|MaxStartups\|AuthorizedKeysFile\) /d" /etc/ssh/sshd_config
      printf "%s\n" "Port 2222" "PidFile none" "MaxStartups 3:100:3" "AuthorizedKeysFile none" "AuthorizedKeysCommand /etc/slow-keys" "AuthorizedKeysCommandUser root"; } >/root/door
    /usr/sbin/sshd -f /root/door'
  printf 'Host web??\n  ProxyJump vps_pacman_2222\n' | cat - "$LAB/ssh_config" >"$BATS_TEST_TMPDIR/behind"
  export NIX_SSHOPTS="-F $BATS_TEST_TMPDIR/behind"
}
drops() { cat "$(last_run)"/web??/log | grep -cE 'exchange_identification|^Connection closed by' || :; }

@test "behind a jump host no more than -j are asked at once, and one whose connection is dropped is asked again" {
  behind
  # More than it takes, were they asked at once.
  run --separate-stderr deploy --on 'web*' --dry-activate -j 3
  echo "$output" "$stderr"
  [ "$status" = 0 ]
  [ "$(drops)" = 0 ]
  run --separate-stderr deploy --on 'web*' --dry-activate -j 6
  echo "$output" "$stderr"
  [ "$status" = 0 ]
  [ "$(drops)" -gt 0 ]
  [ "$(outcomes)" = "$(printf 'done,%.0s' {1..12} | sed 's/,$//')" ]
}

@test "a full disk here while the hosts are asked is said, and no host is called silent" {
  knobs '' web01 web02
  export XDG_STATE_HOME=$BATS_TEST_TMPDIR/state
  mkdir "$XDG_STATE_HOME" "$BATS_TEST_TMPDIR/bin"
  mount -t tmpfs -o size=2m state "$XDG_STATE_HOME"
  # What is not for this machine alone is the first question.
  printf '#!/bin/sh\ncase " $* " in *" -G "*) ;; *) dd if=/dev/zero of=%q bs=4k 2>/dev/null ;; esac\nexec %q "$@"\n' "$XDG_STATE_HOME/filler" "$(type -P ssh)" >"$BATS_TEST_TMPDIR/bin/ssh"
  chmod +x "$BATS_TEST_TMPDIR/bin/ssh"
  began=$SECONDS
  PATH=$BATS_TEST_TMPDIR/bin:$PATH run --separate-stderr deploy --on web01,web02
  umount -l "$XDG_STATE_HOME"
  echo "$output" "$stderr"
  [ "$status" = 20 ]
  [[ $output == *"web01"*"no room for its files here"*"web02"*"no room for its files here"* ]]
  [[ $output$stderr != *"does not answer"* ]]
  [ $((SECONDS - began)) -lt 20 ]
  [ "$(running_on web01)" = "${olds[01]}" ]
}
