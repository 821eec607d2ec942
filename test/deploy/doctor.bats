#!/usr/bin/env bats
# What ops-doctor finds: each made to happen, and seen; and nothing of a host that is well.

load words
load guarded
load fleet
load elevated

setup_file() {
  lab_only
  host=vps-ultraman
  export password=$BATS_FILE_TMPDIR/password
  admin_with_password
}
setup() {
  guarded_setup plain
  # A key of its own is kept here and lies there, as after a first install.
  if [ ! -e "$BATS_FILE_TMPDIR/keys" ]; then
    "$SCRIPTS/ops-push-keys.ts" $host $target >/dev/null 2>&1
    touch "$BATS_FILE_TMPDIR/keys"
  fi
}

doctor() { "$SCRIPTS/ops-doctor.ts" "$@"; }
# found LINE…: ids of the findings, with the host's name where it is of one, sorted
found() { doctor --json --skip tools "$@" | jq -r '.[] | "\(.level) \(.id)"' | sort | paste -sd ,; }
# through_jump COMMAND…: where the target "behind" is the host through another one, and "mapped" the same at a port that leads to its 22
through_jump() {
  local address
  address=$(ssh -G -F "$LAB/ssh_config" $target | sed -n 's/^hostname //p')
  printf "Host %s\n  HostName $address\n  User root\n  %s\n" behind "ProxyJump vps-pacman" \
    mapped "Port 2022
  HostKeyAlias $address
  ProxyCommand ssh -v -F $LAB/ssh_config -W $address:22 vps-pacman" | cat - "$LAB/ssh_config" >"$BATS_TEST_TMPDIR/jump"
  NIX_SSHOPTS="-F $BATS_TEST_TMPDIR/jump" "$@"
}
# through SHELL COMMAND…: where that is the login shell of root: a path, or lines of sh
through() {
  local shell=$1 status=0
  shift
  if [[ $shell == *" "* ]]; then
    there sh -c 'printf "#!/bin/sh\n%s\n" "$1" >/etc/shell && chmod 755 /etc/shell' sh "$shell"
    shell=/etc/shell
  fi
  there sed -i.kept "s,^root:.*,root:x:0:0::/root:$shell," /etc/passwd
  "$@" || status=$?
  there mv /etc/passwd.kept /etc/passwd
  return "$status"
}
# found_words WORD…: the findings that doctor has with these words, and what was seen
found_words() { doctor --json --skip tools "$@" | jq -r '.[] | "\(.id) \(.seen)"'; }
there() { lab host $host "$@"; }

@test "a host that is well has no errors and no warnings, over one connection, and nothing is changed" {
  deploy --backend nix
  before=$(logins $host) activations=$(activations)
  run doctor $host $target
  echo "$output"
  [ "$status" = 0 ]
  [[ ${lines[-1]} == "1 host: 0 errors, 0 warnings" ]]
  [ $(($(logins $host) - before)) = 1 ]
  [ "$(activations)" = "$activations" ]
  [ "$(found $host $target)" = "" ]
  [[ $(doctor --json $host $target | jq -r '.[0] | "\(.id) \(.host) \(.fix) \(.seen)"') == "tools null null nix (Nix) "*"OpenSSH_"* ]]
}

@test "why a host can't be reached is told apart, each with its own remedy" {
  sed "s/^Host vps_ultraman_root\$/Host nowhere.invalid\n  HostName nowhere.invalid\nHost closed\n  HostName 127.0.0.1\n  Port 9\nHost unknown\n  UserKnownHostsFile \/dev\/null\nHost refused\n  IdentityFile none\n  IdentitiesOnly yes\n  PubkeyAuthentication no\nHost changed\n  UserKnownHostsFile ${BATS_TEST_TMPDIR//\//\\\/}\/changed\n&/" "$LAB/ssh_config" >"$BATS_TEST_TMPDIR/config"
  address=$(ssh -G -F "$LAB/ssh_config" $target | sed -n 's/^hostname //p')
  sed -i "s/^Host \(unknown\|refused\|changed\)\$/&\n  HostName $address/" "$BATS_TEST_TMPDIR/config"
  echo "$address $(cut -d ' ' -f 1,2 /etc/ssh/global_ed25519.pub)" >"$BATS_TEST_TMPDIR/changed"
  export NIX_SSHOPTS="-F $BATS_TEST_TMPDIR/config"
  bad=0
  while read -r name id fix; do
    answer=$(doctor --json --skip tools $host "$name" | jq -r '.[] | select(.level == "error") | "\(.id) \(.fix)"')
    [[ $answer == "$id "*"$fix"* ]] || { echo "$name: $answer"; bad=1; }
  done <<ROWS
nowhere.invalid name-unknown ssh -G
closed port-closed ssh -v
unknown host-key-unknown ssh -G
refused login-refused ssh-copy-id
changed host-key-changed ssh-keygen -f
ROWS
  [ "$bad" = 0 ]
  # A login shell that ends at once, without a word or with half a line: what ssh -v says is no reason, nor are its words ssh's.
  silent=$(through /bin/false doctor --json --skip tools $host $target | jq -r '.[].seen')
  half=$(through 'printf "not today" >&2; exit 3' found_words $host $target)
  refusing=$(through 'echo "Connection refused: backend timed out" >&2; exit 1' found_words $host $target)
  echo "$silent" "$half" "$refusing"
  [ "$silent" = "has said nothing that can be understood (status 1)" ]
  [ "$half" = "unreachable not today" ]
  [ "$refusing" = "unreachable Connection refused: backend timed out" ]
  lab link $host down
  began=$SECONDS
  run found $host $target
  lab link $host up
  echo "$output"
  [[ $output == *"error no-answer"* ]]
  [ $((SECONDS - began)) -le 10 ]
}

