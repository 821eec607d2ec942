#!/usr/bin/env bats
# ops-push-keys and what ssh knows of the host, in the ways in which it may know one. However it ends, ssh gets in as it did before.
# lab: --hosts vps-ultraman

load words

setup_file() { lab_only; }

setup() {
  host=vps-ultraman
  target=vps_ultraman_root
  key=$HOME/.ssh/keys.homelab/vps/ssh_host_ed25519_key_$host
  config=$LAB/as
  known=$BATS_TEST_TMPDIR/known
  name=$(ssh -F "$LAB/ssh_config" -G $target | sed -n 's/^hostname //p')
  # An sshd with keys of three types, as most have.
  lab host $host sh -c 'rm -rf /root/kept; for type in ecdsa rsa; do ssh-keygen -q -t $type -N "" -f /etc/ssh/ssh_host_${type}_key <&-; done
    cp /etc/ssh/sshd_config /root/sshd_config; cp -a /etc/ssh /root/kept; rm /etc/ssh/sshd_config
    sed "s,^HostKey .*,&\nHostKey /etc/ssh/ssh_host_ecdsa_key\nHostKey /etc/ssh/ssh_host_rsa_key," /root/sshd_config >/etc/ssh/sshd_config
    cp /etc/ssh/sshd_config /root/three_types'
  new_sshd
  as_set_up
  ed25519=$(installed /etc/ssh/ssh_host_ed25519_key.pub)
  ecdsa=$(installed /etc/ssh/ssh_host_ecdsa_key.pub)
}

teardown() {
  while umount "$LAB/ro" 2>/dev/null; do :; done
  if [ -e "$BATS_TEST_TMPDIR/hosts" ]; then cp "$BATS_TEST_TMPDIR/hosts" /etc/hosts; fi
  lab host $host sh -c 'rm -f /etc/ssh/ssh_host* /etc/ssh/global* /etc/ssh/sshd_config; cp -a /root/kept/. /etc/ssh; rm -f /etc/ssh/ssh_host_ecdsa* /etc/ssh/ssh_host_rsa*'
  new_sshd
}

new_sshd() { lab host $host sh -c 'kill -HUP $(cat /run/sshd.pid)'; }

# as_set_up [LINE…]: the ssh configuration of the test, with these lines before the others.
as_set_up() {
  { printf '%s\n' "$@" && sed "s,^  UserKnownHostsFile .*,  UserKnownHostsFile $known," "$LAB/ssh_config"; } >"$config"
  export NIX_SSHOPTS="-F $config"
}

gets_in() { timeout 30 ssh -F "$config" -o ConnectTimeout=5 "$@" "$target" true; }

# old_keys: the host has its former ones.
old_keys() { lab host $host sh -c 'rm -f /etc/ssh/ssh_host_ed25519* /etc/ssh/global*; cp -a /root/kept/ssh_host_ed25519* /etc/ssh'; }

# pushed_until CALL: push-keys, killed behind that call in the main part of its script.
pushed_until() {
  "$SCRIPTS/ops-push-keys.ts" $host "$target" --print | sed "s/^  $1\$\|^  $1 .*/&\n  kill -s KILL \$\$/" >"$BATS_TEST_TMPDIR/script"
  run sh "$BATS_TEST_TMPDIR/script"
  [ "$status" = 137 ] || { echo "$1: $status: $output"; false; }
  # What it has begun may still come to its end.
  sleep 0.7
}

# ends_well KNOWN: where that function has said what is known, ssh gets in as before when push-keys is killed before the keys go, when it is
# killed once they are there, and at its end.
ends_well() {
  local end
  for end in ask_there begin_to_send end_to_send; do
    old_keys
    "$1"
    pushed_until $end
    gets_in || { echo "killed behind $end: ssh does not get in any more"; cat "$known"; false; }
  done
  old_keys
  "$1"
  run "$SCRIPTS/ops-push-keys.ts" $host "$target"
  echo "$output"
  [ "$status" = 0 ]
  gets_in
  [ "$(installed /etc/ssh/ssh_host_ed25519_key.pub)" = "$(derived "$key")" ]
  # From now on it is the new key that counts.
  gets_in -o HostKeyAlgorithms=ssh-ed25519
  refute grep -F "${ed25519#* }" "$known"
}

