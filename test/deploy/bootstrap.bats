#!/usr/bin/env bats
# ops-bootstrap on machines without NixOS, by a stand-in that does what nixos-anywhere does (test/lab/stand-ins). What came of
# it is asked of the host itself.
# lab: --hosts vps-ultraman

load words

setup_file() {
  lab_only
  export PATH=$BATS_TEST_DIRNAME/../lab/stand-ins:$PATH
}

setup() {
  bats_require_minimum_version 1.5.0
  host=vps-ultraman
  target=vps_ultraman_root
  keys=$HOME/.ssh/keys.homelab
  key=$keys/vps/ssh_host_ed25519_key_$host
  cp -a "$keys" "$BATS_TEST_TMPDIR/keys"
  lab blank $host
  lab wait $host
  rm -f "$LAB/nixos-anywhere.log"
}

teardown() {
  # What stands in for an initrd has the host's port.
  if [ -n "${started-}" ]; then kill "$started" 2>/dev/null || :; fi
  rm -rf "$keys"
  cp -a "$BATS_TEST_TMPDIR/keys" "$keys"
  git reset -q --hard && git clean -qfd
}

bootstrap() { "$SCRIPTS/ops-bootstrap.ts" "$host" "$target" "$@"; }
staged() { find "$XDG_RUNTIME_DIR" -maxdepth 1 -name 'hey.*'; }
none_staged() { [ -z "$(staged)" ]; }
untouched() { [ ! -e "$LAB/nixos-anywhere.log" ]; }

@test "it ends with a host that answers with the key that was sent, runs the system, and has decrypted" {
  run bootstrap --yes
  echo "$output"
  [ "$status" = 0 ]
  [[ $output == *"$host is installed: $target presents the key that was sent and runs $(built)"* ]]
  lab host $host cat /etc/ssh/ssh_host_ed25519_key | cmp - "$key"
  [ "$(modes /etc/ssh /etc/ssh/ssh_host_ed25519_key /etc/ssh/ssh_host_ed25519_key.pub /etc/ssh/global_ed25519 | cut -d ' ' -f 1,2 | xargs)" = "755 root 600 root 644 root 600 root" ]
  [ "$(running)" = "$(built)" ]
  [ "$(lab host $host cat /run/agenix/demo)" = "the demo secret" ]
  answers
  name=$(ssh -F "$LAB/ssh_config" -G $target | sed -n 's/^hostname //p')
  [ "$(ssh-keygen -F "$name" -f "$LAB/known_hosts" | grep ed25519 | cut -d ' ' -f 1-3)" = "$name $(derived "$key")" ]
  until_there 3 none_staged
}

@test "the machine's facts are shown before anything happens" {
  run bootstrap --yes
  echo "$output"
  for said in "x86_64-linux" "Debian" "vda" "MiB" "20G"; do [[ $output == *"$said"* ]] || { echo "$said is not in: $output"; false; }; done
}

@test "--persist carries the keys to /persist/etc/ssh, and a host that looks there decrypts at its first boot" {
  lab knobs $host '{"hostKey": "/persist/etc/ssh/ssh_host_ed25519_key", "identityPaths": ["/persist/etc/ssh/ssh_host_ed25519_key"]}'
  run bootstrap --yes --persist
  echo "$output"
  [ "$status" = 0 ]
  lab host $host cat /persist/etc/ssh/ssh_host_ed25519_key | cmp - "$key"
  [ "$(modes /persist/etc/ssh /persist/etc/ssh/ssh_host_ed25519_key | cut -d ' ' -f 1 | xargs)" = "755 600" ]
  [ "$(lab host $host cat /run/agenix/demo)" = "the demo secret" ]
}

@test "--no-keys is nixos-anywhere alone, without a question" {
  run bootstrap --no-keys
  echo "$output"
  [ "$status" = 0 ]
  refute grep -q extra-files "$LAB/nixos-anywhere.log"
}

@test "without a terminal and without --yes it refuses, and nothing has happened" {
  run setsid "$SCRIPTS/ops-bootstrap.ts" "$host" "$target"
  [ "$status" = 1 ]
  [[ $output == *"no terminal to ask on"*"--yes"* ]]
  untouched
  until_there 3 none_staged
}

