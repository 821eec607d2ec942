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

# there PROGRAM: a program of the host's, before its own, from stdin
there() { lab host $host sh -c 'mkdir -p /run/wrappers/bin && cat >"/run/wrappers/bin/$1" && chmod +x "/run/wrappers/bin/$1"' sh "$1"; }

@test "packages are compared by dix or nvd where the host has one" {
  lab knobs $host '{"marker": "compared"}'
  for program in nvd dix; do
    printf '#!/bin/sh\necho "%s got $*"\n' $program | there $program
    run --separate-stderr deploy --diff --dry-activate
    [ "$status" = 0 ]
    case $program in
      dix) [[ ${lines[1]} == "  dix got $old $(built)" ]] ;;
      nvd) [[ ${lines[1]} == "  nvd got --color never diff $old $(built)" ]] ;;
    esac
  done
  lab host $host rm -f /run/wrappers/bin/dix /run/wrappers/bin/nvd
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

@test "--ask: what was typed before the question is no answer to it, nor a half line" {
  for hosts in "$host $target" "--on vps-ultraman,vps-pacman"; do
    for typed in "y Enter" "y"; do
      lab knobs $host "{\"marker\": \"before $hosts $typed\"}"
      in_terminal "$SCRIPTS/ops-deploy.ts $hosts --ask"
      # shellcheck disable=SC2086
      press $typed
      until_seen 'Go on with '
      unchanged
      press Enter
      until_ended
      case $hosts in --on*) [ "$ended" = 20 ] ;; *) [ "$ended" = 1 ] ;; esac
      unchanged
    done
  done
}

@test "what can't be found out is said, and nothing is done without a question; where a program fails another is asked" {
  lab knobs $host '{"marker": "unseen", "kernel": "6.6.9", "dryActivateStatus": 7}'
  printf '#!/bin/sh\necho half; exit 1\n' | there dix
  run --separate-stderr deploy --diff --dry-activate
  echo "$output" "$stderr"
  [ "$status" = 1 ]
  [[ $output == *"  linux: 6.6.1 → 6.6.9"* ]]
  [[ $output != *half* ]]
  [ "${lines[-1]}" = "  could not be found out: what activation would do (status 7) would activate the configuration..." ]
  [ "$(grep -c "would activate the configuration" <<<"$output")" = 1 ]
  printf '#!/bin/sh\ncase " $* " in *" diff-closures "* | *" path-info "*) echo "odd: \302\233 no" >&2; exit 3 ;; esac\nexec %s "$@"\n' "$(lab host $host sh -c 'command -v nix')" | there nix
  lab knobs $host '{"marker": "unseen", "kernel": "6.6.9"}'
  for words in --diff "--ask --yes" "--diff --dry-activate"; do
    # shellcheck disable=SC2086
    run --separate-stderr deploy $words
    echo "$output" "$stderr"
    [ "$status" = 1 ]
    [[ $output == *"  would activate the configuration..."* ]]
    [[ $output == *"  could not be found out: packages (status 3) odd:  no"* ]]
    [[ $output == *"  could not be found out: the size (status 3)"* ]]
    case $words in
      *dry-activate) instead= ;;
      *) instead=". Try: --ask without --yes, or leave --diff and --ask out (hey.toml's: --no-diff, --no-ask)" ;;
    esac
    [[ $stderr == *"not all of what will change on root@$target could be found out; nothing was changed on it (status 1)$instead" ]]
    [ "$(grep -c "the size" <<<"$output")" = 1 ]
    unchanged
  done
  in_terminal "$SCRIPTS/ops-deploy.ts $host $target --ask"
  until_seen 'Go on with root@'
  shows 'could not be found out: packages'
  press y Enter
  until_ended
  [ "$ended" = 0 ]
  [ "$(running)" = "$(built)" ]
  lab host $host rm -f /run/wrappers/bin/dix /run/wrappers/bin/nix
}

@test "a check that would not let the system run is shown, with what activation would do" {
  lab knobs $host '{"checkStatus": 1, "sshdExtra": "# checked"}'
  run --separate-stderr deploy --diff --dry-activate
  echo "$output" "$stderr"
  [[ $output == *"  Pre-switch check"*"failed"*"  would restart the following units: sshd.service"* ]]
  refute grep -q "could not be found out" <<<"$output"
}