nothing_known() { rm -f "$known"; }
ed25519_known() { echo "$name $ed25519" >"$known"; }
ecdsa_known() { echo "$name $ecdsa" >"$known"; }

@test "a host never seen before, with accept-new" {
  as_set_up "StrictHostKeyChecking accept-new"
  ends_well nothing_known
}

@test "a host known by its ECDSA key alone" { ends_well ecdsa_known; }

@test "a host known by both" {
  both_known() { printf '%s\n' "$name $ecdsa" "$name $ed25519" >"$known"; }
  ends_well both_known
}

@test "hashed names, and no line end at the end" {
  hashed() { ed25519_known && ssh-keygen -q -H -f "$known" && rm "$known.old" && truncate -s -1 "$known"; }
  as_set_up "HashKnownHosts yes"
  ends_well hashed
  # Who has names hashed wants none in the open.
  refute grep -F "$name" "$known"
}

@test "the name under which ssh knows it is that of CanonicalizeHostname" {
  cp /etc/hosts "$BATS_TEST_TMPDIR/hosts"
  echo "$name box.lab.example box.lab.example." >>/etc/hosts
  target=box
  as_set_up "CanonicalizeHostname yes" "CanonicalDomains lab.example" "User root"
  canonical() { echo "box.lab.example $ed25519" >"$known"; }
  ends_well canonical
  grep -q "^box.lab.example ssh-ed25519" "$known"
}

@test "HostKeyAlias" {
  as_set_up "HostKeyAlias the-box"
  alias_known() { echo "the-box $ed25519" >"$known"; }
  ends_well alias_known
}

@test "several files of the user: the former key leaves each" {
  as_set_up "UserKnownHostsFile $known $known.2"
  second() { : >"$known" && echo "$name $ed25519" >"$known.2"; }
  ends_well second
  refute grep -F "${ed25519#* }" "$known.2"
}

@test "a file of the machine, which the user can't write" {
  as_set_up "GlobalKnownHostsFile $known.global"
  globally() { rm -f "$known" && echo "$name $ed25519" >"$known.global"; }
  ends_well globally
}

@test "certificates: a host known by who has signed its key" {
  ssh-keygen -q -t ed25519 -N '' -f "$BATS_TEST_TMPDIR/ca"
  for type in ed25519 ecdsa; do
    lab host $host cat /etc/ssh/ssh_host_${type}_key.pub >"$BATS_TEST_TMPDIR/$type.pub"
    ssh-keygen -q -s "$BATS_TEST_TMPDIR/ca" -I box -h -n "$name" "$BATS_TEST_TMPDIR/$type.pub"
  done
  signed() { echo "@cert-authority * $(cut -d ' ' -f 1,2 "$BATS_TEST_TMPDIR/ca.pub")" >"$known"; }
  for types in ed25519 "ed25519 ecdsa"; do
    lab host $host cp /root/three_types /etc/ssh/sshd_config
    for type in $types; do
      lab host $host sh -c "cat >/etc/ssh/$type-cert.pub; echo HostCertificate /etc/ssh/$type-cert.pub >>/etc/ssh/sshd_config" <"$BATS_TEST_TMPDIR/$type-cert.pub"
    done
    new_sshd
    ends_well signed
    grep -q "^@cert-authority" "$known"
  done
}

@test "several names, addresses and ports of one host" {
  several() { printf '%s\n' "alias-one,$name $ed25519" "[$name]:2222 $ed25519 a comment" "other.example $ed25519" >"$known"; }
  ends_well several
  ssh -F "$config" vps_ultraman_2222 true
  # The others, too, when it is killed half-way.
  old_keys
  several
  pushed_until end_to_send
  ssh -F "$config" vps_ultraman_2222 true
  ssh -F "$config" -o HostKeyAlias=other.example $target true
}

@test "CheckHostIP: the address has a line of its own" {
  cp /etc/hosts "$BATS_TEST_TMPDIR/hosts"
  echo "$name box.lab.example" >>/etc/hosts
  target=root@box.lab.example
  as_set_up "CheckHostIP yes"
  by_address() { printf '%s\n' "box.lab.example $ed25519" "$name $ed25519" >"$known"; }
  ends_well by_address
}

