#!/usr/bin/env bats
# ops-push-keys on a real target. What came of it is asked of the host itself, not through ssh.

load words

setup_file() {
  lab_only
}

setup() {
  host=vps-ultraman
  target=vps_ultraman_root
  keys=$HOME/.ssh/keys.homelab
  key=$keys/vps/ssh_host_ed25519_key_$host
  cp -a "$keys" "$BATS_TEST_TMPDIR/keys"
  cp "$LAB/known_hosts" "$BATS_TEST_TMPDIR/known_hosts"
  lab host $host sh -c 'rm -rf /root/kept /persist/etc; cp -a /etc/ssh /root/kept'
}

teardown() {
  rm -rf "$keys"
  cp -a "$BATS_TEST_TMPDIR/keys" "$keys"
  cp "$BATS_TEST_TMPDIR/known_hosts" "$LAB/known_hosts"
  lab host $host sh -c 'while umount /etc/ssh/ssh_host_ed25519_key* /etc/ssh /etc /persist/etc 2>/dev/null; do :; done; rm -rf /etc/ssh/.hey*; for f in /etc/ssh/*; do [ -d "$f" ] && [ ! -L "$f" ] || rm -f "$f"; done; rm -rf /etc/ssh/ssh_host_ed25519_key; cp -a /root/kept/. /etc/ssh; rm -rf /persist/etc'
}

push() { "$SCRIPTS/ops-push-keys.ts" "$host" "$target" "$@"; }
leftovers() {
  lab host $host find /etc/ssh /persist -name '.hey*'
  find "$XDG_RUNTIME_DIR" "$keys" -maxdepth 2 \( -name 'hey-keys.*' -o -name '.new-key.*' \)
}

@test "both keys arrive whole, with their modes, and the host is still reached" {
  push
  [ "$(modes /etc/ssh/ssh_host_ed25519_key /etc/ssh/global_ed25519 | xargs)" = "600 root /etc/ssh/ssh_host_ed25519_key 600 root /etc/ssh/global_ed25519" ]
  [ "$(modes /etc/ssh/ssh_host_ed25519_key.pub /etc/ssh/global_ed25519.pub | cut -d ' ' -f 1 | xargs)" = "644 644" ]
  [ "$(installed /etc/ssh/ssh_host_ed25519_key.pub)" = "$(derived "$key")" ]
  lab host $host cat /etc/ssh/ssh_host_ed25519_key | cmp - "$key"
  [ "$(installed /etc/ssh/global_ed25519.pub)" = "$(derived /persist/etc/ssh/global_ed25519)" ]
  answers
  [ -z "$(leftovers)" ]
}

@test "known_hosts has the new key in the place of the old, and others stay" {
  echo "elsewhere.example ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFX0Xv1PbXbBFZ5sT4b8hE2kG0T4bq0c3zUj0Q9h1m3x" >>"$LAB/known_hosts"
  name=$(ssh -F "$LAB/ssh_config" -G $target | sed -n 's/^hostname //p')
  push
  [ "$(ssh-keygen -F "$name" -f "$LAB/known_hosts" | grep -c ed25519)" = 1 ]
  [ "$(ssh-keygen -F "$name" -f "$LAB/known_hosts" | grep ed25519 | cut -d ' ' -f 1-3)" = "$name $(derived "$key")" ]
  grep -q '^elsewhere.example' "$LAB/known_hosts"
  before=$(cat "$LAB/known_hosts")
  push
  [ "$(cat "$LAB/known_hosts")" = "$before" ]
}

