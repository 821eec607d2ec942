#!/usr/bin/env bats
# ops-deploy --backend nix on real targets. What came of it is asked of the host itself, not through ssh.

load words

setup_file() {
  lab_only
}

setup() {
  bats_require_minimum_version 1.5.0
  host=vps-ultraman
  target=vps_ultraman_root
  # Every test deploys a system of its own.
  lab knobs $host "{\"marker\": \"$BATS_TEST_NUMBER\"}"
  old=$(running)
}

deploy() { "$SCRIPTS/ops-deploy.ts" "$host" "$target" --backend nix "$@"; }

@test "switch: the closure is there, the profile and the boot entry are the new system, it runs, and nothing is left behind" {
  generation=$(lab host $host readlink /nix/var/nix/profiles/system)
  deploy
  new=$(built)
  [ "$new" != "$old" ]
  [ "$(running)" = "$new" ]
  [ "$(profile)" = "$new" ]
  [ "$(next_boot)" = "$new" ]
  [ "$(lab host $host readlink /nix/var/nix/profiles/system)" != "$generation" ]
  lab host $host nix-store --verify-path "$new"
  [ "$(activations | tail -n 1)" = "switch $new" ]
  [ "$(lab host $host cat /etc/motd)" = "$BATS_TEST_NUMBER" ]
  [ -z "$(leftovers)" ]
}

@test "stdout stays empty and the steps are said" {
  run --separate-stderr deploy
  [ "$status" = 0 ]
  [ -z "$output" ]
  for said in "ask root@$target" "build $host" "copy to" "switch on"; do [[ $stderr == *"$said"* ]]; done
}

@test "boot: the profile and the boot entry move, the running system does not; a reboot brings it" {
  deploy --boot
  new=$(built)
  [ "$(running)" = "$old" ]
  [ "$(profile)" = "$new" ]
  [ "$(next_boot)" = "$new" ]
  lab reboot $host
  lab wait $host
  [ "$(running)" = "$new" ]
}

@test "test: it runs, and neither profile nor boot entry has moved" {
  before="$(profile) $(next_boot)"
  deploy --test
  [ "$(running)" = "$(built)" ]
  [ "$(profile) $(next_boot)" = "$before" ]
  lab reboot $host
  lab wait $host
}

@test "dry-activate changes nothing" {
  before="$old $(profile) $(next_boot)"
  deploy --dry-activate
  [ "$(running) $(profile) $(next_boot)" = "$before" ]
  [ "$(activations | tail -n 1)" = "dry-activate $(built)" ]
}

@test "the printed script does the same, from any of the shells" {
  for shell in dash bash zsh; do
    lab knobs $host "{\"marker\": \"printed $shell\"}"
    deploy --print | $shell
    [ "$(running)" = "$(built)" ]
    [ "$(next_boot)" = "$(built)" ]
  done
  [ -z "$(leftovers)" ]
}

@test "the alias ops-sync, and the host's own name as target" {
  "$SCRIPTS/ops-sync.ts" $host --backend nix
  [ "$(running)" = "$(built)" ]
}

@test "--ssh-config is for ssh and nix alike" {
  options=$NIX_SSHOPTS
  unset NIX_SSHOPTS
  deploy --ssh-config "${options#-F }"
  [ "$(running)" = "$(built)" ]
}

@test "a host whose name has dots" {
  host=core01.example.org
  lab knobs $host '{"marker": "dots"}'
  "$SCRIPTS/ops-deploy.ts" $host --backend nix
  [ "$(running)" = "$(built)" ]
}

@test "a host whose name is a number" {
  host=007
  lab add $host
  lab wait $host
  lab knobs $host '{"marker": "number"}'
  "$SCRIPTS/ops-deploy.ts" $host --backend nix
  [ "$(running)" = "$(built)" ]
}

@test "--specialisation: it runs, the profile is the system that it is one of, and the next deployment finds nobody else's change" {
  lab knobs $host '{"specialisations": {"quiet": {"marker": "hush"}}}'
  deploy --specialisation quiet --install-bootloader
  new=$(built)
  [ "$(profile)" = "$new" ]
  [ "$(running)" = "$(lab host $host readlink -f "$new/specialisation/quiet")" ]
  [ "$(lab host $host cat /etc/motd)" = hush ]
  lab host $host tail -n 1 /var/log/activations | grep -qF "NIXOS_INSTALL_BOOTLOADER=1"
  [ -z "$(leftovers)" ]
  deploy --test --specialisation quiet
  deploy
  [ "$(running)" = "$new" ]
}

@test "a specialisation that the system hasn't is said before anything is copied" {
  run deploy --specialisation loud
  [ "$status" = 1 ]
  [[ $output == *"$host has no specialisation loud; it has: none. Nothing was copied"* ]]
  [ "$(running)" = "$old" ]
  refute lab host $host test -e "$(built)"
  lab knobs $host '{"specialisations": {"quiet": {}, "other": {}}}'
  run deploy --specialisation loud
  [[ $output == *"it has: other quiet. Nothing was copied"* ]]
}

@test "what runs already is copied and activated without complaint" {
  deploy
  deploy
  [ "$(running)" = "$(built)" ]
}