@test "the host's name must be typed; another one ends it" {
  for typed in vps-ultraman vps-pacman ""; do
    run expect -c '
      set timeout 60
      spawn -noecho '"{$SCRIPTS/ops-bootstrap.ts} $host $target --no-wait"'
      expect "to go on: "
      send "'"$typed"'\r"
      expect eof
      lassign [wait] pid id oserror status
      exit $status
    '
    echo "$output"
    if [ "$typed" = $host ]; then
      [ "$status" = 0 ]
      rm "$LAB/nixos-anywhere.log"
      lab blank $host
      lab wait $host
    else
      [ "$status" = 1 ]
      untouched
    fi
  done
}

@test "a target that is silent is found out within 10 seconds" {
  lab link $host down
  begun=$SECONDS
  run bootstrap --yes
  echo "$output"
  lab link $host up
  [ "$status" = 255 ]
  [ $((SECONDS - begun)) -le 12 ]
  [[ $output == *"can't be reached"* ]]
  untouched
}

@test "a machine of another architecture is refused" {
  lab blank $host --arch aarch64
  lab wait $host
  run bootstrap --yes
  echo "$output"
  [ "$status" = 1 ]
  [[ $output == *"it is aarch64-linux, and vps-ultraman is built for x86_64-linux"* ]]
  untouched
}

@test "too little memory is said, and what --no-disko-deps can do about it" {
  lab blank $host --memory 1000
  lab wait $host
  run bootstrap --yes --no-wait
  echo "$output"
  [[ $output == *"wants 1536 MiB"*"--no-disko-deps helps"* ]]
}

@test "a new key stops before the install, unless --yes, and is kept" {
  rm "$key" "$key.pub"
  run bootstrap --generate
  echo "$output"
  [ "$status" = 1 ]
  [[ $output == *"no secret is encrypted to this key yet: ssh-ed25519"*"stopped before the install"* ]]
  [ -s "$key" ]
  untouched
  until_there 3 none_staged
}

@test "a key that the flake's secrets.nix doesn't mention is warned of" {
  ssh-keygen -q -t ed25519 -N '' -f "$BATS_TEST_TMPDIR/other" && mv "$BATS_TEST_TMPDIR/other" "$key"
  run bootstrap --yes --no-wait
  echo "$output"
  [[ $output == *"warning: not found in"*"secrets.nix"*"no secret is encrypted to this key"* ]]
  cp "$BATS_TEST_TMPDIR/keys/vps/ssh_host_ed25519_key_$host" "$key"
  lab blank $host && lab wait $host
  run bootstrap --yes --no-wait
  echo "$output"
  [[ $output != *"not found in"* ]]
}

@test "what a target says of itself is never run here, and never a reason to go on" {
  lab host $host sh -c 'echo "MemTotal: ended[\$(touch /tmp/PWNED-$$)] kB" >/root/meminfo && mount --bind /root/meminfo /proc/meminfo' || skip "no bind mounts here"
  for shell in bash zsh dash; do
    "$SCRIPTS/ops-bootstrap.ts" $host $target --print >"$BATS_TEST_TMPDIR/script"
    refute setsid $shell "$BATS_TEST_TMPDIR/script" >"$BATS_TEST_TMPDIR/out" 2>&1
    refute ls /tmp/PWNED-*
    untouched
  done
}

@test "the machine that comes back with another key: status 31" {
  STAND_IN_KEY=other run bootstrap --yes --wait 60
  echo "$output"
  [ "$status" = 31 ]
  [[ $output == *"another host key"* ]]
}

@test "the machine that never comes back: status 30" {
  STAND_IN_RETURN=never run bootstrap --yes --wait 3
  echo "$output"
  [ "$status" = 30 ]
  [[ $output == *"not seen back within 3 s"* ]]
}

@test "the machine that comes back with another system: status 32" {
  STAND_IN_SYSTEM=other run bootstrap --yes --wait 60
  echo "$output"
  [ "$status" = 32 ]
  [[ $output == *"right key, but runs"* ]]
}

@test "nixos-anywhere's own failure is passed on, and no key stays" {
  STAND_IN_FAIL=disko:7 run bootstrap --yes
  echo "$output"
  [ "$status" = 7 ]
  until_there 3 none_staged
}