@test "known_hosts: the former key gives way wherever it stands; other lines, a link and a missing newline survive" {
  name=$(ssh -F "$LAB/ssh_config" -G $target | sed -n 's/^hostname //p')
  old=$(ssh-keygen -F "$name" -f "$LAB/known_hosts" | sed -n 's/.* ssh-ed25519 \([^ ]*\).*/\1/p')
  ssh-keygen -q -t ed25519 -N '' -f "$BATS_TEST_TMPDIR/other"
  other=$(cut -d ' ' -f 2 "$BATS_TEST_TMPDIR/other.pub")
  mv "$LAB/known_hosts" "$LAB/dotfile"
  {
    grep -v ^@ "$LAB/dotfile"
    printf '%s
' "# a comment" "alias-one,other.example,$name ssh-ed25519 $old with a comment" "elsewhere ssh-ed25519 $other"
    ssh-keygen -q -H -F "$name" -f "$LAB/dotfile" | head -n 1
    printf '%s' "last.example ssh-ed25519 $other"
  } >"$BATS_TEST_TMPDIR/lines"
  mv "$BATS_TEST_TMPDIR/lines" "$LAB/dotfile"
  ln -s "$LAB/dotfile" "$LAB/known_hosts"
  push
  [ "$(readlink "$LAB/known_hosts")" = "$LAB/dotfile" ]
  new=$(derived "$key" | cut -d ' ' -f 2)
  refute grep -qF "$old" "$LAB/dotfile"
  grep -qxF "alias-one,other.example,$name ssh-ed25519 $new with a comment" "$LAB/dotfile"
  grep -qxF "elsewhere ssh-ed25519 $other" "$LAB/dotfile"
  grep -qxF "# a comment" "$LAB/dotfile"
  grep "^|1|" "$LAB/dotfile" | grep -qF " ssh-ed25519 $new"
  [ "$(tail -n 1 "$LAB/dotfile")" = "last.example ssh-ed25519 $other" ]
  answers
  ssh -F "$LAB/ssh_config" vps_ultraman_2222 true
  rm "$LAB/known_hosts"
}

@test "an ssh configuration for shells does no harm, and no key is echoed" {
  for option in RequestTTY=force RemoteCommand=tmux; do
    run push --ssh-option $option
    [ "$status" = 0 ]
    [[ $output != *"PRIVATE KEY"* ]]
  done
}

@test "--keep-known-hosts says the line and writes nothing" {
  run push --keep-known-hosts
  [ "$status" = 0 ]
  [[ $output == *"$(derived "$key")"* ]]
  cmp "$LAB/known_hosts" "$BATS_TEST_TMPDIR/known_hosts"
}

@test "--persist puts them into /persist/etc/ssh and leaves /etc/ssh alone" {
  before=$(lab host $host md5sum /etc/ssh/ssh_host_ed25519_key)
  push --persist --keep-known-hosts
  [ "$(installed /persist/etc/ssh/ssh_host_ed25519_key.pub)" = "$(derived "$key")" ]
  [ "$(modes /persist/etc/ssh/ssh_host_ed25519_key | cut -d ' ' -f 1)" = 600 ]
  [ "$(modes /persist/etc/ssh | cut -d ' ' -f 1)" = 755 ]
  [ "$(lab host $host md5sum /etc/ssh/ssh_host_ed25519_key)" = "$before" ]
}

@test "a host key that is a link into /persist is replaced there, and stays a link" {
  lab host $host sh -c 'mkdir -p /persist/etc/ssh; mv /etc/ssh/ssh_host_ed25519_key* /persist/etc/ssh; ln -s /persist/etc/ssh/ssh_host_ed25519_key /etc/ssh/; ln -s /persist/etc/ssh/ssh_host_ed25519_key.pub /etc/ssh/'
  push
  [ "$(lab host $host readlink /etc/ssh/ssh_host_ed25519_key)" = /persist/etc/ssh/ssh_host_ed25519_key ]
  [ "$(installed /persist/etc/ssh/ssh_host_ed25519_key.pub)" = "$(derived "$key")" ]
  answers
  [ -z "$(leftovers)" ]
}

@test "a link that leads elsewhere, and a directory in the way, are refused and nothing changes" {
  lab host $host sh -c 'mkdir -p /root/elsewhere; ln -sf /root/elsewhere/k /etc/ssh/global_ed25519; touch /root/elsewhere/k'
  before=$(lab host $host md5sum /etc/ssh/ssh_host_ed25519_key)
  run push
  [ "$status" = 1 ]
  [[ $output == *"outside of /etc/ssh"* ]]
  lab host $host sh -c 'rm /etc/ssh/global_ed25519; mkdir /etc/ssh/global_ed25519'
  run push
  [ "$status" = 1 ]
  [[ $output == *"is a directory"* ]]
  [ "$(lab host $host md5sum /etc/ssh/ssh_host_ed25519_key)" = "$before" ]
  lab host $host rmdir /etc/ssh/global_ed25519
  [ -z "$(leftovers)" ]
}

@test "--persist on a host whose sshd has another key: both are known, and the host is still reached" {
  run push --persist
  [ "$status" = 0 ]
  [[ $output == *"both are known here"*"$(derived "$key")"* ]]
  answers
  name=$(ssh -F "$LAB/ssh_config" -G $target | sed -n 's/^hostname //p')
  [ "$(ssh-keygen -F "$name" -f "$LAB/known_hosts" | grep -c ed25519)" = 2 ]
  run push --persist
  [[ $output == *"has these keys already"* ]]
}