@test "activation that ends with 4 (some units failed): the status is passed on and said plainly" {
  lab knobs $host '{"marker": "four", "activationStatus": 4}'
  run deploy
  [ "$status" = 4 ]
  [[ $output == *"activated, but some units failed"* ]]
  [[ ${lines[-1]} == *"runs $(built), boots $(built)"* ]]
  [ "$(running)" = "$(built)" ]
  [ -z "$(leftovers)" ]
}

@test "activation that ends with 1: the status is passed on and said plainly" {
  lab knobs $host '{"marker": "one", "activationStatus": 1}'
  run deploy
  [ "$status" = 1 ]
  [[ $output == *"the activation failed (status 1)"* ]]
  [[ ${lines[-1]} == *"runs $(running), boots $(profile)"* ]]
}

@test "a target that is down is found out before the build, within seconds" {
  before="$(profile) $(next_boot)"
  lab link $host down
  begun=$SECONDS
  run deploy
  lab link $host up
  [ "$status" = 1 ]
  [[ ${lines[-1]} == *"can't be reached; nothing was changed on it (status 1)" ]]
  [ $((SECONDS - begun)) -le 15 ]
  [[ $output != *"build $host"* ]]
  [ "$(running) $(profile) $(next_boot)" = "$old $before" ]
}

@test "a host whose files git doesn't track is refused with the line that helps" {
  mkdir hosts/brand-new && cp hosts/vps-pacman/default.nix hosts/brand-new/
  run "$SCRIPTS/ops-deploy.ts" brand-new root@192.0.2.77 --backend nix
  [ "$status" = 2 ]
  [[ $output == *"git -C $FLEET add -N hosts/brand-new"* ]]
  git add -N hosts/brand-new
  "$SCRIPTS/ops-deploy.ts" brand-new root@192.0.2.77 --print >/dev/null
  git rm -q -r --cached hosts/brand-new
  rm -r hosts/brand-new
}

@test "what is no NixOS system is not copied" {
  cat >"$BATS_TEST_TMPDIR/flake.nix" <<'X'
{ outputs = _: { nixosConfigurations.odd.config.system.build.toplevel = derivation {
  name = "odd"; system = "x86_64-linux"; builder = "/bin/sh"; args = [ "-c" "/bin/mkdir $out" ]; }; }; }
X
  run "$SCRIPTS/ops-deploy.ts" odd $target --flake "$BATS_TEST_TMPDIR" --backend nix
  [ "$status" = 1 ]
  [[ $output == *"is not a NixOS system; nothing was copied"* ]]
  [ "$(running)" = "$old" ]
  # As with system.switch.enable = false.
  sed -i 's,/bin/mkdir $out,/bin/mkdir $out; echo 25.11 >$out/nixos-version,' "$BATS_TEST_TMPDIR/flake.nix"
  for words in "" "--guard" "--boot"; do
    # shellcheck disable=SC2086
    run "$SCRIPTS/ops-deploy.ts" odd $target --flake "$BATS_TEST_TMPDIR" --backend nix $words
    echo "$output"
    [ "$status" = 1 ]
    [[ $output == *"has no bin/switch-to-configuration (system.switch.enable = false), so it can't be activated; nothing was copied"* ]]
    [[ $output != *"copying"* ]]
    [ "$(running)" = "$old" ]
  done
}

@test "a configuration that doesn't evaluate changes nothing" {
  echo 'throw "broken on purpose"' >hosts/$host/default.nix
  run deploy
  git checkout -q hosts/$host/default.nix
  [ "$status" = 1 ]
  [[ $output == *"broken on purpose"* ]]
  [ "$(running)" = "$old" ]
  [ -z "$(leftovers)" ]
}

@test "^C in the middle of the copy leaves the target as it was" {
  before="$old $(profile) $(next_boot)"
  lab knobs $host '{"marker": "big", "closureKiB": 80000}'
  lab delay $host 100
  run expect -c '
    set timeout 60
    spawn -noecho '"{$SCRIPTS/ops-deploy.ts} $host $target"' --backend nix
    expect "copy to"
    after 1500
    send \003
    expect eof
    lassign [wait] pid id oserror status
    exit $status
  '
  lab delay $host 0
  [ "$status" = 130 ]
  [[ ${lines[-1]} == *"nothing was changed on root@$target"* ]]
  [ "$(running) $(profile) $(next_boot)" = "$before" ]
  run lab host $host nix-store --check-validity "$(built)"
  [ "$status" != 0 ]
  sleep 1
  [ -z "$(leftovers)" ]
}

