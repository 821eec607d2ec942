# shellcheck shell=bash disable=SC2154
# One guarded deployment with a fault. Sourced by run.

# row FAULT MOMENT STATUS ENDS [WORD VALUE]…, with these words:
#   activation N  the time for the activation (40): more than it needs beside other tests, where its length is not what the row tries
#   on INIT       only there                        knobs JSON       of the new system, without its braces
#   at MOMENT     when the event happens            event FUNCTION   of events.bash, called with the script's process group
#   words WORDS   more words for ops-deploy         seconds N        the time to confirm (6)
#   pause N       the time between two proofs (1)
#   patience N    how long it waits behind that     before FUNCTION  called before the deployment
#   besides FUNCTION  says what else is wrong in the end
row() {
  number=$((number + 1))
  [ $((number % lanes)) = $((lane % lanes)) ] || return 0
  # /bin/sh is one of these.
  local shells=(dash bash "busybox sh")
  local shell=${shells[(number + ${#init}) % 3]}
  local fault=$1 moment=$2 expected=$3 ends=$4 knobs="" at="" event="" words="" seconds=6 activation="" pause=1 patience=60 on=$init before="" besides=""
  shift 4
  while [ $# -gt 0 ]; do
    local "$1=$2"
    shift 2
  done
  [ "$on" = "$init" ] || return 0
  deploy_with_fault </dev/null >"$work/log" 2>&1 || echo "the test itself failed" >>"$work/wrong"
  printf '%s\t' "$number" "$fault" "$moment" "$status" "$ended_on" "$(paste -sd ' ' "$work/wrong")" "$expected"
  printf '%s\n' "$ends"
  if [ "$status,$ended_on" != "$expected,$ends" ] || [ -s "$work/wrong" ]; then
    { echo "--- $host ($shell): $fault, $moment: $status $ended_on" && tail -n 25 "$work/log" "$work/out"; } | cut -c 1-300 >&2
  fi
}

deploy_with_fault() {
  local script old new theirs=none
  status=none ended_on=none
  : >"$work/wrong"
  rm -f "$work"/{reached,go}
  left_there >"$work/left-before"
  # git has one index.
  flock "$LAB/faults.lock" lab knobs "$host" "{\"marker\": \"row $number\"${knobs:+, $knobs}}"
  old=$(running)
  new=$(built)
  ${before:-:}
  # shellcheck disable=SC2086
  eval "set -- $words"
  "$SCRIPTS/ops-deploy.ts" "$host" --guard --print "$@" | with_moments >"$work/script"
  HOLD=$at WORK=$work setsid env --default-signal=INT,HUP,TERM $shell "$work/script" >"$work/out" 2>&1 &
  local group=$!
  if [ -n "$at" ]; then
    until_there 20 reached || echo "never $at" >>"$work/wrong"
    "$event" "$group"
    : >"$work/go"
  fi
  status=0
  wait "$group" || status=$?
  until_there 40 settled || echo "not settled" >>"$work/wrong"
  after_all
  judge
  ${besides:-:} >>"$work/wrong"
}

# The script with places to stop at, and less time.
with_moments() {
  local moments=(main 'moment() { if [ "$1" = "$HOLD" ]; then : >"$WORK/reached"; while [ ! -e "$WORK/go" ]; do sleep 0.05; done; fi; }')
  moments+=(arm_there 'moment copied' activate_and_confirm 'moment armed' try_to_confirm 'moment activated')
  case $at in
    arming) moments+=(refuse_changed 'sleep 3') ;;
    confirmed) moments+=(commit_system 'sleep 3') ;;
    half-committed) moments+=(write_boot_menu 'sleep 3') ;;
    going-back) moments+=(take_back 'sleep 3') ;;
  esac
  script | given seconds "$seconds" activation_timeout "${activation:-40}" patience "$patience" settle "$pause" | first "${moments[@]}"
}

# Whether the moment is there: where the script stands, or what is seen on the host.
reached() {
  local facts=/run/hey/*
  case $at in
    arming) lab host "$host" sh -c 'test -L /run/hey/holder' ;;
    activating) lab host "$host" sh -c "test -L $facts/started && test ! -L $facts/status" ;;
    confirmed) lab host "$host" sh -c "test -L $facts/confirmed" ;;
    going-back) lab host "$host" sh -c "test -L $facts/rolled-back" ;;
    half-committed) [ "$(profile)" = "$new" ] ;;
    *) [ -e "$work/reached" ] ;;
  esac
}

# Whether nothing is open there any more, and who has brought it to its end has ended too.
settled() { lab host "$host" sh -c 'for open in /run/hey/*/deadline; do [ ! -L "$open" ] || exit 1; done; ! pgrep -f "s[h] /run/hey/"' >/dev/null 2>&1; }

# Reachable, running what it boots, with nothing left behind.
judge() {
  local runs
  answers || echo "does not answer" >>"$work/wrong"
  runs=$(running)
  case $runs in
    "$old") ended_on=old ;;
    "$new") ended_on=new ;;
    "$theirs") ended_on=another ;;
    *) ended_on=$runs ;;
  esac
  if [ "$(profile)" != "$(next_boot)" ]; then echo "profile $(profile), boots $(next_boot)" >>"$work/wrong"; fi
  if [ "$runs" != "$(next_boot)" ]; then ended_on="$ended_on until a reboot"; fi
  lab host "$host" test -x "$(next_boot)/init" || echo "can't boot" >>"$work/wrong"
  # Where the boot menu or that note can't be written, the note of the commit stays for the next deployment, which puts the menu right.
  left_there | case $fault in
    *"/boot"*full) grep -v '/hey-commit$' ;;
    *read-only) grep -v -e '/hey-commit$' -e /gcroots/hey- ;;
    *) cat ;;
  esac | grep -vxFf "$work/left-before" >>"$work/wrong"
  # Nobody can clean up after himself who was killed.
  if [ "$event" != killed ]; then find "$work" -name 'hey.*' >>"$work/wrong"; fi
  rm -rf "$work"/hey.*
  # The next row begins with one system for all.
  if [[ $ended_on = *reboot ]]; then lab power-cut "$host" && lab wait "$host"; fi
}