@test "secrets: none of their keys there, or one that is no ssh key" {
  lab knobs $host '{"identityPaths": ["/etc/none", "/root/age"]}'
  run --separate-stderr deploy --diff --dry-activate
  [ "$status" = 0 ]
  [ "${lines[-1]}" = "  secrets can't be decrypted there, as it has none of these keys: /etc/none /root/age" ]
  age-keygen -o "$BATS_TEST_TMPDIR/age" 2>"$BATS_TEST_TMPDIR/said"
  lab host $host sh -c 'cat >/root/age' <"$BATS_TEST_TMPDIR/age"
  # The secret is for ssh keys only, of which it is none.
  run --separate-stderr deploy --diff --dry-activate
  [ "${lines[-1]}" = "  secrets that are not encrypted to a key of this host: demo" ]
  cp "$FLEET/secrets/demo.age" "$BATS_TEST_TMPDIR/kept"
  echo secret | age -r "$(age-keygen -y "$BATS_TEST_TMPDIR/age")" -o "$FLEET/secrets/demo.age"
  run --separate-stderr deploy --diff --dry-activate
  cp "$BATS_TEST_TMPDIR/kept" "$FLEET/secrets/demo.age"
  lab host $host rm /root/age
  echo "$output"
  [ "$status" = 0 ]
  [[ $output != *"secrets"* ]]
}

# secret_for AGE-WORDS…: what --diff says of secrets, with the demo secret encrypted so
secret_for() {
  echo secret | age "$@" -o "$FLEET/secrets/demo.age"
  run --separate-stderr deploy --diff --dry-activate
  grep secrets <<<"$output" || :
}

@test "secrets: for an age key and other ssh keys, of a key that others may read, in odd places, in no age file" {
  lab knobs $host '{}'
  cp "$FLEET/secrets/demo.age" "$BATS_TEST_TMPDIR/kept"
  age-keygen -o "$BATS_TEST_TMPDIR/age" 2>"$BATS_TEST_TMPDIR/said"
  admin=$(age-keygen -y "$BATS_TEST_TMPDIR/age")
  ssh-keygen -q -t ed25519 -N '' -f "$BATS_TEST_TMPDIR/other"
  lab host $host cat /etc/ssh/ssh_host_ed25519_key.pub >"$BATS_TEST_TMPDIR/own.pub"
  seen=("$(secret_for -r "$admin" -R "$BATS_TEST_TMPDIR/other.pub")" "$(secret_for -r "$admin" -R "$BATS_TEST_TMPDIR/own.pub")")
  # age itself takes it.
  lab host $host chmod 644 /etc/ssh/ssh_host_ed25519_key
  seen+=("$(secret_for -R "$BATS_TEST_TMPDIR/own.pub")")
  lab host $host chmod 600 /etc/ssh/ssh_host_ed25519_key
  lab knobs $host '{"identityPaths": ["/root/k+e@y/id"]}'
  lab host $host sh -c 'mkdir -p /root/k+e@y && cp /etc/ssh/ssh_host_ed25519_key /root/k+e@y/id'
  seen+=("$(secret_for -R "$BATS_TEST_TMPDIR/own.pub")")
  lab knobs $host '{"identityPaths": ["/root/a key"]}'
  seen+=("$(secret_for -R "$BATS_TEST_TMPDIR/own.pub")")
  lab knobs $host '{}'
  lab knobs $host '{"options": {"age": {"secrets": {"-n": {"file": null}, "a b": {"file": "/none"}}}}}'
  run --separate-stderr deploy --diff --dry-activate
  seen+=("${lines[-1]}")
  lab knobs $host '{}'
  : >"$FLEET/secrets/demo.age"
  run --separate-stderr deploy --diff --dry-activate
  cp "$BATS_TEST_TMPDIR/kept" "$FLEET/secrets/demo.age"
  printf '%s\n' "${seen[@]}" "$output"
  [ "${seen[0]}" = "  secrets that are not encrypted to a key of this host: demo" ]
  [ "${seen[1]}${seen[2]}${seen[3]}" = "" ]
  [ "${seen[4]}" = "  could not be found out: whether it decrypts its secrets with /root/a key" ]
  [ "${seen[5]}" = "  could not be found out: for whom these secrets are encrypted: -n a_b" ]
  [ "$status" = 1 ]
  [ "${lines[-1]}" = "  could not be found out: for whom these secrets are encrypted: demo" ]
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
    for name in "${names[@]}"; do [ -n "$(jq -r "select(.step == \"preview\" and .host == \"$name\").text" "$(last_run)/.events" | grep size)" ]; done
    case $answer in C-*) press $answer ;; *) press $answer Enter ;; esac
    until_ended
    node "$BATS_TEST_DIRNAME/../fleet-events.cjs" <"$(last_run)/.events"
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