@test "a connection that is lost during the activation does not stop it: a new one tells what came of it" {
  for line in '0:"marker": "lost"' '1:"activationStatus": {"switch": 2}' '1:"activationStatus": {"switch": 4}'; do
    lab knobs $host "{${line#*:}, \"activationScript\": \"sleep 2\"}"
    deploy 2>"$BATS_TEST_TMPDIR/said" 3>&- &
    pid=$!
    lab host $host sh -c 'for n in $(seq 100); do [ -e /run/nixos/switch-to-configuration.lock ] && ls -d /run/hey-activation.* >/dev/null 2>&1 && exit 0; sleep 0.1; done; exit 1'
    sleep 0.5
    pkill -KILL -f "[s]shd: root@notty" || pkill -KILL -x ssh
    status=0
    wait $pid || status=$?
    cat "$BATS_TEST_TMPDIR/said"
    [ "$status" = "${line%%:*}" ]
    grep -q "was lost in the middle; log in once more, and wait for the end" "$BATS_TEST_TMPDIR/said"
    last=$(tail -n 1 "$BATS_TEST_TMPDIR/said")
    [[ $last == *"root@$target runs $(built), boots $(built)"* ]]
    if [ "$status" = 1 ]; then [[ $last == *"the connection was lost in the middle, and the activation there has failed (status 1); "* ]]; fi
    [ "$(running) $(profile) $(next_boot)" = "$(built) $(built) $(built)" ]
  done
}

# as_login_shell SHELL COMMAND…: where that is root's on the host: a path, or lines of sh.
as_login_shell() {
  local shell=$1 status=0
  shift
  if [[ $shell == *" "* ]]; then
    lab host $host sh -c 'printf "#!/bin/sh\n%s\n" "$1" >/etc/shell && chmod 755 /etc/shell' sh "$shell"
    shell=/etc/shell
  fi
  lab host $host sed -i.kept "s,^root:.*,root:x:0:0::/root:$shell," /etc/passwd
  "$@" || status=$?
  lab host $host mv /etc/passwd.kept /etc/passwd
  return "$status"
}

@test "any login shell there; --status, --list and a guarded deployment alike" {
  local shell
  for shell in /bin/dash /bin/bash /bin/zsh /usr/bin/fish /usr/bin/tcsh; do
    echo "$shell"
    lab host $host test -x "$shell" || { echo "# SKIPPED: no $shell there" >&3; continue; }
    lab knobs $host "{\"marker\": \"${shell//[^a-z]/}\"}"
    as_login_shell "$shell" deploy
    [ "$(running)" = "$(built)" ]
    as_login_shell "$shell" deploy --status | grep -q "^nothing is armed"
    as_login_shell "$shell" "$SCRIPTS/ops-rollback.ts" $host $target --list | grep -q "runs boots"
    lab knobs $host "{\"marker\": \"${shell//[^a-z]/} guarded\"}"
    as_login_shell "$shell" deploy --guard --settle 0 --check-remote "[ 'it''s!' = 'its!' ]"
    [ "$(running) $(profile)" = "$(built) $(built)" ]
  done
}

@test "a login shell that prints: what only asks works; what copies is refused before the build, with its text" {
  local printing='printf "%s" "Welcome: "; exec /bin/sh "$@"'
  before="$(running) $(profile)"
  as_login_shell "$printing" deploy --status | grep -q "nothing is armed"
  as_login_shell "$printing" "$SCRIPTS/ops-rollback.ts" $host $target --list | grep -q "runs boots"
  lab knobs $host '{"marker": "printing"}'
  run as_login_shell "$printing" deploy
  echo "$output"
  [ "$status" = 1 ]
  [[ $output == *"prints text before it runs a command: \"Welcome: \"; nix can't copy over that, and nothing was changed"* ]]
  [[ $output != *": build "* ]]
  [ "$(running) $(profile)" = "$before" ]
}

@test "a login shell that can't be used is told apart from a host that can't be reached, before anything else is sent" {
  local shell
  old=$(running)
  for shell in /usr/sbin/nologin /bin/false 'exit 3'; do
    run as_login_shell "$shell" deploy
    echo "$output"
    [ "$status" = 1 ]
    [[ ${lines[-1]} == *"was reached, but the login's shell there"*"did not run what it was told"*"nothing was changed on it (status 1)"* ]]
    [[ $output != *"can't be reached"* && $output != *": build "* ]]
  done
  [ "$(running)" = "$old" ]
}

@test "--store-path: a system that was built before, by a path or a link to it; nothing is built, and what is none is refused" {
  nix build --out-link "$BATS_TEST_TMPDIR/result" ".#nixosConfigurations.$host.config.system.build.toplevel"
  new=$(readlink "$BATS_TEST_TMPDIR/result")
  lab knobs $host '{"marker": "later"}'
  run deploy --store-path "$BATS_TEST_TMPDIR/result" --guard --settle 0 --confirm-timeout 60
  echo "$output"
  [ "$status" = 0 ]
  [ "$(running) $(profile)" = "$new $new" ]
  [ ! -e "$(built)" ]
  run deploy --store-path "$new"
  [ "$status" = 0 ]
  [[ $output == *"already so"* ]]
  for wrong in /etc/passwd "$new/bin" "/nix/store/00000000000000000000000000000000-none" "$(nix-store --add "$BATS_TEST_FILENAME")"; do
    run deploy --store-path "$wrong"
    echo "$output"
    [ "$status" != 0 ]
    [ "$(running)" = "$new" ]
    [[ $output == *"is not a path of the store"* || $output == *"no binary cache has it"* || $output == *"is not a NixOS system"* ]]
  done
}
