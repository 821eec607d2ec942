#!/usr/bin/env bats
# lab: --hosts vps-ultraman
# How a run ends when something else than the host ends it: signals, one after another, a terminal or a pipe that goes, kill -9. Each
# time the host is asked itself, and what is left here is looked at.

load words
load ../lib/printed

setup_file() {
  lab_only
  lab add vps-pacman
}

setup() {
  bats_require_minimum_version 1.5.0
  host=vps-ultraman
  target=vps_ultraman_root
  fleet=vps-ultraman,vps-pacman
  # So long that a second signal comes in the middle.
  lab knobs $host "{\"marker\": \"$BATS_TEST_NUMBER\", \"activationScript\": \"sleep 2\"}"
  lab knobs vps-pacman "{\"marker\": \"$BATS_TEST_NUMBER\", \"activationScript\": \"sleep 2\"}"
  old=$(running)
  other_old=$(lab host vps-pacman readlink /run/current-system)
  said=$BATS_TEST_TMPDIR/said
}

teardown() {
  umount -l "$BATS_TEST_TMPDIR/state" 2>/dev/null || :
  tmux -S "$BATS_TEST_TMPDIR/tmux" kill-server 2>/dev/null || :
}

deploy() { "$SCRIPTS/ops-deploy.ts" "$@"; }

# begin WORD…: a deployment in the background, without a terminal, by the signals of a fresh machine. Sets: job.
begin() {
  : >"$said"
  setsid env --default-signal=INT,HUP,TERM "$SCRIPTS/ops-deploy.ts" "$@" </dev/null >"$said" 2>&1 3>&- &
  job=$!
}
# until_said TEXT [COUNT]: in so many lines
until_said() { until_there 20 is_said "$@"; }
is_said() { [ "$(grep -c -- "$1" "$said")" -ge "${2:-1}" ]; }
# ended: sets status
ended() {
  status=0
  wait "$job" || status=$?
  cat "$said"
}
last_run() { find "$XDG_STATE_HOME/hey/runs" -mindepth 1 -maxdepth 1 | sort | tail -n 1; }
# slow_way_back SECONDS HOST…: the system that runs there takes so long to come back
slow_way_back() {
  local name
  for name in "${@:2}"; do
    lab host "$name" sh -c 'f=$(readlink -f /run/current-system)/bin/switch-to-configuration
      sed -i "/^sleep /d" "$f"; [ "$1" = 0 ] || sed -i "2i sleep $1" "$f"' sh "$1"
  done
}
# nothing_left RUN: of the run's lanes, here and there. Who limits a call looks only a few times a second whether it is over.
nothing_left() {
  until_there 5 refute pgrep -f "$1" >/dev/null || :
  pgrep -af "$1" || :
  find "$1" -type l
  leftovers
  host=vps-pacman leftovers
}

@test "a fleet: further signals cut no way back short; hey ends after its lanes, holds what was built, and says once what it waits for" {
  local signals signal
  for signals in "TERM TERM" "HUP TERM HUP" "INT INT INT"; do
    slow_way_back 3 vps-ultraman vps-pacman
    begin --on $fleet --guard --settle 0
    until_said "activating the configuration" 2
    for signal in $signals; do
      kill -s "$signal" "$job"
      sleep 0.7
    done
    run=$(last_run)
    kill -0 "$job"
    [ "$(find "$run" -name system -type l | wc -l)" = 2 ]
    ended
    left=$(nothing_left "$run")
    echo "left: $left"
    slow_way_back 0 vps-ultraman vps-pacman
    case ${signals##* } in TERM) [ "$status" = 143 ] ;; HUP) [ "$status" = 129 ] ;; INT) [ "$status" = 130 ] ;; esac
    [ -z "$left" ]
    [ "$(running) $(lab host vps-pacman readlink /run/current-system)" = "$old $other_old" ]
    [ "$(grep -c "are waited for: .*kill -9 $job ends only the waiting" "$said")" = 1 ]
    [ "$(grep -c "^vps-.*: ops-deploy: interrupted, rolled back: root@vps-.* runs .*, boots " "$said")" = 2 ]
  done
}

@test "one host: no further signal cuts the way back short, and hey ends behind it" {
  local signals signal
  for signals in "TERM TERM TERM" "HUP INT" "INT TERM"; do
    slow_way_back 3 $host
    begin $host $target --guard --settle 0
    until_said "activating the configuration"
    for signal in $signals; do
      kill -s "$signal" "$job"
      sleep 0.7
    done
    ended
    slow_way_back 0 $host
    case ${signals%% *} in TERM) [ "$status" = 143 ] ;; HUP) [ "$status" = 129 ] ;; INT) [ "$status" = 130 ] ;; esac
    [ "$(running)" = "$old" ]
    [ -z "$(leftovers)" ]
    [ "$(grep -c "kill -9 $job ends only the waiting" "$said")" = 1 ]
    [[ $(tail -n 1 "$said") == *"interrupted, rolled back: root@$target runs $old, boots $old" ]]
  done
}