@test "--check compares three fingerprints and changes nothing" {
  before=$(lab host $host sh -c 'ls -la --time-style=full-iso /etc/ssh; md5sum /etc/ssh/ssh_host*')
  run push --check
  [ "$status" = 1 ]
  [[ $output == *"different: global_ed25519 ssh_host_ed25519_key sshd"* ]]
  [ "$(lab host $host sh -c 'ls -la --time-style=full-iso /etc/ssh; md5sum /etc/ssh/ssh_host*')" = "$before" ]
  push
  run push --check
  [ "$status" = 0 ]
  [[ $output == *"all the same"* ]]
  [ "$(grep -c "$(ssh-keygen -lf "$key" | cut -d ' ' -f 2)" <<<"$output")" = 3 ]
  [ -z "$(leftovers)" ]
}

@test "--key-cmd takes the host key from a command, and no copy is left" {
  cp "$key" "$BATS_TEST_TMPDIR/vault"
  expected=$(derived "$key")
  rm "$key" "$key.pub"
  push --key-cmd "cat '$BATS_TEST_TMPDIR/vault'"
  [ "$(installed /etc/ssh/ssh_host_ed25519_key.pub)" = "$expected" ]
  answers
  sleep 0.5
  [ -z "$(leftovers)" ]
  run push --key-cmd "exit 3"
  [ "$status" != 0 ]
  [ -z "$(leftovers)" ]
}

@test "an sshd from 9.8 on holds its key in memory: its configuration is checked, and it starts anew" {
  # OpenSSH is older here: ssh and sshd of a directory that comes first on the host's PATH say otherwise, and take notes.
  lab host $host sh -c 'mkdir -p /root/newer; printf "#!/bin/sh\necho OpenSSH_10.0p2 >&2\n" >/root/newer/ssh; printf "#!/bin/sh\necho checked >>/root/newer/log\nexit \$(cat /root/newer/status)\n" >/root/newer/sshd; chmod +x /root/newer/*; echo 0 >/root/newer/status'
  path=$(ssh -F "$LAB/ssh_config" $target 'echo $PATH')
  lab knobs $host "{\"sshdExtra\": \"SetEnv PATH=/root/newer:$path\"}"
  "$SCRIPTS/ops-deploy.ts" $host $target --backend nix
  push
  [ "$(lab host $host cat /root/newer/log)" = checked ]
  answers
  # A configuration that sshd would refuse: it is left running, and that is said.
  rm "$key" "$key.pub" && ssh-keygen -q -t ed25519 -N '' -f "$key"
  lab host $host sh -c 'echo 1 >/root/newer/status'
  run push
  [[ $output == *"sshd presents the old key until it is restarted"* ]]
  answers
  lab knobs $host '{}'
  "$SCRIPTS/ops-deploy.ts" $host $target --backend nix
}

@test "--no-global sends the host key only" {
  push --no-global
  run lab host $host test -e /etc/ssh/global_ed25519
  [ "$status" = 1 ]
  [ "$(installed /etc/ssh/ssh_host_ed25519_key.pub)" = "$(derived "$key")" ]
}

@test "--generate makes a missing key once, in its class, and never touches one that exists" {
  rm "$key" "$key.pub"
  run push
  [ "$status" = 1 ]
  [[ $output == *"no host key for vps-ultraman"*"--generate"* ]]
  push --generate --class server
  made=$keys/server/ssh_host_ed25519_key_$host
  [ "$(stat -c %a "$made")" = 600 ]
  [ "$(cut -d ' ' -f 3 "$made.pub")" = vps-ultraman.local ]
  [ "$(installed /etc/ssh/ssh_host_ed25519_key.pub)" = "$(derived "$made")" ]
  answers
  sum=$(md5sum "$made")
  push --generate
  [ "$(md5sum "$made")" = "$sum" ]
  [ ! -e "$key" ]
  [ -z "$(leftovers)" ]
}