@test "kill -9 and ^C at each step leave no staged key" {
  "$SCRIPTS/ops-bootstrap.ts" $host $target --yes --no-wait --print >"$BATS_TEST_TMPDIR/script"
  for fault in KILL:kexec KILL:disko KILL:install INT:disko TERM:install; do
    signal=${fault%:*} phase=${fault#*:}
    STAND_IN_PAUSE=$phase:1 setsid env --default-signal=INT sh "$BATS_TEST_TMPDIR/script" >"$BATS_TEST_TMPDIR/out" 2>&1 3>&- &
    victim=$!
    paused() { grep -qs "^pause $phase" "$LAB/nixos-anywhere.log"; }
    until_there 30 paused
    [ -n "$(staged)" ]
    kill -s $signal -- "-$victim"
    wait $victim || :
    until_there 20 none_staged
    refute grep -rl "PRIVATE KEY" "$XDG_RUNTIME_DIR"
    rm -f "$LAB/nixos-anywhere.log"
    lab blank $host && lab wait $host
  done
}

@test "a NixOS installer: nothing is booted into memory, so its size is no matter" {
  lab blank $host --installer --memory 600
  lab wait $host
  run bootstrap --yes
  echo "$output"
  [ "$status" = 0 ]
  [[ $output != *"1536 MiB"* ]]
  [ "$(lab host $host cat /run/agenix/demo)" = "the demo secret" ]
}

@test "what nixos-anywhere takes, it gets; what it would refuse is refused first" {
  echo disk-secret >"$BATS_TEST_TMPDIR/disk.key"
  run bootstrap --yes --no-wait --disk-encryption-keys /tmp/disk.key "$BATS_TEST_TMPDIR/disk.key" --build-on local --disko-mode disko --phases kexec,disko,install
  echo "$output"
  [ "$status" = 0 ]
  for said in "--disk-encryption-keys /tmp/disk.key $BATS_TEST_TMPDIR/disk.key" "--build-on local" "--disko-mode disko" "--phases kexec\\,disko\\,install"; do
    grep -qF -e "$said" -e "${said//\\/}" "$LAB/nixos-anywhere.log" || { echo "$said"; cat "$LAB/nixos-anywhere.log"; false; }
  done
  for refused in "--vm-test --build-on remote" "--vm-test --disk-encryption-keys /tmp/disk.key $BATS_TEST_TMPDIR/disk.key"; do
    # shellcheck disable=SC2086
    run "$SCRIPTS/ops-bootstrap.ts" $host $refused
    [ "$status" = 2 ]
    [[ $output == *"can't go together"* ]]
  done
}

@test "the note's lifecycle, by the documentation's own lines, ends with a decrypted secret" {
  PATH=$SCRIPTS:$PATH
  mapfile -t lines < <(sed -n '/^hey ops bootstrap .*# first install/,/^```/p' "$SCRIPTS/../docs/keys.md" | grep '^hey' | sed 's/ *#.*//')
  [ "${#lines[@]}" = 4 ]
  for at in "${!lines[@]}"; do
    lab knobs $host "{\"marker\": \"line $at\"}"
    # There is neither a terminal nor a nixos-rebuild here.
    case ${lines[at]} in
      *bootstrap*) bash -c "${lines[at]} --yes" ;;
      *deploy*) bash -c "${lines[at]} --backend nix" ;;
      *) bash -c "${lines[at]}" ;;
    esac
  done
  [ "$(lab host $host cat /etc/motd)" = "line 2" ]
  lab reboot $host
  lab wait $host
  [ "$(lab host $host cat /etc/motd)" = "line 3" ]
  [ "$(lab host $host cat /run/agenix/demo)" = "the demo secret" ]
}