@test "printed: no further signal cuts the way back short, in any shell" {
  deploy $host $target --guard --settle 0 --print | script >"$BATS_TEST_TMPDIR/script"
  local shell
  for shell in dash bash "busybox sh"; do
    slow_way_back 3 $host
    : >"$said"
    # shellcheck disable=SC2086
    setsid env --default-signal=INT,HUP,TERM $shell "$BATS_TEST_TMPDIR/script" </dev/null >"$said" 2>&1 3>&- &
    job=$!
    until_said "activating the configuration"
    kill -s INT -- -$job
    until_said "is told to go back"
    sleep 0.5
    kill -s INT -- -$job
    kill -s TERM -- -$job
    ended
    slow_way_back 0 $host
    echo "$shell: $status"
    [ "$status" = 130 ]
    [ "$(running)" = "$old" ]
    [ -z "$(leftovers)" ]
    [[ $(tail -n 1 "$said") == *"interrupted, rolled back: root@$target runs $old, boots $old" ]]
  done
}

@test "a signal reaches all of a run without ps, and with busybox's" {
  mkdir "$BATS_TEST_TMPDIR/bin"
  local ps
  for ps in "exit 127" 'exec busybox ps "$@"'; do
    printf '#!/bin/sh\n%s\n' "$ps" >"$BATS_TEST_TMPDIR/bin/ps"
    chmod +x "$BATS_TEST_TMPDIR/bin/ps"
    PATH=$BATS_TEST_TMPDIR/bin:$PATH begin $host $target --guard --settle 0
    until_said "activating the configuration"
    kill -s TERM "$job"
    ended
    [ "$status" = 143 ]
    [ "$(running)" = "$old" ]
    [ -z "$(leftovers)" ]
    [[ $(tail -n 1 "$said") == *"interrupted, rolled back: root@$target runs $old, boots $old" ]]
  done
}

@test "kill -9 of hey: what has begun comes to its end by itself, and leaves nothing" {
  begin $host $target --guard --settle 0
  until_said "activating the configuration"
  kill -s KILL "$job"
  until_said "deployed and confirmed"
  until_there 10 eval '[ -z "$(leftovers)" ]'
  [ "$(running) $(next_boot)" = "$(built) $(built)" ]
  tail -n 1 "$XDG_STATE_HOME/hey/log" | grep '"status": 0'

  lab knobs $host '{"marker": "killed in a fleet", "activationScript": "sleep 2"}'
  begin --on $fleet --guard --settle 0
  until_said "activating the configuration" 2
  kill -s KILL "$job"
  run=$(last_run)
  until_there 20 eval '[ -z "$(pgrep -f "$run")" ]'
  tail -n 1 "$run/$host/log" | grep "deployed and confirmed"
  [ "$(running) $(next_boot)" = "$(built) $(built)" ]
  [ -z "$(leftovers)" ]
}

@test "closed stdin, stdout and stderr change nothing" {
  local words marker=0
  for words in "$host $target --guard --settle 0" "$host $target --backend nix" "--on $host"; do
    for way in run printed; do
      marker=$((marker + 1))
      lab knobs $host "{\"marker\": \"closed $marker\"}"
      # shellcheck disable=SC2086
      if [ $way = run ]; then deploy $words <&- >&- 2>&-; else
        deploy $words --print >"$BATS_TEST_TMPDIR/script"
        sh "$BATS_TEST_TMPDIR/script" <&- >&- 2>&-
      fi
      [ "$(running) $(next_boot)" = "$(built) $(built)" ]
      [ -z "$(leftovers)" ]
    done
  done
}

@test "a reader that goes ends nothing half-way: before the activation nothing is changed, from then on it comes to its end" {
  local words at marker=0
  for words in "$host $target --guard --settle 0" "$host $target --backend nix" "--on $host"; do
    for at in "ask" "activating the conf"; do
      marker=$((marker + 1))
      lab knobs $host "{\"marker\": \"reader $marker\", \"activationScript\": \"sleep 2; echo more\"}"
      before=$(running)
      # shellcheck disable=SC2086
      echo "$words, $at"
      AT=$at run bash -o pipefail -c '"$@" 2>&1 </dev/null | sed "/$AT/q"' bash "$SCRIPTS/ops-deploy.ts" $words
      echo "$status: $output"
      [ "$status" = 141 ]
      [ -z "$(leftovers)" ]
      case $at in ask) [ "$(running)" = "$before" ] ;; *) [ "$(running) $(next_boot)" = "$(built) $(built)" ] ;; esac
    done
  done
}