@test "half an answer is none, and a login that talks is no answer of the host's" {
  deploy --backend nix
  # It does what it is asked, and then hangs, or is cut off.
  late=$(through '/bin/sh "$@"; sleep 60' found_words $host $target)
  late_at=$(through '/bin/sh "$@"; sleep 60' doctor --json --skip tools $host $target | jq -r '.[].fix')
  cut=$(through '/bin/sh "$@" | head -n 5; exit 255' found_words $host $target)
  # Half a line before the first fact, as of a terminal's title, or whole ones.
  titled=$(through 'printf "\\033]0;title\\007"; exec /bin/sh "$@"' found_words $host $target)
  greeted=$(through 'printf "\\nroot says: Welcome\\n"; exec /bin/sh "$@"' found_words $host $target)
  user=$(through 'printf "Welcome! "; exec /bin/sh "$@"' "$SCRIPTS/ops-status.ts" $host --json | jq -r '.[].user')
  echo "$late" "$late_at" "$cut" "$titled" "$greeted" "$user"
  [ "$late" = "no-answer it lets ssh in, and has not answered within 8 s" ]
  [[ $late_at == "ssh -v "*" root@$target true" ]]
  [ "$cut" = "unreachable has given half an answer (status 255)" ]
  said() { echo "login-talks the login writes \"$1\" to stdout before a command, which breaks nix copy; only a shell at a terminal may"; }
  [ "$titled" = "$(said '\u001b]0;title\u0007')" ]
  [ "$greeted" = "$(said '\nroot says: Welcome\n')" ]
  [ "$user" = root ]
  # A deployment understands it as well: that the login does not become root is said for what it is.
  sudo_rules 'admin ALL=(ALL) ALL'
  there sed -i.kept 's,^\(admin:.*\):[^:]*$,\1:/etc/shell,' /etc/passwd
  run "$SCRIPTS/ops-deploy.ts" $host admin@$target --backend nix --elevate sudo
  there mv /etc/passwd.kept /etc/passwd
  echo "$output"
  [[ $output == *"sudo there asks admin for a password"* ]]
}

@test "a host's key that is not known, or another, is known once the fix was run and its fingerprint said yes to" {
  local at=$BATS_TEST_TMPDIR address
  address=$(ssh -G -F "$LAB/ssh_config" $target | sed -n 's/^hostname //p')
  printf "Host named\n  HostName $address\n  User root\n  HostKeyAlias of-ultraman\n  UserKnownHostsFile $at/named\nHost several\n  HostName $address\n  User root\n  UserKnownHostsFile $at/first $at/second\n" |
    cat - "$LAB/ssh_config" >"$at/config"
  printf '#!/bin/sh\nprintf "%%s\n" "$1" >>%q\necho yes\n' "$at/asked" >"$at/yes" && chmod 755 "$at/yes"
  export SSH_ASKPASS=$at/yes SSH_ASKPASS_REQUIRE=force
  other=$(cut -d ' ' -f 1,2 /etc/ssh/global_ed25519.pub)
  # mended NAME ID: that is what is found, and nothing any more once the fix was run
  mended() {
    [ "$(found $host "$1" --ssh-config "$at/config")" = "error $2" ]
    sh -c "$(doctor --json $host "$1" --ssh-config "$at/config" | jq -r --arg id "$2" '.[] | select(.id == $id) | .fix')"
    [ "$(found $host "$1" --ssh-config "$at/config")" = "" ]
  }
  unset NIX_SSHOPTS
  mended named host-key-unknown
  grep -q '^of-ultraman ' "$at/named"
  grep -q 'fingerprint is SHA256:' "$at/asked"
  echo "of-ultraman $other" >"$at/named"
  mended named host-key-changed
  # Of several files ssh says in which it is.
  echo "$address $other" | tee "$at/second" >"$at/kept"
  mended several host-key-changed
  refute grep -qxFf "$at/kept" "$at/second"
  # Of a host that leads to the target: its key, and not the target's, by an ssh that goes to it.
  hop=$(ssh -G -F "$LAB/ssh_config" vps-pacman | sed -n 's/^hostname //p')
  printf "Host behind\n  HostName $address\n  ProxyJump root@hop:22\n  UserKnownHostsFile $at/behind\nHost hop\n  HostName $hop\n  UserKnownHostsFile $at/hop\n" | cat - "$LAB/ssh_config" >"$at/config"
  grep -F "$address " "$LAB/known_hosts" >"$at/behind"
  cp "$at/behind" "$at/before"
  true >"$at/hop"
  mended behind host-key-unknown
  echo "$hop $other" >"$at/hop"
  why=$("$SCRIPTS/ops-status.ts" $host behind --ssh-config "$at/config" --json | jq -r ".[].why")
  echo "$why"
  [ "$why" = "Host key verification failed." ]
  mended behind host-key-changed
  cmp "$at/behind" "$at/before"
  lab link vps-pacman down
  down=$(doctor --json $host behind --ssh-config "$at/config" | jq -r '.[] | select(.id == "no-answer") | "\(.fix) \(.seen)"')
  lab link vps-pacman up
  echo "$down"
  [[ $down == "ping -c 3 $hop Connection timed out"*" ($hop, which leads there)" ]]
  sed -i 's/^Host hop$/&\n  PubkeyAuthentication no/' "$at/config"
  [[ $(doctor --json $host behind --ssh-config "$at/config" | jq -r '.[] | "\(.id) \(.fix)"') == *"login-refused ssh-copy-id -F $at/config -o 'Port=22' root@hop" ]]
}

