#!/usr/bin/env bats
# --diff and --ask: what will change, against what runs there, and the question.

load words
load guarded
load fleet

setup_file() { lab_only; }
setup() { guarded_setup plain; }
teardown() { in_tmux kill-server 2>/dev/null || :; }

rollback() { "$SCRIPTS/ops-rollback.ts" "$host" "$target" "$@"; }
last_run() { find "$XDG_STATE_HOME/hey/runs" -mindepth 1 -maxdepth 1 | sort | tail -n 1; }
unchanged() { [ "$(running) $(profile) $(next_boot)" = "$old $old $old" ]; }

@test "packages, size, units, reboot: against what the host runs, in every shell, and nothing is changed by the look" {
  lab knobs $host '{"marker": "previewed", "kernel": "6.6.9", "sshdExtra": "# another", "closureKiB": 300}'
  deploy --diff --dry-activate --print >"$BATS_TEST_TMPDIR/script"
  before=$(lab host $host ls /nix/var/nix/profiles)
  for shell in dash bash "zsh -f" "busybox sh"; do
    # shellcheck disable=SC2086
    run --separate-stderr $shell "$BATS_TEST_TMPDIR/script"
    echo "$output"
    [ "$status" = 0 ]
    [[ ${lines[0]} == "root@$target, against what it runs now:" ]]
    [[ $output == *"  linux: 6.6.1 → 6.6.9"* ]]
    [[ $output == *"  payload: "*"+300.0 KiB"* ]]
    [[ $output == *"  would restart the following units: sshd.service"* ]]
    [[ $output == *"  reboot needed: kernel 6.6.1 → 6.6.9"* ]]
    refute grep -q $'\x1b' <<<"$output"
    [[ $output =~ size:\ ([0-9]+)\ KiB\ now,\ ([0-9]+)\ KiB\ then ]]
    [ "${BASH_REMATCH[2]}" = $(($(nix path-info -S "$(built)" | awk '{ print $2 }') / 1024)) ]
  done
  unchanged
  [ "$(lab host $host ls /nix/var/nix/profiles)" = "$before" ]
}

@test "secrets: named where the host's key is no recipient, and not where it is one" {
  run --separate-stderr deploy --diff --dry-activate
  [[ $output == *"secrets that are not encrypted to a key of this host: demo"* ]]
  "$SCRIPTS/ops-push-keys.ts" $host $target
  run --separate-stderr deploy --diff --dry-activate
  echo "$output"
  [ "$status" = 0 ]
  [[ $output != *"secrets that"* ]]
  # As text, too: age has both.
  ssh-keygen -q -t ed25519 -N '' -f "$BATS_TEST_TMPDIR/other"
  cp "$FLEET/secrets/demo.age" "$BATS_TEST_TMPDIR/kept"
  echo secret | age -a -R "$BATS_TEST_TMPDIR/other.pub" -o "$FLEET/secrets/demo.age"
  run --separate-stderr deploy --diff --dry-activate
  ssh-keygen -y -f "$HOME/.ssh/keys.homelab/vps/ssh_host_ed25519_key_$host" >"$BATS_TEST_TMPDIR/own.pub"
  echo secret | age -a -R "$BATS_TEST_TMPDIR/own.pub" -o "$FLEET/secrets/demo.age"
  second=$(deploy --diff --dry-activate 2>/dev/null)
  cp "$BATS_TEST_TMPDIR/kept" "$FLEET/secrets/demo.age"
  [[ $output == *"key of this host: demo"* ]]
  [[ $second != *"secrets that"* ]]
}

@test "--ask: y goes on; n, the end of input and ^C leave all as it was; a way back asks too" {
  for answer in n C-d C-c yes; do
    lab knobs $host "{\"marker\": \"asked $answer\"}"
    in_terminal "$SCRIPTS/ops-deploy.ts $host $target --ask"
    until_seen 'Go on with root@'
    unchanged
    case $answer in C-*) press $answer ;; *) press $answer Enter ;; esac
    until_ended
    case $answer in
      yes) [ "$ended" = 0 ] && [ "$(running)" = "$(built)" ] ;;
      C-c) [ "$ended" = 130 ] && unchanged ;;
      *) [ "$ended" = 1 ] && unchanged ;;
    esac
  done
  in_terminal "$SCRIPTS/ops-rollback.ts $host $target --ask --guard --settle 0"
  until_seen 'Go on with root@'
  press y Enter
  until_ended
  [ "$ended" = 0 ]
  unchanged
}

@test "without a terminal --ask is refused before anything is done; --yes shows it and goes on" {
  lab knobs $host '{"marker": "unasked"}'
  run setsid -w "$SCRIPTS/ops-deploy.ts" $host $target --ask
  echo "$output"
  [ "$status" = 1 ]
  [ ${#lines[@]} = 1 ]
  [[ $output == *"no terminal for the question of --ask; nothing was done. Try: --yes" ]]
  run setsid -w "$SCRIPTS/ops-deploy.ts" --on vps-ultraman,vps-pacman --ask
  echo "$output"
  [ "$status" = 1 ]
  [ ${#lines[@]} = 1 ]
  unchanged
  run setsid -w "$SCRIPTS/ops-deploy.ts" $host $target --ask --yes
  [ "$status" = 0 ]
  [[ $output == *"against what it runs now:"* ]]
  [ "$(running)" = "$(built)" ]
}

@test "several hosts: one question for all behind all previews; n changes none, y all" {
  names=(vps-pacman vps-ultraman)
  for answer in n C-c y; do
    was=()
    for name in "${names[@]}"; do
      lab knobs "$name" "{\"marker\": \"together $answer\"}"
      was+=("$(running_on "$name")")
    done
    in_terminal "$SCRIPTS/ops-deploy.ts --on 'vps*' --ask"
    until_seen 'Go on with vps-pacman, vps-ultraman'
    for name in "${names[@]}"; do [ -n "$(jq -r "select(.step == \"preview\" and .host == \"$name\").text" "$(last_run)/events" | grep size)" ]; done
    case $answer in C-*) press $answer ;; *) press $answer Enter ;; esac
    until_ended
    node "$BATS_TEST_DIRNAME/../fleet-events.cjs" <"$(last_run)/events"
    for at in 0 1; do
      case $answer in
        y) [ "$(running_on "${names[at]}")" = "$(of "${names[at]}")" ] ;;
        *) [ "$(running_on "${names[at]}")" = "${was[at]}" ] ;;
      esac
    done
    echo "$answer: $ended"
    case $answer in y) [ "$ended" = 0 ] ;; n) [ "$ended" = 20 ] ;; *) [ "$ended" = 130 ] ;; esac
  done
}