@test "from nothing to a decrypted secret, by the documentation's own lines" {
  mapfile -t typed < <(sed -n '/^## From nothing to a decrypted secret/,/^## Every/p' "$SCRIPTS/../docs/keys.md" | sed -n '/^```sh/,/^```/p' | grep -v '^```' | sed 's/  *#.*//')
  [ "${#typed[@]}" = 6 ]
  rm -rf "$keys" secrets secrets.nix
  git add -A
  export PATH=$SCRIPTS:$PATH EDITOR=$BATS_TEST_TMPDIR/editor
  # What a person writes: the public half that was shown.
  printf '%s\n' '#!/bin/sh' 'key=$(cat "$HOME/.ssh/keys.homelab/vps/ssh_host_ed25519_key_vps-ultraman.pub")' 'echo "{ \"secrets/demo.age\".publicKeys = [ \"$key\" ]; }" >"$1"' >"$EDITOR"
  chmod +x "$EDITOR"
  run bash -c "${typed[0]}"
  echo "$output"
  [ "$status" = 1 ]
  [[ $output == *"stopped before the install"* ]]
  [[ $output == *"$(cut -d ' ' -f 1,2 "$key.pub")"* ]]
  untouched
  bash -c "${typed[1]}"
  bash -c "${typed[2]}" <<<"from nothing"
  bash -c "${typed[3]}"
  # The question is asked on a terminal.
  bash -c "${typed[4]} --yes"
  [ "$(bash -c "${typed[5]}")" = "from nothing" ]
}

@test "--extra-files: a directory's files come with the keys, with their modes" {
  own=$BATS_TEST_TMPDIR/own
  mkdir -p "$own/etc/ssh" "$own/etc/secrets/initrd"
  echo "the initrd's" >"$own/etc/secrets/initrd/key"
  chmod 700 "$own" "$own/etc/secrets"
  chmod 600 "$own/etc/secrets/initrd/key"
  run bootstrap --yes --extra-files "$own"
  echo "$output"
  [ "$status" = 0 ]
  [ "$(lab host $host cat /etc/secrets/initrd/key)" = "the initrd's" ]
  [ "$(modes /etc/secrets /etc/secrets/initrd/key | cut -d ' ' -f 1 | xargs)" = "700 600" ]
  lab host $host cat /etc/ssh/ssh_host_ed25519_key | cmp - "$key"
  until_there 3 none_staged
  # Only one of two keys could arrive.
  cp "$key" "$own/etc/ssh/ssh_host_ed25519_key"
  run bootstrap --yes --extra-files "$own"
  [ "$status" = 1 ]
  [[ $output == *"--extra-files has etc/ssh/ssh_host_ed25519_key, which hey sends from the keys here; remove it there, or type --no-keys" ]]
}

@test "a NixOS of another name is not erased, unless --rename means it" {
  lab host $host sh -c 'mkdir -p /nix/store/x-system/etc && echo web9 >/nix/store/x-system/etc/hostname && ln -sfn /nix/store/x-system /run/current-system'
  run bootstrap --yes
  echo "$output"
  [ "$status" = 1 ]
  [[ $output == *"$target calls itself web9, and is to be $host; nothing was sent to it or changed on it (status 1). If it is to be $host: --rename" ]]
  untouched
  run bootstrap --yes --rename
  echo "$output"
  [ "$status" = 0 ]
}

# initrd SECONDS KEY [LINE…]: what answers at the host's address once it is off, for so long: an sshd with that key, in which no system runs.
initrd() {
  local seconds=$1
  cp "$2" "$BATS_TEST_TMPDIR/initrd_key"
  chmod 600 "$BATS_TEST_TMPDIR/initrd_key"
  printf '%s\n' "HostKey $BATS_TEST_TMPDIR/initrd_key" "AuthorizedKeysFile $LAB/id_ed25519.pub" "PermitRootLogin yes" "StrictModes no" "UsePAM no" \
    "PidFile none" "${@:3}" >"$BATS_TEST_TMPDIR/initrd"
  (
    # The lab leads nowhere to a host that is off.
    number=$(cat "$LAB/hosts/$host/number") address=$(ssh -F "$LAB/ssh_config" -G $target | sed -n 's/^hostname //p')
    is_off() { ip route get "$address" | grep -q nowhere; }
    until_there 100 is_off
    mkdir -p /run/sshd
    ip route replace "$address" dev "h$number"
    exec timeout "$seconds" nsenter --net="/run/netns/$host" /usr/sbin/sshd -D -f "$BATS_TEST_TMPDIR/initrd"
  ) </dev/null >/dev/null 2>&1 3>&- &
  started=$!
}