@test "keys that sshd would refuse are refused here, and nothing is sent" {
  before=$(lab host $host sh -c 'ls -la --time-style=full-iso /etc/ssh; md5sum /etc/ssh/ssh_host*')
  try() {
    run push
    [ "$status" = 1 ] || { echo "$1: status $status: $output"; return 1; }
    [[ $output == *"$1"* ]] || { echo "$1 is not in: $output"; return 1; }
  }
  good=$(cat "$key" && echo .)
  rm "$key" && ssh-keygen -q -t ed25519 -N secret -f "$key"
  try "passphrase"
  rm "$key" && ssh-keygen -q -t rsa -b 2048 -N '' -f "$key"
  try "of type ssh-rsa, not ssh-ed25519"
  printf '%s' "$(cat "$BATS_TEST_TMPDIR/keys/vps/ssh_host_ed25519_key_$host")" >"$key"
  try "no newline at its end"
  sed 's/$/\r/' "$BATS_TEST_TMPDIR/keys/vps/ssh_host_ed25519_key_$host" >"$key"
  try "carriage returns"
  head -c 200 "$BATS_TEST_TMPDIR/keys/vps/ssh_host_ed25519_key_$host" >"$key" && echo >>"$key"
  try "no private key"
  : >"$key"
  try "empty"
  rm "$key" && ln -s /nowhere "$key"
  try "broken link"
  rm "$key" && mkdir "$key"
  try "directory"
  rmdir "$key" && printf '%s' "${good%.}" >"$key" && chmod 600 "$key"
  cp -p "$key" "$keys/pc/"
  try "more than one key"
  [ "$(lab host $host sh -c 'ls -la --time-style=full-iso /etc/ssh; md5sum /etc/ssh/ssh_host*')" = "$before" ]
}

@test "a wrong .pub beside the key is not believed" {
  ssh-keygen -q -t ed25519 -N '' -f "$BATS_TEST_TMPDIR/other"
  cp "$BATS_TEST_TMPDIR/other.pub" "$key.pub"
  push
  [ "$(installed /etc/ssh/ssh_host_ed25519_key.pub)" = "$(derived "$key")" ]
}

@test "a key that others can read here is refused with what to type, and then is private there" {
  chmod 644 "$key"
  run push
  [ "$status" = 1 ]
  [[ $output == *" $key can be read by others (mode 0644). Try: chmod 600 $key" ]]
  chmod 600 "$key"
  push
  [ "$(modes /etc/ssh/ssh_host_ed25519_key | cut -d ' ' -f 1)" = 600 ]
  answers
}

@test "the demo secret decrypts after push-keys and a deploy, not before" {
  run lab host $host cat /run/agenix/demo
  [ "$status" != 0 ]
  push
  "$SCRIPTS/ops-deploy.ts" $host $target --backend nix --test
  [ "$(lab host $host cat /run/agenix/demo)" = "the demo secret" ]
  [ "$(modes /run/agenix/demo | cut -d ' ' -f 1)" = 400 ]
  # The system is the same, and was activated with these keys.
  [[ $("$SCRIPTS/ops-deploy.ts" $host $target --backend nix --test 2>&1) == *"already so: "* ]]
  lab host $host rm /run/agenix/demo /etc/ssh/global_ed25519 /etc/ssh/global_ed25519.pub
  push
  "$SCRIPTS/ops-deploy.ts" $host $target --guard
  [ "$(lab host $host cat /run/agenix/demo)" = "the demo secret" ]
  [[ $("$SCRIPTS/ops-deploy.ts" $host $target --guard 2>&1) == *"already so: "* ]]
}