@test "a known_hosts that can't be written: nothing is sent, unless --keep-known-hosts" {
  mkdir -p "$LAB/ro"
  mount -t tmpfs none "$LAB/ro"
  known=$LAB/ro/known
  ed25519_known
  mount -o remount,ro "$LAB/ro"
  as_set_up
  before=$(lab host $host sh -c 'cat /etc/ssh/ssh_host*')
  run "$SCRIPTS/ops-push-keys.ts" $host $target
  echo "$output"
  [ "$status" = 1 ]
  [[ $(tail -n 1 <<<"$output") == *"$known can't be written"*"nothing was sent"*"--keep-known-hosts" ]]
  [ "$(lab host $host sh -c 'cat /etc/ssh/ssh_host*')" = "$before" ]
  gets_in
  # A link to it is no better, nor a directory that can't be made.
  for known in "$BATS_TEST_TMPDIR/link" "$LAB/ro/none/known"; do
    [ "$known" != "$BATS_TEST_TMPDIR/link" ] || ln -s "$LAB/ro/known" "$known"
    as_set_up "GlobalKnownHostsFile $LAB/ro/known"
    run "$SCRIPTS/ops-push-keys.ts" $host $target
    [ "$status" = 1 ]
    [[ $output == *"can't be written"*"nothing was sent"* ]]
    gets_in
  done
  run "$SCRIPTS/ops-push-keys.ts" $host $target --keep-known-hosts
  [ "$status" = 0 ]
  [[ $output == *"$name $(derived "$key")"* ]]
}

@test "no file of the user: refused where the machine's file has the former key, and not where any key will do" {
  echo "$name $ed25519" >"$known.global"
  for none in none /dev/null; do
    as_set_up "UserKnownHostsFile $none" "GlobalKnownHostsFile $known.global"
    run "$SCRIPTS/ops-push-keys.ts" $host $target
    echo "$output"
    [ "$status" = 1 ]
    [[ $(tail -n 1 <<<"$output") == *"nothing was sent"*"--keep-known-hosts"* ]]
    gets_in
  done
  as_set_up "UserKnownHostsFile /dev/null" "StrictHostKeyChecking no"
  "$SCRIPTS/ops-push-keys.ts" $host $target
  gets_in
}

@test "what was added for a key that did not go is taken out again" {
  printf '%s\n' "# mine" "other.example $ecdsa" "$name $ed25519" >"$known"
  cp -p "$known" "$known.before"
  # The host refuses the keys.
  lab host $host mkdir /etc/ssh/global_ed25519
  run "$SCRIPTS/ops-push-keys.ts" $host $target
  [ "$status" = 1 ]
  cmp "$known" "$known.before"
  lab host $host rmdir /etc/ssh/global_ed25519
  # ^C before they go.
  "$SCRIPTS/ops-push-keys.ts" $host $target --print | sed 's/^  begin_to_send/  kill -s INT $$; sleep 1\n&/' >"$BATS_TEST_TMPDIR/script"
  run sh "$BATS_TEST_TMPDIR/script"
  echo "$output"
  [ "$status" = 130 ]
  cmp "$known" "$known.before"
  [ "$(stat -c %a "$known")" = "$(stat -c %a "$known.before")" ]
}

@test "kill -9 at the writing of known_hosts leaves nothing beside it" {
  for line in 'cp -p "$file" "$new"' 'mv -f "$new" "$file"'; do
    old_keys
    ed25519_known
    "$SCRIPTS/ops-push-keys.ts" $host $target --print | awk -v at="$line" 'index($0, at) { print "kill -s KILL $$"; hit = 1 } { print } END { exit !hit }' >"$BATS_TEST_TMPDIR/script"
    run sh "$BATS_TEST_TMPDIR/script"
    [ "$status" = 137 ] || { echo "$line: $status: $output"; false; }
    gets_in
    none_beside() { [ "$(echo "$known"*)" = "$known" ] && [ -z "$(find "$XDG_RUNTIME_DIR" -maxdepth 1 -name 'hey*')" ]; }
    until_there 5 none_beside
  done
}