@test "a fix reaches the host as the doctor did" {
  sudo_rules 'admin ALL=(ALL) NOPASSWD: ALL'
  trusted_users
  there sh -c 'head -c 5000000 /dev/zero >/boot/filler 2>/dev/null; true'
  unset NIX_SSHOPTS
  cd /
  asked=(--flake "$FLEET" --ssh-config "$LAB/ssh_config" --ssh-option ConnectTimeout=7)
  doctor --json $host admin@$target "${asked[@]}" --elevate sudo >"$BATS_TEST_TMPDIR/found" || :
  there rm -f /boot/filler
  fix() { jq -r --arg id "$1" '[.[] | select(.id == $id)][0].fix' "$BATS_TEST_TMPDIR/found"; }
  run sh -c "$(fix untrusted)"
  echo "$output"
  [ "$status" = 0 ]
  run sh -c "$(fix boot-full)"
  echo "$output"
  [ "$status" = 0 ]
  # Without --elevate it is root who goes: sudo's password is for a deployment.
  sudo_rules 'admin ALL=(ALL) ALL'
  doctor --json $host admin@$target "${asked[@]}" >"$BATS_TEST_TMPDIR/found" || :
  [ "$(fix no-root)" = "$SCRIPTS/ops-deploy.ts $host admin@$target ${asked[*]:0:4} --ssh-option 'ConnectTimeout=7' --ask-elevate-password" ]
  doctor --json $host admin@$target "${asked[@]}" --ask-elevate-password >"$BATS_TEST_TMPDIR/found" || :
  [ "$(fix no-root)" = "$SCRIPTS/ops-deploy.ts --elevate sudo --ask-elevate-password $host admin@$target ${asked[*]:0:4} --ssh-option 'ConnectTimeout=7'" ]
  # What is no NixOS is installed by nixos-anywhere, which takes no configuration of ssh's.
  there mv /run/current-system /run/away
  doctor --json $host $target "${asked[@]}" >"$BATS_TEST_TMPDIR/found" || :
  there mv /run/away /run/current-system
  [ "$(fix not-nixos)" = "$SCRIPTS/ops-bootstrap.ts $host root@$(ssh -G -F "$LAB/ssh_config" $target | sed -n 's/^hostname //p') --ssh-option 'Port=22' --flake $FLEET --ssh-option 'ConnectTimeout=7'" ]
}

@test "a disk that has room and no inodes is full: doctor and status say so, and a deployment finds it before the build" {
  local used seen shown
  deploy --backend nix
  used=$(there df -P -i / | sed -n '2s/^[^ ]* *[0-9]* *\([0-9]*\).*/\1/p')
  there mount -o "remount,nr_inodes=$((used + 600))" /
  seen=$(doctor $host $target) || :
  shown=$("$SCRIPTS/ops-status.ts" $host $target) || :
  run deploy --backend nix --force
  there mount -o "remount,nr_inodes=$((used + 1000000))" /
  echo "$seen"
  echo "$shown"
  echo "$output"
  [[ $seen == *"error "*"/ has "*" inodes left of "*"(disk-full)"* ]]
  [[ $shown == *"/: "*" % (inodes)"* ]]
  [ "$status" = 1 ]
  [[ $output == *"/ is full there ("*" inodes left), and nothing can be copied; make room first: "*"; nothing was changed on root@$target (status 1)" ]]
  [[ $output != *": build "* ]]
  deploy --backend nix --force
}

@test "what the host is like: disks, /boot, clock, units, reboots, deployments, a failed activation" {
  deploy --backend nix
  there sh -c 'head -c 5000000 /dev/zero >/boot/filler 2>/dev/null; true'
  small() { there sh -c 'mount -o remount,size=$(($(df -P -k / | sed -n "2s/^[^ ]* *[0-9]* *\([0-9]*\).*/\1/p") + $1))k /' sh "$1"; }
  small 300000
  [[ $(found $host $target) == *"warning disk-low"* ]]
  small 60000
  seen=$(doctor --json $host $target) || :
  # What is deadly a deployment finds by itself, before the build; a way back needs no room.
  small 20000
  run deploy --backend nix
  echo "$output"
  [ "$status" = 1 ]
  [[ $output == *"/ is full there (19 MiB left), and nothing can be copied; make room first: "*"; nothing was changed on root@$target (status 1)" ]]
  [[ $output != *": build "* ]]
  there rm -f /boot/filler
  "$SCRIPTS/ops-rollback.ts" $host $target
  there mount -o remount,size=4g /
  echo "$seen"
  [ "$(jq -r '.[] | select(.id == "disk-full" or .id == "boot-full") | "\(.id) \(.level)"' <<<"$seen" | sort -u | paste -sd ,)" = "boot-full error,disk-full error" ]
  [[ $(jq -r '.[] | select(.id == "disk-full") | .fix' <<<"$seen" | head -n 1) == *"ops-ssh.ts $target nix-collect-garbage"* ]]

  behind_by() { there sh -c 'mkdir -p /run/wrappers/bin && printf "#!/bin/sh\nexec /usr/bin/date -d \"-$1\" \"\$@\"\n" >/run/wrappers/bin/date && chmod 755 /run/wrappers/bin/date' sh "$1"; }
  behind_by "9 days"
  run found $host $target
  [[ $output == *"warning clock"* ]]
  # How long it took is told by a clock that nobody sets.
  printf 'const real = Date.now, began = real();\nDate.now = () => real() - (real() - began > 1500 ? 3600e3 : 0);\n' >"$BATS_TEST_TMPDIR/jump.cjs"
  took=$(through 'sleep 3; exec /bin/sh "$@"' env NODE_OPTIONS="--require $BATS_TEST_TMPDIR/jump.cjs" "$SCRIPTS/ops-status.ts" $host --json | jq '.[].ms')
  [ "$took" -ge 3000 ]
  # Its clock is compared with the moment of its answer, however long an evaluation takes.
  behind_by "27 seconds"
  printf '#!/bin/sh\nsleep 6\nexec %q "$@"\n' "$(type -P nix)" >"$BATS_TEST_TMPDIR/nix" && chmod 755 "$BATS_TEST_TMPDIR/nix"
  PATH=$BATS_TEST_TMPDIR:$PATH run found $host $target --eval
  there rm /run/wrappers/bin/date
  echo "$output"
  [[ $output == *"error eval-sshd"* ]]
  [[ $output != *clock* ]]

  lab knobs $host '{"marker": "failing", "kernel": "6.6.9", "activationStatus": 1}'
  run deploy --backend nix
  run found $host $target
  echo "$output"
  [ "$output" = "note reboot-needed,warning activation-failed" ]

  # What it rolls back to is well.
  lab knobs $host '{"marker": "well"}'
  deploy --backend nix --force
  lab knobs $host '{"marker": "armed", "activationHang": "units"}'
  deploy --guard --confirm-timeout 30 >"$BATS_TEST_TMPDIR/said" 2>&1 3>&- &
  job=$!
  until_there 20 grep -q 'activate on' "$BATS_TEST_TMPDIR/said"
  run found $host $target
  "$SCRIPTS/ops-deploy.ts" $host $target --cancel
  wait "$job" || :
  echo "$output"
  [[ $output == *"warning armed"* ]]
}