@test "no word of a key is in the argv of any process, the print or the output" {
  marker=$(sed -n 2p "$key")
  (while :; do cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\0' ' '; done) >"$BATS_TEST_TMPDIR/argv" 3>&- &
  watcher=$!
  push >"$BATS_TEST_TMPDIR/out" 2>&1
  push --print >>"$BATS_TEST_TMPDIR/out"
  kill $watcher
  [ -s "$BATS_TEST_TMPDIR/argv" ]
  grep -q ops-push-keys "$BATS_TEST_TMPDIR/argv"
  refute grep -qF -e "$marker" -e "${marker:10:30}" "$BATS_TEST_TMPDIR/argv" "$BATS_TEST_TMPDIR/out"
}

@test "the printed script does the same" {
  push --print | sh
  [ "$(installed /etc/ssh/ssh_host_ed25519_key.pub)" = "$(derived "$key")" ]
  answers
}

@test "killed at any of 60 instants: old keys or new ones, never a mixture, always reachable" {
  # A known new pair for both names, so that old and new can be told apart.
  push --keep-known-hosts
  old_host=$(installed /etc/ssh/ssh_host_ed25519_key.pub) old_global=$(installed /etc/ssh/global_ed25519.pub)
  lab host $host sh -c 'rm -rf /root/old; mkdir /root/old; cp -p /etc/ssh/ssh_host_ed25519_key* /etc/ssh/global_ed25519* /root/old'
  name=$(ssh -F "$LAB/ssh_config" -G $target | sed -n 's/^hostname //p')
  rm "$key" "$key.pub" && ssh-keygen -q -t ed25519 -N '' -f "$key"
  cp -p /persist/etc/ssh/global_ed25519 "$BATS_TEST_TMPDIR/global"
  rm /persist/etc/ssh/global_ed25519 && ssh-keygen -q -t ed25519 -N '' -f /persist/etc/ssh/global_ed25519
  new_host=$(derived "$key") new_global=$(derived /persist/etc/ssh/global_ed25519)
  printf '%s\n' "$name $old_host" "$name $new_host" >"$LAB/known_hosts"
  "$SCRIPTS/ops-push-keys.ts" $host $target --keep-known-hosts --print >"$BATS_TEST_TMPDIR/script"
  begun=$(date +%s%N) && sh "$BATS_TEST_TMPDIR/script" 2>/dev/null && took=$((($(date +%s%N) - begun) / 1000000))
  olds=0 news=0
  for i in $(seq 60); do
    lab host $host sh -c 'cp -pf /root/old/* /etc/ssh'
    setsid sh "$BATS_TEST_TMPDIR/script" 2>/dev/null 3>&- &
    victim=$!
    sleep "$(printf '%d.%03d' $((took * 11 * i / 600 / 1000)) $((took * 11 * i / 600 % 1000)))"
    kill -s KILL -- "-$victim" 2>/dev/null || :
    wait $victim 2>/dev/null || :
    lab host $host sh -c 'for n in $(seq 100); do ls -d /etc/ssh/.hey* >/dev/null 2>&1 || exit 0; sleep 0.1; done; ls -d /etc/ssh/.hey*; ps -ef --forest; ls -la /etc/ssh/.hey*; exit 1'
    now_host=$(installed /etc/ssh/ssh_host_ed25519_key.pub) now_global=$(installed /etc/ssh/global_ed25519.pub)
    case "$now_host $now_global" in
      "$old_host $old_global") olds=$((olds + 1)) ;;
      "$new_host $new_global") news=$((news + 1)) ;;
      *) echo "mixed at $i"; false ;;
    esac
    for file in ssh_host_ed25519_key global_ed25519; do
      lab host $host sh -c "ssh-keygen -y -P '' -f /etc/ssh/$file | cut -d ' ' -f 1,2 | cmp - /dev/fd/3 3<<X
\$(cut -d ' ' -f 1,2 /etc/ssh/$file.pub)
X"
    done
    [ "$(modes /etc/ssh/ssh_host_ed25519_key /etc/ssh/global_ed25519 | cut -d ' ' -f 1 | xargs)" = "600 600" ]
    answers
  done
  cp -p "$BATS_TEST_TMPDIR/global" /persist/etc/ssh/global_ed25519
  echo "old $olds, new $news"
  # Both must have happened, or the instants were badly chosen.
  [ "$olds" -gt 5 ] && [ "$news" -gt 0 ]
  # What kill -9 leaves here is links and public halves, nothing private.
  for stage in "$XDG_RUNTIME_DIR"/hey-keys.*; do
    [ -d "$stage" ] || continue
    [ "$(stat -c %a "$stage")" = 700 ]
    refute grep -r -l "PRIVATE KEY" "$stage"
    rm -rf "$stage"
  done
}

@test "a host key that is mounted, and a directory that can't be written, are found before the first change" {
  before=$(lab host $host sh -c 'cat /etc/ssh/ssh_host*')
  refused_first() {
    run push "${@:2}"
    echo "$output"
    [ "$status" = 1 ]
    [[ $(tail -n 1 <<<"$output") == *"$1; nothing was changed on root@$target (status 1)" ]]
    [ "$(lab host $host sh -c 'cat /etc/ssh/ssh_host*')" = "$before" ]
    cmp "$LAB/known_hosts" "$BATS_TEST_TMPDIR/known_hosts"
    answers
    [ -z "$(leftovers)" ]
  }
  for file in ssh_host_ed25519_key ssh_host_ed25519_key.pub; do
    lab host $host sh -c "mkdir -p /persist/etc/ssh; cp -p /etc/ssh/$file /persist/etc/ssh/; mount --bind /persist/etc/ssh/$file /etc/ssh/$file"
    refused_first "/etc/ssh/$file is a mount of its own there, and can not be replaced: type --persist"
    lab host $host umount /etc/ssh/$file
  done
  # From elsewhere: nothing is known of where it should go.
  lab host $host sh -c 'rm -r /persist/etc; cp -p /etc/ssh/ssh_host_ed25519_key /root/other_disk; mount --bind /root/other_disk /etc/ssh/ssh_host_ed25519_key'
  refused_first "/etc/ssh/ssh_host_ed25519_key is a mount of its own there, and can not be replaced"
  lab host $host umount /etc/ssh/ssh_host_ed25519_key
  for read_only in /etc /etc/ssh; do
    lab host $host sh -c "mount --bind $read_only $read_only; mount -o remount,bind,ro $read_only"
    refused_first "/etc/ssh can not be written there"
    lab host $host mkdir -p /persist/etc/ssh
    refused_first "/etc/ssh can not be written there: type --persist"
    lab host $host sh -c "umount $read_only; rm -r /persist/etc"
  done
  lab host $host sh -c 'mkdir -p /persist/etc; mount -t tmpfs -o ro none /persist/etc'
  refused_first "/persist/etc can not be written there" --persist
  lab host $host umount /persist/etc
}

