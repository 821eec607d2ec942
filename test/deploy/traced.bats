#!/usr/bin/env bats
# No secret is in the arguments or the environment of any program that a verb starts, here or on the host: strace sees each of them.
# lab: --hosts vps-ultraman

load words
load elevated

setup_file() {
  lab_only
  export host=vps-ultraman target=vps_ultraman_root
  [ "$(lab host $host stat -c %u /usr/bin/sudo)" = 0 ] || skip "SKIPPED: sudo is nobody's in a lab that an ordinary user runs"
  export password=$BATS_FILE_TMPDIR/password secrets=$BATS_FILE_TMPDIR/secrets
  admin_with_password
  sudo_rules 'Defaults use_pty' 'admin ALL=(ALL) ALL'
  echo "disk-9c1d-passphrase" >"$BATS_FILE_TMPDIR/disk"
  {
    cat "$BATS_FILE_TMPDIR/marker" "$BATS_FILE_TMPDIR/disk"
    private "$HOME/.ssh/keys.homelab/vps/ssh_host_ed25519_key_vps-ultraman"
    private /persist/etc/ssh/global_ed25519
  } >"$secrets"
}

setup() {
  [ "$(lab host $host stat -c %u /usr/bin/sudo)" = 0 ] || skip "SKIPPED: sudo is nobody's in a lab that an ordinary user runs"
  keys=$HOME/.ssh/keys.homelab
  cp -a "$keys" "$BATS_TEST_TMPDIR/keys"
  lab knobs $host "{\"marker\": \"traced $BATS_TEST_NUMBER\"}"
}

teardown() {
  rm -rf "$keys"
  cp -a "$BATS_TEST_TMPDIR/keys" "$keys"
  if [ -n "${there-}" ]; then kill "$there" || :; fi
}

# private FILE: the lines of a key that have nothing of its public half.
private() { sed '1,3d;$d' "$1"; }

# traced NAME COMMAND…: with all that it starts, arguments and environments whole.
traced() { strace -f -qq -v -s 1000000 -e trace=execve -o "$BATS_TEST_TMPDIR/$1.trace" "${@:2}"; }

# trace_there: all that logins on the host start from now on.
trace_there() {
  local sshd
  sshd=$(pgrep -o -f 'sshd.*listener')
  strace -f -qq -v -s 1000000 -e trace=execve -p "$sshd" -o "$BATS_TEST_TMPDIR/there.trace" 3>&- &
  there=$!
  until_there 5 grep -q '^TracerPid:[^0-9]*[1-9]' "/proc/$sshd/status"
}

# clean NAME PROGRAM…: the trace has seen these programs start, and no secret.
clean() {
  local program bad=0
  for program in "${@:2}"; do
    grep -qE "execve\(\"[^\"]*/$program\"" "$BATS_TEST_TMPDIR/$1.trace" || { echo "$1: $program was not seen"; bad=1; }
  done
  ! grep -nF -f "$secrets" "$BATS_TEST_TMPDIR/$1.trace" | cut -c 1-300 | grep . || bad=1
  return $bad
}

@test "traced: a secret in an argument, in the environment, or on the host would be seen" {
  local one
  while IFS= read -r one; do
    traced argument sh -c ': "$1"; exec true "$1"' sh "a $one b"
    run clean argument true
    [[ $status = 1 && $output == *"$one"* ]]
    traced environment env HIDDEN="$one" sh -c 'true; exec true'
    run clean environment true
    [[ $status = 1 && $output == *"$one"* ]]
  done <"$secrets"
  [ "$(wc -l <"$secrets")" -ge 4 ]
  trace_there
  ssh -F "$LAB/ssh_config" $target ": disk-9c1d-passphrase"
  run clean there
  [[ $status = 1 && $output == *disk-9c1d-passphrase* ]]
}

@test "traced: push-keys, as root, by a command, with a new key, and with a password" {
  trace_there
  traced push "$SCRIPTS/ops-push-keys.ts" $host $target
  clean push ssh ssh-keygen tar
  traced check "$SCRIPTS/ops-push-keys.ts" $host $target --check
  clean check ssh ssh-keygen
  traced command "$SCRIPTS/ops-push-keys.ts" $host $target --no-global --key-cmd "cat $keys/vps/ssh_host_ed25519_key_$host"
  clean command ssh ssh-keygen cat
  typed "$password" strace -f -qq -v -s 1000000 -e trace=execve -o "$BATS_TEST_TMPDIR/typed.trace" \
    "$SCRIPTS/ops-push-keys.ts" $host admin@$target --no-global --ask-elevate-password
  clean typed ssh ssh-keygen
  rm "$keys/vps/ssh_host_ed25519_key_$host"*
  traced generate "$SCRIPTS/ops-push-keys.ts" $host $target --no-global --generate
  private "$keys/vps/ssh_host_ed25519_key_$host" >>"$secrets"
  clean generate ssh ssh-keygen
  clean there sh sudo tar
}

@test "traced: a deployment, its preview, status, rollback and reboot by a password, and every verb that looks" {
  local verb
  trace_there
  for verb in "ops-deploy --guard --diff" "ops-deploy --status" "ops-rollback --guard" "ops-rollback --list" "ops-reboot --if-needed" "ops-doctor"; do
    # shellcheck disable=SC2086
    set -- $verb
    # Not each has something to do.
    typed "$password" strace -f -qq -v -s 1000000 -e trace=execve -o "$BATS_TEST_TMPDIR/$1.trace" \
      "$SCRIPTS/$1.ts" $host admin@$target "${@:2}" --ask-elevate-password || :
    clean "$1" ssh sh
  done
  for verb in ops-hosts ops-log "ops-ssh $host $target -- true" "ops-status $host $target" "trust --yes" "init"; do
    # shellcheck disable=SC2086
    set -- $verb
    traced "$1" "$SCRIPTS/$1.ts" "${@:2}" </dev/null || :
    clean "$1" node
  done
  clean there sh sudo
}

@test "traced: bootstrap, with keys and the key of a disk" {
  export PATH=$BATS_TEST_DIRNAME/../lab/stand-ins:$PATH
  lab blank $host
  lab wait $host
  traced bootstrap "$SCRIPTS/ops-bootstrap.ts" $host $target --yes --disk-encryption-keys /tmp/disk.key "$BATS_FILE_TMPDIR/disk"
  clean bootstrap ssh ssh-keygen nixos-anywhere
}