@test "a terminal that goes away while the host is armed: it is taken back, and nothing is left" {
  local words
  for words in "$host $target --guard" "--on $host --guard"; do
    tmux -S "$BATS_TEST_TMPDIR/tmux" -f /dev/null new-session -d -x 120 -y 40 "$SCRIPTS/ops-deploy.ts $words" 3>&-
    # The host says it.
    until_there 40 lab host $host sh -c 'test -L /run/hey/*/started' 2>/dev/null
    tmux -S "$BATS_TEST_TMPDIR/tmux" kill-server
    until_there 30 eval '[ -z "$(leftovers; pgrep -f "[o]ps-deploy.ts $words")" ]'
    [ "$(running) $(next_boot)" = "$old $old" ]
    [[ $(tail -n 1 "$XDG_STATE_HOME/hey/log") == *'"status": 129'*"interrupted, rolled back: "* ]]
  done
}

@test "^Z, and on again: hey stands still, and then comes to its true end" {
  tmux -S "$BATS_TEST_TMPDIR/tmux" -f /dev/null new-session -d -x 120 -y 40 bash --norc 3>&-
  keys() { tmux -S "$BATS_TEST_TMPDIR/tmux" send-keys "$@"; }
  shows() { tmux -S "$BATS_TEST_TMPDIR/tmux" capture-pane -p | grep -q "$1"; }
  keys "$SCRIPTS/ops-deploy.ts $host $target --guard --settle 0; echo \"ended \$?\"" Enter
  until_there 40 shows "activating the conf"
  keys C-z
  until_there 10 shows "Stopped"
  sleep 3
  [ "$(profile)" = "$old" ]
  keys "fg" Enter
  until_there 40 shows "deployed and confirmed"
  until_there 10 eval '[ -z "$(leftovers)" ]'
  [ "$(running) $(next_boot)" = "$(built) $(built)" ]
}

@test "a signal to a local ssh alone: the last line is true" {
  local words who pids marker=0
  for words in "--guard --settle 0" "--backend nix"; do
    for who in client master both; do
      marker=$((marker + 1))
      lab knobs $host "{\"marker\": \"ssh $marker\", \"activationScript\": \"sleep 2\"}"
      # shellcheck disable=SC2086
      begin $host $target $words
      until_said "activating the conf"
      case $who in
        client) pids=$(pgrep -x ssh | while read -r pid; do grep -qz '\[mux\]' "/proc/$pid/cmdline" || echo "$pid"; done) ;;
        master) pids=$(pgrep -f '[s]sh: .*mux') ;;
        both) pids=$(pgrep -x ssh) ;;
      esac
      # shellcheck disable=SC2086
      kill -s TERM $pids
      ended
      last=$(tail -n 1 "$said")
      case $words in
        *guard*)
          [ "$status" = 0 ]
          [[ $last == *"deployed and confirmed: root@$target runs $(built), boots $(built)" ]]
          ;;
        *)
          [ "$status" = 0 ]
          [[ $last == *"root@$target runs $(built), boots $(built)" ]]
          ;;
      esac
      [ "$(running) $(next_boot)" = "$(built) $(built)" ]
    done
  done
}

@test "what fails here in the middle of a fleet leaves no host half-way, and is said" {
  begin --on $fleet --guard --settle 0
  # The file of that name can't be written then.
  until_there 20 eval 'pgrep -f "$(last_run)/$host/script" >/dev/null && mkdir "$(last_run)/.build"'
  ended
  [ "$status" = 20 ]
  [ "$(grep -c "EISDIR: no host is begun any more, and those under way come to their end" "$said")" = 1 ]
  refute grep -q "node:" "$said"
  [ "$(running) $(next_boot)" = "$old $old" ]
  left=$(nothing_left "$(last_run)")
  echo "left: $left"
  [ -z "$left" ]

  mkdir "$BATS_TEST_TMPDIR/state"
  mount -t tmpfs -o size=2m state "$BATS_TEST_TMPDIR/state"
  XDG_STATE_HOME=$BATS_TEST_TMPDIR/state begin --on $fleet --guard --settle 0
  until_said "activating the configuration" 2
  dd if=/dev/zero of="$BATS_TEST_TMPDIR/state/filler" bs=4k 2>/dev/null || :
  ended
  [ "$status" = 0 ]
  refute grep -q "node:" "$said"
  [ "$(running) $(next_boot)" = "$(built) $(built)" ]
  [ -z "$(leftovers)" ]
}