@test "a host that gives up half-way says so, and keys stay what they were" {
  before=$(lab host $host sh -c 'cat /etc/ssh/ssh_host*')
  # An mv that fails at the third file: the public half of the host's key.
  path=$(ssh -F "$LAB/ssh_config" $target 'echo $PATH')
  lab host $host sh -c 'mkdir -p /root/broken; printf "#!/bin/sh\ncase \$* in */ssh_host_ed25519_key.pub\ /etc*) [ -e /root/broken/done ] || { : >/root/broken/done; exit 1; } ;; esac\nPATH=${PATH#/root/broken:} exec mv \"\$@\"\n" >/root/broken/mv; chmod +x /root/broken/mv'
  push --print | sed "s|\"sh -c 'echo; echo|\"env PATH=/root/broken:$path sh -c 'echo; echo|" >"$BATS_TEST_TMPDIR/script"
  run sh "$BATS_TEST_TMPDIR/script"
  echo "$output"
  [ "$status" = 1 ]
  [[ $output == *"/etc/ssh/ssh_host_ed25519_key.pub can not be replaced there; nothing was changed"* ]]
  [ "$(lab host $host sh -c 'cat /etc/ssh/ssh_host*')" = "$before" ]
  run lab host $host ls /etc/ssh/global_ed25519
  [ "$status" -ne 0 ]
  [ -z "$(leftovers)" ]
  answers
}

@test "what a power cut has left of an exchange is settled by the next run" {
  lab host $host sh -c 'cd /etc/ssh; mkdir -m 700 .hey-keys.dead .hey-keys.dead/old .hey-keys.dead/new; ln -s old .hey-keys.dead/now
    for file in ssh_host_ed25519_key ssh_host_ed25519_key.pub; do mv $file .hey-keys.dead/old; ln -s /etc/ssh/.hey-keys.dead/now/$file $file; done
    ln -s /etc/ssh/.hey-keys.dead/now/global_ed25519 global_ed25519'
  answers
  push --no-global
  [ "$(installed /etc/ssh/ssh_host_ed25519_key.pub)" = "$(derived "$key")" ]
  [ -z "$(lab host $host find /etc/ssh -maxdepth 1 -type l ! -name sshd_config)" ]
  [ -z "$(leftovers)" ]
  answers
}

@test "a link that is cut while the keys go: it ends within two minutes, and ssh gets in afterwards" {
  # The far program waits for a moment, so that the cut hits it.
  push --print | sed 's/^  timeout -k 10 120 tar/  sleep 3; &/' >"$BATS_TEST_TMPDIR/script"
  sh "$BATS_TEST_TMPDIR/script" >"$BATS_TEST_TMPDIR/out" 2>&1 3>&- &
  pushing=$!
  staging() { lab host $host sh -c 'ls -d /etc/ssh/.hey-keys.*' >/dev/null 2>&1; }
  until_there 20 staging
  begun=$SECONDS
  lab link $host down
  wait $pushing && status=0 || status=$?
  took=$((SECONDS - begun))
  lab link $host up
  cat "$BATS_TEST_TMPDIR/out"
  [ "$status" = 1 ]
  [ $took -le 120 ]
  [[ $(tail -n 1 "$BATS_TEST_TMPDIR/out") == *"it is not known whether the keys arrived; each on the target is whole"*"--check" ]]
  until_there 20 answers
  none_left() { [ -z "$(leftovers)" ]; }
  until_there 150 none_left
}