@test "keys: kept here, on the disk, presented, listed" {
  deploy --backend nix --force
  key=$HOME/.ssh/keys.homelab/vps/ssh_host_ed25519_key_$host
  mv "$key" "$key.away"
  # seen_of ID: what was seen of it, and its fix
  seen_of() { doctor --json $host $target | jq -r --arg id "$1" '.[] | select(.id == $id) | "\(.level) \(.fix) \(.seen)"'; }
  # A new one would take the place of the one by which the host reads its secrets.
  [ "$(seen_of key-missing)" = "note null no key of it is in ~/.ssh/keys.homelab; it has its own, $(there cut -d ' ' -f 1,2 /etc/ssh/ssh_host_ed25519_key.pub)" ]
  there mv /etc/ssh/ssh_host_ed25519_key.pub /etc/ssh/away
  without=$(seen_of key-missing)
  there mv /etc/ssh/away /etc/ssh/ssh_host_ed25519_key.pub
  [ "$without" = "note $SCRIPTS/ops-push-keys.ts $host $target --generate no key of it is in ~/.ssh/keys.homelab" ]
  # Of two the one that secrets are encrypted to is right.
  ssh-keygen -q -t ed25519 -N '' -f "$key"
  cp "$FLEET/secrets.nix" "$BATS_TEST_TMPDIR/secrets.nix"
  # A target that hey knows need not be typed.
  known=$(doctor --json $host | jq -r '.[] | select(.id == "key-differs").fix')
  run seen_of key-differs
  sed -i "s,$(there cut -d ' ' -f 2 /etc/ssh/ssh_host_ed25519_key.pub),$(cut -d ' ' -f 2 "$key.pub")," "$FLEET/secrets.nix"
  listed=$(seen_of key-differs)
  cp "$BATS_TEST_TMPDIR/secrets.nix" "$FLEET/secrets.nix"
  rm -f "$key" "$key.pub"
  mv "$key.away" "$key"
  echo "$output" "$listed" "$known"
  [ "$known" = "$SCRIPTS/ops-push-keys.ts $host --check" ]
  [[ $output == "warning $SCRIPTS/ops-push-keys.ts $host $target --check "*", which no secret is encrypted to" ]]
  [[ $listed == "warning $SCRIPTS/ops-push-keys.ts $host $target its key "*"is kept here" ]]
  sed -i "s,$(ssh-keygen -y -f "$key" | cut -d ' ' -f 2),nobody," "$FLEET/secrets.nix"
  run seen_of key-unlisted
  [ "$(found $host $target)" = "warning key-unlisted" ]
  # Its fix goes to where agenix finds it, from anywhere.
  mkdir "$BATS_TEST_TMPDIR/bin"
  for program in vi agenix; do printf '#!/bin/sh\nls secrets.nix && echo "%s $*"\n' $program >"$BATS_TEST_TMPDIR/bin/$program"; chmod 755 "$BATS_TEST_TMPDIR/bin/$program"; done
  fix=${output#warning } && fix=${fix%% secrets.nix does not have*}
  [ "$(cd / && EDITOR='' PATH=$BATS_TEST_TMPDIR/bin:$PATH sh -c "$fix" | paste -sd ,)" = "secrets.nix,vi secrets.nix,secrets.nix,agenix -r" ]
  # sops may have it as a recipient of age, which another program tells.
  mv "$FLEET/secrets.nix" "$BATS_TEST_TMPDIR/away.nix"
  listing() { printf 'keys:\n  - %s\n' "$1" >"$FLEET/.sops.yaml"; }
  listing "$(there cut -d ' ' -f 1,2 /etc/ssh/ssh_host_ed25519_key.pub)" && plain=$(found $host $target)
  listing "ssh-ed25519 AAAA" && other=$(found $host $target)
  listing age1other && unknown=$(found $host $target)
  printf '#!/bin/sh\nread -r line\n[ "$line" = "%s" ] && echo age1this\n' "$(there cut -d ' ' -f 1,2 /etc/ssh/ssh_host_ed25519_key.pub)" >"$BATS_TEST_TMPDIR/bin/ssh-to-age" && chmod 755 "$BATS_TEST_TMPDIR/bin/ssh-to-age"
  told=$(PATH=$BATS_TEST_TMPDIR/bin:$PATH found $host $target)
  listing age1this && same=$(PATH=$BATS_TEST_TMPDIR/bin:$PATH found $host $target)
  rm "$FLEET/.sops.yaml"
  cp "$BATS_TEST_TMPDIR/secrets.nix" "$FLEET/secrets.nix"
  [ "$plain|$other|$unknown|$told|$same" = "|warning key-unlisted||warning key-unlisted|" ]
  there sh -c 'cp /etc/ssh/ssh_host_ed25519_key.pub /tmp/kept.pub && ssh-keygen -q -t ed25519 -N "" -f /tmp/other && cp /tmp/other.pub /etc/ssh/ssh_host_ed25519_key.pub'
  run found $host $target
  behind=$(through_jump found $host behind)
  # The one that is presented may be in /persist.
  there sh -c 'mkdir -p /persist/etc/ssh && cp /tmp/kept.pub /persist/etc/ssh/ssh_host_ed25519_key.pub'
  persisted=$(found $host $target)
  there rm -r /persist
  there sh -c 'cp /tmp/kept.pub /etc/ssh/ssh_host_ed25519_key.pub; rm -f /tmp/other*'
  [[ $output == *"error key-presented"* ]]
  [[ $behind == *"error key-presented"* ]]
  [ "$persisted" = "" ]
  # What the jump host presents is nothing of this host's.
  [ "$(through_jump found $host behind)" = "" ]
  silent=$(through /bin/false through_jump doctor --json --skip tools $host behind | jq -r '.[].seen')
  [ "$silent" = "has said nothing that can be understood (status 1)" ]
}

@test "a program that is missing here is found, whatever else can't be" {
  mkdir "$BATS_TEST_TMPDIR/bin"
  bad=0
  for missing in ssh nix; do
    rm -f "$BATS_TEST_TMPDIR"/bin/*
    IFS=: read -ra dirs <<<"$PATH"
    for dir in "${dirs[@]}"; do ln -s "$dir"/* "$BATS_TEST_TMPDIR/bin/" 2>/dev/null || :; done
    rm "$BATS_TEST_TMPDIR/bin/$missing"
    run env PATH="$BATS_TEST_TMPDIR/bin" "$SCRIPTS/ops-doctor.ts" --json $host $target --eval
    echo "$output"
    [ "$status" = 1 ] && [ "$(jq -r '.[] | select(.level == "error") | "\(.id) \(.seen)"' <<<"$output")" = "tool-missing $missing is not on PATH" ] || bad=1
  done
  [ "$bad" = 0 ]
}

@test "files that git doesn't track, a target that nothing is said of, and findings that are left out" {
  touch "$FLEET/hosts/$host/new.nix"
  run found $host $target
  fix=$(doctor --json $host $target | jq -r '.[] | select(.id == "host-untracked") | .fix')
  eval "$fix"
  after=$(found $host $target)
  git -C "$FLEET" rm -q --cached "hosts/$host/new.nix"
  rm "$FLEET/hosts/$host/new.nix"
  [ "$output" = "error host-untracked" ]
  [ "$after" = "" ]
  run found id3-eniac
  [[ $output == *"note target-by-name"* ]]
  run doctor id3-eniac --skip name-unknown --skip target-by-name --skip key-missing --skip tools
  [ "$status" = 0 ]
  [[ $output == "1 host: 0 errors, 0 warnings" ]]
}

@test "the fix for a target that nothing is said of leaves a hey.toml in which it is said" {
  mkdir -p "$FLEET/hosts/a.b"
  cp "$FLEET/hosts/007/default.nix" "$FLEET/hosts/a.b/"
  git -C "$FLEET" add -N hosts/a.b
  bad=0 tried=0
  while IFS='|' read -r name given; do
    rm -f "$FLEET/hey.toml"
    [ "$given" = none ] || printf %b "$given" >"$FLEET/hey.toml"
    tags=$("$SCRIPTS/ops-hosts.ts" --json | jq -c 'map({host, tags})')
    fix=$(doctor --json "$name" --skip tools | jq -r '.[] | select(.id == "target-by-name") | .fix')
    sh -c "${fix//ADDRESS/192.0.2.7}" || bad=1
    said=$("$SCRIPTS/ops-hosts.ts" --json | jq -r --arg name "$name" '.[] | select(.host == $name) | .target')
    [ "$said" = root@192.0.2.7 ] && [ "$tags" = "$("$SCRIPTS/ops-hosts.ts" --json | jq -c 'map({host, tags})')" ] && [ ! -e "$FLEET/hey.toml.old" ] && ! grep -q ",}" "$FLEET/hey.toml" ||
      { bad=1; echo "$given" "  fix: $fix" "  target: $said"; cat "$FLEET/hey.toml"; }
    tried=$((tried + 1))
  done <<'ROWS'
id3-eniac|none
id3-eniac|[defaults]\ntags = ["x"]
id3-eniac|[hosts]\n007.tags = ["x"]\n
id3-eniac|[hosts.id3-eniac]\n
id3-eniac|[hosts.id3-eniac] # with "quotes"\ntags = [\n  "x",\n]\n[hosts.007]\ntags = ["id3-eniac"]\n
id3-eniac|[hosts.007]\ntags = ["id3-eniac"]\n\n[hosts."id3-eniac"]\ntags = ["x"]
id3-eniac|hosts.id3-eniac.tags = ["x"]\n
id3-eniac|hosts.007.tags = ["x"]\nhosts.id3-eniac.tags = [\n  "x",\n]\n
id3-eniac|[hosts]\nid3-eniac.tags = ["x"]\n007.tags = ["y"]\n
id3-eniac|[hosts]\nid3-eniac = { tags = ["x"] }\n
id3-eniac|[hosts]\nid3-eniac = {}\n
id3-eniac|hosts = { 007 = { tags = ["y"] } }\n
id3-eniac|hosts = { 007 = { tags = ["y"] }, id3-eniac = { tags = ["x"] } }\n
id3-eniac|hosts = {}\n
a.b|none
a.b|[hosts."a.b"]\r\ntags = ["x"]\r\n
a.b|hosts = { "a.b" = { tags = ["x"] } } # it's \\\\ "that"\n
ROWS
  rm -rf "$FLEET/hey.toml" "$FLEET/hosts/a.b"
  git -C "$FLEET" reset -q -- hosts/a.b
  [ "$tried" = 17 ]
  [ "$bad" = 0 ]
}

# options JSON: what the flake has for the host, for --eval
options() { lab knobs $host "{\"options\": $1}"; }

# as_wanted [ARGUMENT…]: of each line on stdin, options for the flake and the findings, what is seen with it
as_wanted() {
  local given wanted seen bad=0
  while IFS='|' read -r given wanted; do
    options "{$given}"
    seen=$(found $host "$@" --eval)
    [ "$seen" = "$wanted" ] || { printf '%s\n' "$given" "  wanted: $wanted" "  seen: $seen"; bad=1; }
  done
  return "$bad"
}
# What sshd and the users are in the rows of options.
parts() {
  mine=$(cut -d ' ' -f 1,2 "$LAB/id_ed25519.pub")
  root="\"users\": {\"users\": {\"root\": {\"openssh\": {\"authorizedKeys\": {\"keys\": [\"$mine me@here\"]}}}}}"
  admin=${root/'"root": {'/'"admin": {"extraGroups": ["wheel"], '}
  sshd='"services": {"openssh": {"enable": true}}'
  shut='"services": {"openssh": {"enable": true, "openFirewall": false}}'
}

@test "--eval: sshd off, another port, what does not evaluate" {
  parts
  as_wanted $target <<ROWS
$sshd, $root|
$root|error eval-sshd
"services": {"openssh": {"enable": true, "ports": [2222]}}, $root|error eval-port
ROWS
  echo 'throw "no such thing"' >"$FLEET/hosts/$host/default.nix"
  run found $host $target --eval
  git -C "$FLEET" checkout -q "hosts/$host/default.nix"
  [[ $output == *"error eval-fails"* ]]
}

@test "--eval: who ssh goes as can log in, and become root" {
  parts
  both=${root/'"root": {'/'"admin": {"extraGroups": ["wheel"], "openssh": {"authorizedKeys": {"keys": ["'$mine'"]}}}, "root": {'}
  user=${admin/'"extraGroups": ["wheel"], '/}
  member=${user%\}}', "groups": {"wheel": {"members": ["admin"]}}}'
  permit() { printf '"services": {"openssh": {"enable": true, "settings": {"PermitRootLogin": %s}}}' "$1"; }
  sudo() { printf '"security": {"sudo": {%s}}' "$1"; }
  every() { printf '"extraRules": [{"%s": ["%s"], "commands": [{"command": "%s", "options": [%s]}]}]' "$@"; }
  silent='"wheelNeedsPassword": false'
  sudo_rules 'admin ALL=(ALL) NOPASSWD: ALL'
  bad=0
  while IFS='|' read -r who given wanted; do
    case $who in
      root) words=$target ;;
      admin) words="admin@$target" ;;
      ask) words="admin@$target --ask-elevate-password" ;;
      *) words="admin@$target --elevate $who" ;;
    esac
    # How the host is now is no matter here.
    # shellcheck disable=SC2086
    as_wanted $words --skip no-root --skip untrusted <<<"$given|$wanted" || { bad=1; echo "  as: $words"; }
  done <<ROWS
root|$sshd, $root|
root|$(permit null), $root|
root|$(permit '"yes"'), $root|
root|$(permit '"without-password"'), $root|
root|$(permit '"prohibit-password"'), $root|
root|$(permit '"forced-commands-only"'), $root|error eval-login
root|$(permit '"no"'), $root|error eval-login
root|$(permit false), $root|error eval-login
root|$(permit '"no"'), $both|error eval-login
root|$sshd|error eval-login
root|$sshd, $admin|error eval-login
root|$sshd, $admin, $(sudo "$silent")|error eval-login
root|$sshd, $both, $(sudo '"enable": false')|
sudo|$sshd, $root|error eval-login
sudo|$sshd, $admin|warning eval-root
sudo|$sshd, $both|warning eval-root
sudo|$sshd, $admin, $(sudo "$silent")|
sudo|$(permit '"no"'), $admin, $(sudo "$silent")|
sudo|$sshd, $admin, $(sudo "\"enable\": false, $silent")|error eval-root
sudo|$sshd, $user, $(sudo "$silent")|error eval-root
sudo|$sshd, $member, $(sudo "$silent")|
sudo|$sshd, $admin, "security": {"sudo": {"enable": false}, "sudo-rs": {"enable": true}}|warning eval-root
sudo|$sshd, $admin, "security": {"sudo": {"enable": false}, "sudo-rs": {"enable": true, $silent}}|
sudo|$sshd, $admin, "security": {"sudo": {"enable": false}, "doas": {"enable": true, $silent}}|error eval-root
sudo|$sshd, $user, $(sudo "$(every users admin ALL '"NOPASSWD"')")|
sudo|$sshd, $user, $(sudo "$(every groups users ALL '"NOPASSWD"')")|error eval-root
sudo|$sshd, $user, $(sudo "$(every users admin ALL '')")|warning eval-root
sudo|$sshd, $user, $(sudo "$(every users admin /bin/ls '"NOPASSWD"')")|error eval-root
sudo|$sshd, $admin, $(sudo "$silent, $(every users admin ALL '')")|warning eval-root
sudo|$sshd, $admin, $(sudo "$(every groups wheel ALL '"SETENV", "NOPASSWD"')")|
doas|$sshd, $admin, $(sudo "$silent")|error eval-root
doas|$sshd, $admin, "security": {"doas": {"enable": true}}|warning eval-root
doas|$sshd, $admin, "security": {"doas": {"enable": true, $silent}}|
doas|$sshd, $user, "security": {"doas": {"enable": true, "extraRules": [{"users": ["admin"], "noPass": true}]}}|
doas|$sshd, $user, "security": {"doas": {"enable": true, "extraRules": [{"users": ["admin"], "noPass": true, "cmd": "ls"}]}}|error eval-root
run0|$sshd, $admin|error eval-root
run0|$sshd, $admin, "security": {"polkit": {"enable": true}}|
ask|$sshd, $admin|
ask|$sshd, $root|error eval-login
ask|$sshd, $admin, $(sudo '"enable": false')|error eval-root
admin|$sshd, $root|error eval-login
admin|$sshd, $admin|warning eval-root
admin|$sshd, $admin, "security": {"doas": {"enable": true, $silent}}|
admin|$sshd, $admin, $(sudo '"enable": false')|error eval-root
ROWS
  [ "$bad" = 0 ]
  # Who else gets in is the way back.
  options "{$(permit '"no"'), $both}"
  doctor --json $host $target --eval | jq -r '.[].seen' >"$BATS_TEST_TMPDIR/seen" || :
  grep -xF 'root, the ssh user, could not log in (PermitRootLogin is no); who could: admin --elevate sudo with a password' "$BATS_TEST_TMPDIR/seen"
  options "{$sshd}"
  doctor --json $host $target --eval | jq -r '.[].seen' >"$BATS_TEST_TMPDIR/seen" || :
  grep -xF 'root, the ssh user, could not log in (your one key is missing in users.users.NAME.openssh.authorizedKeys.keys); no other user who becomes root could' "$BATS_TEST_TMPDIR/seen"
}

@test "--eval: the keys that ssh offers are those of every IdentityFile, and of its agent" {
  local at=$BATS_TEST_TMPDIR
  for key in one two three; do ssh-keygen -q -t ed25519 -N '' -f "$at/$key"; done
  eval "$(ssh-agent -a "$at/agent" 3>&-)" >/dev/null
  unset SSH_AUTH_SOCK
  SSH_AUTH_SOCK=$at/agent ssh-add -q "$at/three"
  # takes KEY WANTED WORD…: what is found where root has that key, and ssh these words more
  takes() {
    local of=$1 wanted=$2
    shift 2
    mine=$(cut -d ' ' -f 1,2 "$of.pub")
    NIX_SSHOPTS="$NIX_SSHOPTS $*" as_wanted $target <<<"\"services\": {\"openssh\": {\"enable\": true}}, \"users\": {\"users\": {\"root\": {\"openssh\": {\"authorizedKeys\": {\"keys\": [\"restrict,pty $mine x\"]}}}}}|$wanted"
  }
  takes "$at/one" "error eval-login"
  takes "$at/one" "" -o IdentityFile="$at/one" -o IdentityFile="$at/two"
  takes "$at/two" "" -o IdentityFile="$at/one" -o IdentityFile="$at/two"
  # That of an agent is offered unless ssh is told otherwise, as it is here.
  takes "$at/three" "error eval-login" -o IdentityAgent="$at/agent"
  takes "$at/three" "" -o IdentityAgent="$at/agent" -o IdentitiesOnly=no
  takes "$at/three" "error eval-login" -o IdentityAgent=none -o IdentitiesOnly=no
  # What it is that gets in is known of ssh -v, where no public half lies beside the private one; of others it is not known.
  mv "$LAB/id_ed25519.pub" "$at/lab.pub"
  takes "$at/lab" ""
  takes "$at/one" "error eval-login"
  mv "$at/two.pub" "$at/away.pub"
  takes "$at/one" "warning eval-login" -o IdentityFile="$at/two"
  mv "$at/lab.pub" "$LAB/id_ed25519.pub"
  touch "$at/one-cert.pub"
  mv "$at/one.pub" "$at/kept.pub"
  takes "$at/kept" "warning eval-login" -o IdentityFile="$at/one"
  kill "$SSH_AGENT_PID"
}

@test "--eval: a firewall that is closed for the interface by which ssh comes" {
  parts
  as_wanted $target <<ROWS
$shut, $root|error eval-port
$shut, "networking": {"firewall": {"allowedTCPPorts": [22]}}, $root|
$shut, "networking": {"firewall": {"allowedTCPPortRanges": [{"from": 20, "to": 30}]}}, $root|
$shut, "networking": {"firewall": {"allowedTCPPortRanges": [{"from": 23, "to": 30}]}}, $root|error eval-port
$shut, "networking": {"firewall": {"enable": false}}, $root|
$shut, "networking": {"firewall": {"trustedInterfaces": ["eth0"]}}, $root|
$shut, "networking": {"firewall": {"trustedInterfaces": ["eth+"]}}, $root|
$shut, "networking": {"firewall": {"trustedInterfaces": ["tailscale0"]}}, $root|error eval-port
$shut, "networking": {"firewall": {"interfaces": {"eth0": {"allowedTCPPorts": [22]}}}}, $root|
$shut, "networking": {"firewall": {"interfaces": {"eth0": {"allowedTCPPortRanges": [{"from": 20, "to": 30}]}}}}, $root|
$shut, "networking": {"firewall": {"interfaces": {"eth0": {"allowedTCPPorts": [80]}}}}, $root|error eval-port
$shut, "networking": {"firewall": {"interfaces": {"eth1": {"allowedTCPPorts": [22]}}}}, $root|error eval-port
ROWS
  [[ $(doctor --json $host $target --eval) == *" by eth0, by which ssh comes; only by eth1 "* ]]
  # sudo keeps nothing of the connection.
  sudo_rules 'admin ALL=(ALL) NOPASSWD: ALL'
  trusted_users admin
  as_wanted admin@$target --elevate sudo <<ROWS
$shut, "networking": {"firewall": {"trustedInterfaces": ["eth0"]}}, $admin, "security": {"sudo": {"wheelNeedsPassword": false}}|
$shut, "networking": {"firewall": {"trustedInterfaces": ["tailscale0"]}}, $admin, "security": {"sudo": {"wheelNeedsPassword": false}}|error eval-port
ROWS
  # Where a router leads to another port, that of the host counts.
  through_jump as_wanted mapped <<ROWS
$sshd, $root|
$shut, "networking": {"firewall": {"interfaces": {"eth0": {"allowedTCPPorts": [22]}}}}, $root|
ROWS
  # From who doesn't answer it is not known.
  lab link $host down
  run as_wanted $target <<ROWS
$shut, "networking": {"firewall": {"trustedInterfaces": ["tailscale0"]}}, $root|error no-answer,warning eval-port
$shut, $root|error eval-port,error no-answer
ROWS
  lab link $host up
  echo "$output"
  [ "$status" = 0 ]
}

@test "--eval: whom sshd keeps out by its lists, methods, key files and addresses, by a shell, or by what stands before a key" {
  parts
  # with SETTING VALUE: sshd with that setting; having OPTION VALUE: sshd with that option
  with() { printf '"services": {"openssh": {"enable": true, "settings": {"%s": %s}}}' "$@"; }
  having() { printf '"services": {"openssh": {"enable": true, "%s": %s}}' "$@"; }
  # owned WORDS: root with more than its key; keyed WORDS: with that before the key
  owned() { printf '%s' "${root/'"root": {'/'"root": {"group": "root", "extraGroups": ["ssh"], '"$1"}"; }
  keyed() { printf '%s' "${root/$mine me/$1 $mine me}"; }
  owned=$(owned '')
  as_wanted $target <<ROWS
$(with AllowUsers null), $root|
$(with AllowUsers '[]'), $root|
$(with AllowUsers '["alice"]'), $root|error eval-login
$(with AllowUsers '["alice", "root"]'), $root|
$(with AllowUsers '["r??t"]'), $root|
$(with AllowUsers '["root@10.0.0.0/8"]'), $root|warning eval-login
$(with AllowUsers '["alice@10.0.0.0/8"]'), $root|error eval-login
$(with AllowUsers '["!root", "*"]'), $root|
$(with DenyUsers '["root"]'), $root|error eval-login
$(with DenyUsers '"alice r*"'), $root|error eval-login
$(with DenyUsers '["alice"]'), $root|
$(with DenyUsers '["root@evil"]'), $root|warning eval-login
$(with AllowGroups '["ssh"]'), $root|error eval-login
$(with AllowGroups '["ssh"]'), $owned|
$(with DenyGroups '["root"]'), $owned|error eval-login
$(with DenyGroups '["s*"]'), $owned|error eval-login
$(with DenyGroups '["wheel"]'), $owned|
$(with PubkeyAuthentication false), $root|error eval-login
$(with PubkeyAuthentication '"no"'), $root|error eval-login
$(with PubkeyAuthentication true), $root|
$(with AuthenticationMethods '"password"'), $root|error eval-login
$(with AuthenticationMethods '"publickey,password keyboard-interactive"'), $root|warning eval-login
$(with AuthenticationMethods '["password", "publickey"]'), $root|
$(with AuthenticationMethods '"any"'), $root|
$(having authorizedKeysFiles '["/var/keys/%u"]'), $root|warning eval-login
$(having authorizedKeysFiles '["%h/.ssh/authorized_keys", "/etc/ssh/authorized_keys.d/%u"]'), $root|
$(having authorizedKeysCommand '"/bin/keys"')|warning eval-login
$(having authorizedKeysCommand '"none"')|error eval-login
$sshd, $(owned '"shell": "/run/current-system/sw/bin/nologin", ')|error eval-login
$sshd, $(owned '"shell": {"shellPath": "/bin/nologin"}, ')|error eval-login
$sshd, $(owned '"shell": {"shellPath": "/bin/bash"}, ')|
$sshd, $(owned '"enable": false, ')|error eval-login
$sshd, $(keyed restrict,pty)|
$sshd, $(keyed 'restrict,command=\\"/bin/false from=x\\"')|warning eval-login
$sshd, $(keyed 'from=\\"10.0.0.1\\"')|warning eval-login
$sshd, $(keyed 'environment=\\"A=from=\\"')|
$sshd, $(keyed cert-authority)|error eval-login
$sshd, $(keyed '#')|error eval-login
$(having listenAddresses '[{"addr": "127.0.0.1", "port": 22}]'), $root|error eval-port
$(having listenAddresses '[{"addr": "[::1]"}, {"addr": "0.0.0.0", "port": 2022}]'), $root|error eval-port
$(having listenAddresses '[{"addr": "::1"}, {"addr": "0.0.0.0", "port": null}]'), $root|
$(having listenAddresses '[{"addr": "0.0.0.0", "port": 22}], "ports": [2022]'), $root|error eval-port
$(having listenAddresses '[{"addr": "0.0.0.0", "port": 22}], "ports": [2022]'), "networking": {"firewall": {"allowedTCPPorts": [22]}}, $root|
ROWS
  # It is said what it is.
  options "{$(with AllowUsers '["alice@*", "bob"]'), $root}"
  [ "$(found_words $host $target --eval)" = "eval-login root, the ssh user, could not log in (AllowUsers is alice@* bob); no other user who becomes root could" ]
}

@test "--eval: rules by number, for all, and for other hosts; names of users; a firewall with rules of somebody's own" {
  parts
  sudo_rules 'admin ALL=(ALL) NOPASSWD: ALL'
  # rule WHO: a rule of sudo that asks for nothing; user WORDS: admin with more
  rule() { printf '"security": {"sudo": {"extraRules": [{%s, "commands": [{"command": "ALL", "options": ["NOPASSWD"]}]}]}}' "$1"; }
  user() { printf '%s' "${root/'"root": {'/'"admin": {'"$1"}"; }
  ops='"extraGroups": ["ops"], '
  grouped() { local user; user=$(user "$ops"); printf '%s' "${user%\}}, \"groups\": {\"ops\": {$1}}}"; }
  as_wanted admin@$target --elevate sudo --skip no-root --skip untrusted <<ROWS
$sshd, $(user ''), $(rule '"users": ["admin"]')|
$sshd, $(user ''), $(rule '"users": ["ALL"]')|
$sshd, $(user '"uid": 1000, '), $(rule '"users": [1000]')|
$sshd, $(user '"uid": 1000, '), $(rule '"users": ["#1000"]')|
$sshd, $(user '"uid": 1001, '), $(rule '"users": [1000]')|error eval-root
$sshd, $(user ''), $(rule '"users": [1000]')|
$sshd, $(user "$ops"), $(rule '"users": ["%ops"]')|
$sshd, $(grouped '"gid": 500'), $(rule '"groups": [500]')|
$sshd, $(grouped '"gid": 501'), $(rule '"groups": [500]')|error eval-root
$sshd, $(grouped ''), $(rule '"groups": [500]')|
$sshd, $(user ''), $(rule "\"users\": [\"admin\"], \"host\": \"$host\"")|
$sshd, $(user ''), $(rule '"users": ["admin"], "host": "otherhost"')|error eval-root
$sshd, $(user ''), $(rule '"users": ["admin"], "host": "SERVERS"')|
$sshd, ${admin/'"admin": {'/'"boss": {"name": "admin", '}, "security": {"sudo": {"wheelNeedsPassword": false}}|
$sshd, ${admin/'"admin": {'/'"admin": {"name": "boss", '}, "security": {"sudo": {"wheelNeedsPassword": false}}|error eval-login
ROWS
  as_wanted admin@$target --elevate doas --skip no-root --skip untrusted <<ROWS
$sshd, $(user '"uid": 1000, '), "security": {"doas": {"enable": true, "extraRules": [{"users": [1000], "noPass": true}]}}|
$sshd, $(user '"uid": 1001, '), "security": {"doas": {"enable": true, "extraRules": [{"users": [1000], "noPass": true}]}}|error eval-root
ROWS
  as_wanted $target <<ROWS
$shut, "networking": {"firewall": {"extraCommands": "iptables -A nixos-fw -p tcp --dport 22 -j nixos-fw-accept"}}, $root|warning eval-port
$shut, "networking": {"firewall": {"extraInputRules": "tcp dport 22 accept"}}, $root|warning eval-port
$shut, "networking": {"firewall": {"extraCommands": "\\n ", "extraInputRules": ""}}, $root|error eval-port
ROWS
}

@test "as somebody who is not root, and who becomes root or doesn't" {
  deploy --backend nix
  sudo_rules 'admin ALL=(ALL) ALL'
  trusted_users
  for words in "" "--elevate sudo"; do
    # shellcheck disable=SC2086
    run found $host admin@$target $words
    echo "$output"
    [ "$output" = "error no-root,note untrusted" ]
  done
  # A deployment that asks for the password can become root all the same.
  [ "$(found $host admin@$target --ask-elevate-password)" = "note no-root,note untrusted" ]
  trusted_users admin
  [ "$(found $host admin@$target)" = "error no-root" ]
  sudo_rules 'admin ALL=(ALL) NOPASSWD: ALL'
  [ "$(found $host admin@$target --elevate sudo)" = "" ]
}