@test "several hosts, of which one is to be asked about: nothing has changed on any until then" {
  for answer in n y; do
    was=()
    for name in vps-pacman vps-ultraman; do
      lab knobs "$name" "{\"marker\": \"one of them $answer\"}"
      was+=("$(running_on "$name")")
    done
    printf '[hosts.vps-ultraman]\ntarget = "%s"\nask = true\n[hosts.vps-pacman]\ntarget = "vps_pacman_root"\n' $target >"$FLEET/hey.toml"
    in_terminal "$SCRIPTS/ops-deploy.ts --on 'vps*'"
    until_seen 'Go on with vps-pacman, vps-ultraman'
    sleep 1
    [ "$(running_on vps-pacman)" = "${was[0]}" ]
    press $answer Enter
    until_ended
    rm "$FLEET/hey.toml"
    case $answer in
      n) [ "$ended" = 20 ] && [ "$(running_on vps-pacman) $(running_on vps-ultraman)" = "${was[*]}" ] ;;
      y) [ "$ended" = 0 ] && [ "$(running_on vps-pacman) $(running_on vps-ultraman)" = "$(of vps-pacman) $(of vps-ultraman)" ] ;;
    esac
  done
}

@test "several hosts: one that is only to be rebooted waits for the answer as well, and shows it" {
  lab knobs vps-pacman '{"marker": "runs it already"}'
  "$SCRIPTS/ops-deploy.ts" vps-pacman vps_pacman_root --backend nix
  lab knobs $host '{"marker": "with a reboot"}'
  boot=$(lab host vps-pacman cat /proc/sys/kernel/random/boot_id)
  for answer in n y; do
    in_terminal "$SCRIPTS/ops-deploy.ts --on 'vps*' --ask --reboot"
    until_seen 'Go on with vps-pacman, vps-ultraman'
    shows 'runs it already, and is only rebooted'
    [ "$(lab host vps-pacman cat /proc/sys/kernel/random/boot_id)" = "$boot" ]
    press $answer Enter
    until_ended
    case $answer in
      n) [ "$ended" = 20 ] && unchanged && [ "$(lab host vps-pacman cat /proc/sys/kernel/random/boot_id)" = "$boot" ] ;;
      y) [ "$ended" = 0 ] && [ "$(running)" = "$(built)" ] && [ "$(lab host vps-pacman cat /proc/sys/kernel/random/boot_id)" != "$boot" ] ;;
    esac
  done
}

@test "who is asked has seen it on the terminal, wherever else it goes" {
  lab knobs $host '{"marker": "redirected", "kernel": "6.6.9"}'
  for hosts in "$host $target" "--on vps-ultraman"; do
    in_terminal "$SCRIPTS/ops-deploy.ts $hosts --ask >$BATS_TEST_TMPDIR/out 2>$BATS_TEST_TMPDIR/err"
    until_seen 'Go on with '
    shows 'linux: 6.6.1 → 6.6.9'
    press n Enter
    until_ended
    grep -q 'linux: 6.6.1 → 6.6.9' "$BATS_TEST_TMPDIR"/{out,err}
    unchanged
  done
}

@test "what has changed on the host since it was shown is not changed over" {
  mine='{"marker": "mine", "kernel": "6.6.9"}' theirs='{"marker": "theirs"}'
  for words in "" "--force" "--guard --settle 0" "--boot"; do
    lab knobs $host "$mine"
    in_terminal "$SCRIPTS/ops-deploy.ts $host $target --ask $words"
    until_seen 'Go on with root@'
    lab knobs $host "$theirs"
    deploy --backend nix --force
    press y Enter
    until_ended
    [ "$ended" = 1 ]
    [[ $(last_of_log) == "it has changed since it was shown: it runs $(running) now, and boots $(profile). Type the same line again; nothing was changed on root@$target (status 1)" ]]
    [ "$(running)" = "$(built)" ]
    lab knobs $host '{}'
    deploy --backend nix --force
  done
}
last_of_log() { tail -n 1 "$XDG_STATE_HOME/hey/log" | jq -r .said; }

@test "a link that has gone while the question stood: nothing was changed, and that is said" {
  lab knobs $host '{"marker": "out of reach"}'
  in_terminal "$SCRIPTS/ops-deploy.ts $host $target --ask --guard"
  until_seen 'Go on with root@'
  lab link $host down
  press y Enter
  until_ended
  lab link $host up
  [ "$ended" = 1 ]
  [ "$(last_of_log)" = "root@$target can't be reached any more; nothing was changed on it (status 1)" ]
  unchanged
}

