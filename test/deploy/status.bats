#!/usr/bin/env bats
# What ops-status says of hosts, against what these say themselves.

load words
load guarded
load fleet

setup_file() { lab_only; }
setup() { guarded_setup plain; }

status() { "$SCRIPTS/ops-status.ts" "$@"; }
# of HOST FILTER: from what was written as JSON
of_host() { jq -r --arg host "$1" ".[] | select(.host == \$host) | $2" "$BATS_TEST_TMPDIR/json"; }

@test "every number is the host's own; a connection each, and nothing is changed" {
  deploy --backend nix
  before=$(logins $host)
  activations=$(activations)
  status --on 'vps*' --json >"$BATS_TEST_TMPDIR/json"
  [ $(($(logins $host) - before)) = 1 ]
  [ "$(activations)" = "$activations" ]
  for name in vps-ultraman vps-pacman; do
    there() { lab host $name "$@"; }
    [ "$(of_host $name '"\(.runs) \(.boots) \(.booted)"')" = "$(there readlink /run/current-system) $(there readlink -f /nix/var/nix/profiles/system) $(there readlink /run/booted-system)" ]
    link=$(there readlink /nix/var/nix/profiles/system)
    [ "system-$(of_host $name .generation)-link" = "$link" ]
    [ "$(of_host $name '.date | sub("\\.\\d+Z"; "Z") | fromdateiso8601')" = "$(there stat -c %Y "/nix/var/nix/profiles/$link")" ]
    [ "$(of_host $name .kernelVersion)" = "$(there uname -r)" ]
    [ "$(of_host $name .nixosVersion)" = "$(there cat /run/current-system/nixos-version)" ]
    [ "$(of_host $name .memory.total)" = $(($(there sed -n 's/^MemTotal: *\([0-9]*\).*/\1/p' /proc/meminfo) * 1024)) ]
    [ "$(of_host $name '.disks[] | select(.at == "/boot") | .size')" = $(($(there df -P -k /boot | awk 'END { print $2 }') * 1024)) ]
    up=$(there cut -d . -f 1 /proc/uptime)
    [ $((up - $(of_host $name .uptime))) -ge 0 ] && [ $((up - $(of_host $name .uptime))) -lt 30 ]
    [ "$(of_host $name '"\(.answers) \(.armed | length) \(.failedUnits | length)"')" = "true 0 0" ]
  done
  # README has every field.
  while read -r field; do grep -q "\`[^\`]*\b$field\b" "$BATS_TEST_DIRNAME/../../README.md" || { echo "$field is not in README"; false; }; done < <(jq -r '[.[] | keys[]] | unique | .[]' "$BATS_TEST_TMPDIR/json")
}

@test "a host whose cable is out and one that does not resolve: each said, the others not held up, 21" {
  lab link vps-pacman down
  began=$SECONDS
  run --separate-stderr status --all
  lab link vps-pacman up
  took=$((SECONDS - began))
  echo "$output" "$stderr" "$took s"
  [ "$status" = 21 ]
  [[ $(grep '^vps-pacman ' <<<"$output") == *"timed out"* || $(grep '^vps-pacman ' <<<"$output") == *"does not answer in time"* ]]
  [[ $(grep '^vps-ultraman ' <<<"$output") == *" well "* ]]
  [[ $(grep '^id3-eniac ' <<<"$output") == *"not resolve"* ]]
  [ "$took" -le 12 ]
}

@test "what is owed, armed and differs is seen" {
  deploy --backend nix
  lab knobs $host '{"marker": "newer", "kernel": "6.6.9"}'
  status $host --eval --json >"$BATS_TEST_TMPDIR/json"
  [ "$(of_host $host .flake)" = differs ]
  deploy --backend nix
  status $host --eval --json >"$BATS_TEST_TMPDIR/json"
  [ "$(of_host $host '"\(.flake) \(.reboot)"')" = "same kernel 6.6.1 → 6.6.9" ]
  lab knobs $host '{"marker": "armed", "kernel": "6.6.9", "activationHang": "units"}'
  deploy --guard --confirm-timeout 30 >"$BATS_TEST_TMPDIR/said" 2>&1 3>&- &
  job=$!
  until_there 20 grep -q 'activate on' "$BATS_TEST_TMPDIR/said"
  run status $host
  echo "$output"
  "$SCRIPTS/ops-deploy.ts" $host $target --cancel
  wait "$job" || :
  [ "$status" = 0 ]
  [[ ${lines[1]} == *"open, "*" s left, by "*"@id3-eniac"* ]]
  echo 'throw "no"' >"$FLEET/hosts/vps-pacman/default.nix"
  status --on 'vps*' --eval --json >"$BATS_TEST_TMPDIR/json"
  git -C "$FLEET" checkout -q hosts/vps-pacman
  [ "$(of_host vps-pacman .flake)" = "does not evaluate" ]
  [ "$(of_host $host .flake)" = differs ]
}

@test "what a host says is data: no escape reaches the terminal, and half an answer is none" {
  lab host $host sh -c 'cp -a /nix/var/nix/profiles/system /tmp/was; printf "26.05\033[2J\007\n" >/tmp/version; mount --bind /tmp/version "$(readlink -f /run/current-system)/nixos-version"'
  run status $host
  lab host $host sh -c 'umount "$(readlink -f /run/current-system)/nixos-version"'
  refute grep -q $'[\x1b\x07]' <<<"$output"
  [[ $output == *"26.05[2J"* ]]
}

@test "the table fits the terminal, and ^C ends a watch" {
  in_tmux new-session -d -x 60 -y 20 "$SCRIPTS/ops-status.ts --on 'vps*' --watch=1; echo \"ended \$?\"; sleep 600" 3>&-
  until_seen '^vps-ultraman .*well'
  [ "$(screen | grep -c '^Host ')" = 1 ]
  [ "$(screen | awk '{ if (length($0) > most) most = length($0) } END { print most }')" -le 60 ]
  press C-c
  until_ended
  [ "$ended" = 130 ]
}