@test "an initrd that answers first, with the host's key or another, is not taken for the installed system" {
  ssh-keygen -q -t ed25519 -N '' -f "$BATS_TEST_TMPDIR/other"
  for first in "$key" "$BATS_TEST_TMPDIR/other"; do
    initrd 8 "$first"
    STAND_IN_RETURN=25 run bootstrap --yes --wait 120
    echo "$output"
    [ "$status" = 0 ]
    [[ $output == *"$host is installed: $target presents the key that was sent and runs $(built)" ]]
    case $first in
      "$key") said="answers with the key that was sent, but runs no installed system yet" ;;
      *) said="answers at $target with another key than the one sent" ;;
    esac
    # Once is enough.
    [ "$(grep -c "$said" <<<"$output")" = 1 ]
    lab blank $host && lab wait $host
  done
}

@test "an initrd that waits for its passphrase all the time: status 30, and what to look for" {
  initrd 100 "$key" "ForceCommand exit 1"
  STAND_IN_RETURN=never run bootstrap --yes --wait 6
  echo "$output"
  [ "$status" = 30 ]
  [[ $(tail -n 1 <<<"$output") == *"runs no installed system within 6 s"*"passphrase"*"then: ssh "* ]]
}

@test "--generate-hardware-config: what is written in the install is what must run afterwards" {
  echo '{ marker = "generated"; } // import ./hw.nix' >hosts/$host/default.nix
  git add -A
  for before in "" '{ marker = "before"; }'; do
    rm -f hosts/$host/hw.nix
    if [ -n "$before" ]; then echo "$before" >hosts/$host/hw.nix; fi
    git add -A
    run bootstrap --yes --generate-hardware-config nixos-generate-config hosts/$host/hw.nix
    echo "$output"
    [ "$status" = 0 ]
    [[ $output == *"$host is installed: $target presents the key that was sent and runs $(built)" ]]
    [ "$(lab host $host cat /etc/motd)" = generated ]
    lab blank $host && lab wait $host
  done
  # What can be known before is known: the architecture, and the name.
  lab blank $host --arch aarch64 && lab wait $host
  run bootstrap --yes --generate-hardware-config nixos-generate-config hosts/$host/hw.nix
  [ "$status" = 1 ]
  [[ $output == *"it is aarch64-linux, and vps-ultraman is built for x86_64-linux; nothing was done" ]]
}

@test "the last line is hey's: after a failure of nixos-anywhere, and after a ^C before it, in it and behind it" {
  STAND_IN_FAIL=disko:7 run bootstrap --yes
  echo "$output"
  [ "$status" = 7 ]
  [[ $(tail -n 1 <<<"$output") == "ops-bootstrap: nixos-anywhere has failed on $target (status 7); what is on its disks is not known"*"Look: ssh "*" root@$target. Then type the same line again" ]]
  lab blank $host && lab wait $host
  "$SCRIPTS/ops-bootstrap.ts" $host $target --yes --print >"$BATS_TEST_TMPDIR/script"
  # interrupted WHEN WORDS…: a ^C there ends with these words.
  interrupted() {
    setsid env --default-signal=INT sh "$BATS_TEST_TMPDIR/script" >"$BATS_TEST_TMPDIR/out" 2>&1 3>&- &
    victim=$!
    until_there 60 "$1"
    kill -s INT -- "-$victim"
    wait $victim && status=0 || status=$?
    cat "$BATS_TEST_TMPDIR/out"
    [ "$status" = 130 ]
    [[ $(tail -n 1 "$BATS_TEST_TMPDIR/out") == "ops-bootstrap: $2"* ]]
  }
  asks() { grep -qs "ops-bootstrap: evaluate" "$BATS_TEST_TMPDIR/out"; }
  interrupted asks "nothing was done on $target"
  paused() { grep -qs "^pause install" "$LAB/nixos-anywhere.log"; }
  STAND_IN_PAUSE=install:5 interrupted paused "nixos-anywhere was ended before it was done with $target; what is on its disks is not known"
  rm -f "$LAB/nixos-anywhere.log"
  lab blank $host && lab wait $host
  waits() { grep -qs "ops-bootstrap: wait for" "$BATS_TEST_TMPDIR/out"; }
  STAND_IN_RETURN=never interrupted waits "nixos-anywhere has done its part; whether $target came back as $host is not known. Look: ssh"
}