@test "a system that was collected as garbage while the question stood is said to be gone" {
  lab knobs $host '{"marker": "collected"}'
  in_terminal "$SCRIPTS/ops-deploy.ts $host $target --ask"
  until_seen 'Go on with root@'
  lab host $host nix-store --delete "$(built)"
  press y Enter
  until_ended
  [ "$ended" = 1 ]
  [ "$(last_of_log)" = "$(built) is not there any more; nothing was changed on root@$target (status 1)" ]
  unchanged
}

# here WORDS…: the line of sync for the host itself, with its flake there, as a script at its /root/sync
here() {
  lab host $host rm -rf "$FLEET"
  tar -C "$FLEET" -c . | lab host $host sh -c 'mkdir -p "$1" && tar -C "$1" -x' sh "$FLEET"
  HEY_HOSTNAME=$host "$SCRIPTS/sync.ts" "$@" --elevate none --print | lab host $host sh -c 'cat >/root/sync'
}
# Nobody can have the real one here: this one notes its words, and does the same with the real nix.
rebuild_there() {
  lab host $host rm -f /root/rebuilt
  there nixos-rebuild <<'SH'
#!/bin/sh
set -eu
echo "$*" >>/root/rebuilt
flake=$3 action=$4
nix build --out-link /root/built "${flake%#*}#nixosConfigurations.\"${flake#*#}\".config.system.build.toplevel"
system=$(readlink /root/built)
case $action in boot | switch) nix-env -p /nix/var/nix/profiles/system --set "$system" ;; esac
NIXOS_INSTALL_BOOTLOADER=0 exec "$system/bin/switch-to-configuration" "$action"
SH
}
rebuilt() { lab host $host sh -c 'cat /root/rebuilt 2>/dev/null || :'; }
# The link of a build that keeps the garbage collector off.
kept_there() { lab host $host sh -c 'for root in /nix/var/nix/gcroots/auto/*; do case $(readlink "$root") in */hey.*/system) readlink -e "$root" || [ ! -d "$(dirname "$(readlink "$root")")" ] || echo "$root" ;; esac; done'; }
none_kept() { [ -z "$(kept_there)" ]; }
last_noted() { lab host $host tail -n 1 /root/.local/state/hey/log | jq -r "$1"; }

@test "sync: what will change on the machine itself, in every shell; y runs nixos-rebuild's line, all else leaves it as it was" {
  rebuild_there
  lab knobs $host '{"marker": "here", "kernel": "6.6.9", "sshdExtra": "# another here"}'
  ssh-keygen -q -t ed25519 -N '' -f "$BATS_TEST_TMPDIR/other"
  cp "$FLEET/secrets/demo.age" "$BATS_TEST_TMPDIR/kept"
  echo secret | age -R "$BATS_TEST_TMPDIR/other.pub" -o "$FLEET/secrets/demo.age"
  here dry-activate --diff
  cp "$BATS_TEST_TMPDIR/kept" "$FLEET/secrets/demo.age"
  for shell in dash bash "zsh -f" "busybox sh"; do
    # shellcheck disable=SC2086
    run --separate-stderr lab host $host $shell /root/sync
    echo "$output" "$stderr"
    [ "$status" = 0 ]
    [[ ${lines[0]} == "this machine, against what it runs now:" ]]
    [[ $output == *"  linux: "*" → 6.6.9"* ]]
    [[ $output == *"  would restart the following units: sshd.service"* ]]
    [[ $output == *"  reboot needed: kernel 6.6.1 → 6.6.9"* ]]
    [[ $output == *"secrets that are not encrypted to a key of this host: demo"* ]]
    [ -z "$(kept_there)" ]
  done
  [ "$(rebuilt | sort -u)" = "--show-trace --flake $FLEET#$host dry-activate" ]
  unchanged
  rebuild_there
  for answer in n C-d C-c y; do
    here switch --ask
    in_terminal "lab host $host sh /root/sync"
    until_seen 'Go on with this machine'
    unchanged
    [ -n "$(kept_there)" ]
    case $answer in C-*) press $answer ;; *) press $answer Enter ;; esac
    until_ended
    # ^C ends the way into the host before the script there.
    until_there 10 none_kept
    case $answer in
      y) [ "$ended" = 0 ] && [ "$(running)" = "$(built)" ] && [ "$(rebuilt)" = "--show-trace --flake $FLEET#$host switch" ] ;;
      C-c) [ "$ended" = 130 ] && unchanged && [ -z "$(rebuilt)" ] ;;
      *) [ "$ended" = 1 ] && unchanged && [ -z "$(rebuilt)" ] && [ "$(last_noted '"\(.said) \(.untouched)"')" = "not agreed to; nothing was changed on this machine (status 1) yes" ] ;;
    esac
  done
}

@test "sync: what has changed here since it was shown is not changed over" {
  rebuild_there
  for words in "switch --ask" "switch --rollback --ask"; do
    lab knobs $host '{"marker": "mine here"}'
    # shellcheck disable=SC2086
    here $words
    in_terminal "lab host $host sh /root/sync"
    until_seen 'Go on with this machine'
    lab knobs $host "{\"marker\": \"theirs $words\"}"
    deploy --backend nix --force
    press y Enter
    until_ended
    [ "$ended" = 1 ]
    [[ $(last_noted .said) == *"has changed since it was shown"* ]]
    [ "$(running) $(profile)" = "$(built) $(built)" ]
    [ -z "$(rebuilt)" ]
  done
}

@test "sync --ask: where the flake is edited while the question stands, nothing of it is activated" {
  rebuild_there
  lab knobs $host '{"marker": "shown"}'
  here switch --ask
  in_terminal "lab host $host sh /root/sync"
  until_seen 'Go on with this machine'
  lab host $host sh -c 'echo "{\"marker\": \"edited\"}" >"$1"' sh "$FLEET/hosts/$host/knobs.json"
  press y Enter
  until_ended
  [ "$ended" = 1 ]
  [ "$(last_noted '"\(.said) \(.untouched)"')" = "the flake has changed since it was shown; nothing was done (status 1). Type the same line again yes" ]
  unchanged
  [ -z "$(rebuilt)" ]
}

@test "sync --rollback: shows and asks too, and notes what booted before" {
  lab knobs $host '{"marker": "forth"}'
  deploy --backend nix
  new=$(running)
  number=$(lab host $host readlink /nix/var/nix/profiles/system | tr -cd 0-9)
  for answer in n y; do
    here switch --rollback --ask
    in_terminal "lab host $host sh /root/sync"
    until_seen 'Go on with this machine'
    shows 'this machine, against what it runs now'
    [ "$(running) $(profile)" = "$new $new" ]
    press $answer Enter
    until_ended
    case $answer in
      n) [ "$ended" = 1 ] && [ "$(running) $(profile)" = "$new $new" ] && [ "$(last_noted '"\(.from) \(.to) \(.status) \(.untouched)"')" = "$number null 1 yes" ] ;;
      y) [ "$ended" = 0 ] && unchanged && [ "$(last_noted '"\(.from) \(.to) \(.status) \(.untouched)"')" = "$number $((number - 1)) 0 null" ] ;;
    esac
  done
}

@test "sync: without a terminal --ask is refused before anything is done, by either backend; nh shows and asks alike" {
  rebuild_there
  for words in "switch --ask" "switch --ask --backend nh" "--rollback --ask"; do
    # shellcheck disable=SC2086
    here $words
    run setsid -w "$(type -P lab)" host $host sh /root/sync
    echo "$output"
    [ "$status" = 1 ]
    [ "$output" = "sync: there is no terminal for the question of --ask; nothing was done. Try: --yes" ]
  done
  here switch --ask --yes
  run setsid -w "$(type -P lab)" host $host sh /root/sync
  [ "$status" = 0 ]
  [[ $output == *"against what it runs now:"* ]]
  [ "$(rebuilt)" = "--show-trace --flake $FLEET#$host switch" ]
  lab host $host rm /root/rebuilt
  printf '#!/bin/sh\necho "nh $*" >>/root/rebuilt\n' | there nh
  for answer in n y; do
    here switch --ask --backend nh
    in_terminal "lab host $host sh /root/sync"
    until_seen 'Go on with this machine'
    shows 'this machine, against what it runs now'
    press $answer Enter
    until_ended
    case $answer in
      n) [ "$ended" = 1 ] && [ -z "$(rebuilt)" ] ;;
      y) [ "$ended" = 0 ] && [ "$(rebuilt)" = "nh os switch $FLEET --hostname $host --elevation-strategy none --no-specialisation -- --show-trace" ] ;;
    esac
  done
}
