#!/usr/bin/env bats
# admin@host: a login that becomes root there, without a password and with one.
# lab: --hosts vps-ultraman

load words
load elevated
load ../lib/printed

setup_file() {
  lab_only
  export host=vps-ultraman
  [ "$(lab host $host stat -c %u /usr/bin/sudo)" = 0 ] || skip "SKIPPED: sudo is nobody's in a lab that an ordinary user runs"
  export password=$BATS_FILE_TMPDIR/password
  admin_with_password
}

setup() {
  bats_require_minimum_version 1.5.0
  [ "$(lab host $host stat -c %u /usr/bin/sudo)" = 0 ] || skip "SKIPPED: sudo is nobody's in a lab that an ordinary user runs"
  # As root's, but another user is named.
  target=vps_ultraman_root
  lab knobs $host "{\"marker\": \"elevate $BATS_TEST_NUMBER\"}"
  old=$(running)
  sudo_rules 'admin ALL=(ALL) NOPASSWD: ALL'
  doas_rules
  trusted_users
}

deploy() { "$SCRIPTS/ops-deploy.ts" $host "admin@$target" "$@"; }
key=vps/ssh_host_ed25519_key_vps-ultraman
key_is_there() { [ "$(installed /etc/ssh/ssh_host_ed25519_key.pub)" = "$(derived "$HOME/.ssh/keys.homelab/$key")" ]; }
# Another key is there; the old one is known.
lose_key() {
  lab host $host sh -c 'rm -f /etc/ssh/ssh_host_ed25519_key* && ssh-keygen -q -t ed25519 -N "" -f /etc/ssh/ssh_host_ed25519_key'
  sed -i "/^\[\?$(ssh -G -F "$LAB/ssh_config" $target | sed -n 's/^hostname //p')[] ]/d" "$LAB/known_hosts"
  for port in '' ':2222'; do
    ip=$(ssh -G -F "$LAB/ssh_config" $target | sed -n 's/^hostname //p')
    [ -z "$port" ] && name=$ip || name="[$ip]$port"
    echo "$name $(installed /etc/ssh/ssh_host_ed25519_key.pub)" >>"$LAB/known_hosts"
  done
}

@test "sudo without a password: every way to deploy, though nix there doesn't trust the user; --status and --cancel" {
  deploy --backend nix --elevate sudo
  [ "$(running) $(profile) $(next_boot)" = "$(built) $(built) $(built)" ]
  lab knobs $host '{"marker": "guarded"}'
  deploy --guard --elevate sudo --check-remote 'test "$(id -u)" = 0'
  [ "$(running) $(profile) $(next_boot)" = "$(built) $(built) $(built)" ]
  deploy --status --elevate sudo | grep -x "the last guarded deployment since boot: committed"
  deploy --cancel --elevate sudo | grep -x "nothing is armed"
  [ -z "$(leftovers)" ]
}

@test "no user named: the one of ssh's configuration becomes root; root, there or named, needs nothing" {
  "$SCRIPTS/ops-deploy.ts" $host vps_ultraman_admin --backend nix --elevate sudo
  [ "$(running)" = "$(built)" ]
  sudo_rules
  lab knobs $host '{"marker": "root by itself"}'
  "$SCRIPTS/ops-deploy.ts" $host vps_ultraman_root --backend nix --elevate sudo
  [ "$(running)" = "$(built)" ]
  "$SCRIPTS/ops-deploy.ts" $host "root@vps_ultraman_admin" --guard --ask-elevate-password
}

@test "doas and, with a terminal of its own, use_pty" {
  sudo_rules
  doas_rules 'permit nopass admin'
  deploy --backend nix --elevate doas
  [ "$(running)" = "$(built)" ]
  lab knobs $host '{"marker": "doas guarded"}'
  deploy --guard --elevate doas
  [ "$(running) $(profile)" = "$(built) $(built)" ]
  sudo_rules 'Defaults use_pty' 'admin ALL=(ALL) NOPASSWD: ALL'
  lab knobs $host '{"marker": "use_pty"}'
  deploy --guard --elevate sudo
  [ "$(running) $(profile)" = "$(built) $(built)" ]
  [ -z "$(leftovers)" ]
}

@test "what watches the processes does see arguments and environments, there too" {
  watch_processes
  until_there 5 test -e "$BATS_TEST_TMPDIR/watched"
  lab host $host sh -c 'sleep 0.5' marker-7f3e
  until_there 5 grep -q '^FOUND in cmdline' "$BATS_TEST_TMPDIR/watched"
  hidden=marker-7f3e sleep 0.5
  until_there 5 grep -q '^FOUND in environ' "$BATS_TEST_TMPDIR/watched"
  kill "$watcher"
}

@test "a password: asked once, and it is in no argument, environment, file, output or print" {
  sudo_rules 'Defaults use_pty' 'admin ALL=(ALL) ALL'
  watch_processes
  typed "$password" "$SCRIPTS/ops-deploy.ts" $host admin@$target --backend nix --ask-elevate-password >"$BATS_TEST_TMPDIR/said.1"
  [ "$(running) $(profile) $(next_boot)" = "$(built) $(built) $(built)" ]
  lab knobs $host '{"marker": "guarded, with a password"}'
  typed "$password" "$SCRIPTS/ops-deploy.ts" $host admin@$target --guard --elevate sudo --ask-elevate-password --use-substitutes >"$BATS_TEST_TMPDIR/said.2"
  [ "$(running) $(profile) $(next_boot)" = "$(built) $(built) $(built)" ]
  typed "$password" "$SCRIPTS/ops-deploy.ts" $host admin@$target --status --ask-elevate-password >"$BATS_TEST_TMPDIR/said.3"
  grep "the last guarded deployment since boot: committed" "$BATS_TEST_TMPDIR/said.3"
  lose_key
  typed "$password" "$SCRIPTS/ops-push-keys.ts" $host admin@$target --no-global --ask-elevate-password >"$BATS_TEST_TMPDIR/said.4"
  key_is_there
  typed "$password" "$SCRIPTS/ops-push-keys.ts" $host admin@$target --no-global --ask-elevate-password --check >"$BATS_TEST_TMPDIR/said.5"
  grep "all the same" "$BATS_TEST_TMPDIR/said.5"
  nothing_was_seen
  for said in "$BATS_TEST_TMPDIR"/said.*; do [ "$(grep -c 'password of admin@' "$said")" = 1 ]; done
  deploy --backend nix --ask-elevate-password --print >"$BATS_TEST_TMPDIR/said.print"
  nowhere "$BATS_TEST_TMPDIR"/said.*
  [ -z "$(leftovers)" ]
}

@test "the printed script asks where it runs, in any of the shells, even one that exports and traces everything" {
  sudo_rules 'admin ALL=(ALL) ALL'
  watch_processes
  for shell in dash bash zsh "busybox sh"; do
    lab knobs $host "{\"marker\": \"printed $shell\"}"
    deploy --backend nix --ask-elevate-password --print >"$BATS_TEST_TMPDIR/script"
    # shellcheck disable=SC2086
    secret=exported typed "$password" $shell -a -x "$BATS_TEST_TMPDIR/script" >"$BATS_TEST_TMPDIR/said.$shell"
    [ "$(running)" = "$(built)" ]
  done
  nothing_was_seen
  nowhere "$BATS_TEST_TMPDIR"/said.*
}

@test "a password that sudo doesn't need is not sent, so that a sudo that logs what its commands read has none" {
  sudo_rules 'Defaults log_input,iolog_dir=/var/log/sudo-io' 'admin ALL=(ALL) NOPASSWD: ALL'
  typed "$password" "$SCRIPTS/ops-deploy.ts" $host admin@$target --backend nix --ask-elevate-password
  [ "$(running) $(profile)" = "$(built) $(built)" ]
  lab host $host sh -c 'zcat -f /var/log/sudo-io/*/*/*/stdin' >"$BATS_TEST_TMPDIR/logged"
  lab host $host rm -rf /var/log/sudo-io
  grep -qaF "the password ends here" "$BATS_TEST_TMPDIR/logged"
  refute grep -qaF marker-7f3e "$BATS_TEST_TMPDIR/logged"
}

@test "what sudo doesn't read of a password that it doesn't need is no part of the keys" {
  lose_key
  typed "$password" "$SCRIPTS/ops-push-keys.ts" $host admin@$target --no-global --ask-elevate-password
  key_is_there
  [ "$(modes /etc/ssh/ssh_host_ed25519_key)" = "600 root /etc/ssh/ssh_host_ed25519_key" ]
  [ -z "$(lab host $host find /etc/ssh -name '.hey*')" ]
  lose_key
  "$SCRIPTS/ops-push-keys.ts" $host admin@$target --no-global --elevate sudo
  key_is_there
  "$SCRIPTS/ops-push-keys.ts" $host admin@$target --no-global --elevate sudo --check
  run "$SCRIPTS/ops-push-keys.ts" $host admin@$target --no-global
  [ "$status" = 1 ]
  lab knobs $host '{"marker": "not needed"}'
  typed "$password" "$SCRIPTS/ops-deploy.ts" $host admin@$target --guard --ask-elevate-password
  [ "$(running) $(profile)" = "$(built) $(built)" ]
}

# refused_before TEXT COMMAND…: status 1, the text in the last line, nothing built or sent
refused_before() {
  local text=$1
  shift
  run "$@"
  echo "$output"
  [ "$status" = 1 ]
  [[ ${lines[-1]} == *"$text"*"nothing was changed on admin@$target (status 1)"* ]]
  [[ $output != *"build $host"* && $output != *"send "* ]]
  [ "$(running)" = "$old" ]
}

@test "what is wrong is found out before the build, with the remedy" {
  every() {
    local text=$1 way
    shift
    for way in "ops-deploy.ts $host admin@$target --backend nix" "ops-deploy.ts $host admin@$target --guard" "ops-deploy.ts $host admin@$target" \
      "ops-deploy.ts $host admin@$target --cancel" "ops-push-keys.ts $host admin@$target --no-global"; do
      # shellcheck disable=SC2086
      refused_before "$text" $with "$SCRIPTS"/$way "$@"
    done
  }
  with=
  stubs
  sudo_rules 'admin ALL=(ALL) ALL'
  every "sudo there asks admin for a password; add --ask-elevate-password, or let it need none" --elevate sudo
  sudo_rules
  # sudo says so only to who has proven who he is.
  every "sudo there asks admin for a password" --elevate sudo
  sudo_rules 'Defaults requiretty' 'admin ALL=(ALL) NOPASSWD: ALL'
  every "sudo there wants a terminal of admin (requiretty), and a deployment has none; put this into its sudoers: Defaults:admin !requiretty" --elevate sudo
  sudo_rules 'admin ALL=(nobody) NOPASSWD: ALL'
  every "sudo there asks admin for a password" --elevate sudo
  lab host $host sh -c 'printf "%s\n" "#!/bin/sh" "echo sudo: it is broken >&2; exit 3" >/run/wrappers/bin/sudo; chmod +x /run/wrappers/bin/sudo'
  refused_before "admin does not become root by sudo there: sudo: it is broken" deploy --guard --elevate sudo
  lab host $host rm /run/wrappers/bin/sudo
  refused_before "there is no run0 there" deploy --backend nix --elevate run0
  doas_rules 'permit admin'
  refused_before "doas there asks admin for a password, which it takes at a terminal only" deploy --backend nix --elevate doas
  doas_rules 'permit root'
  refused_before "admin may not become root by doas there" deploy --backend nix --elevate doas
}

@test "a wrong password: one line, and it is not asked again; nor are other words that aren't it" {
  sudo_rules 'admin ALL=(ALL) ALL'
  echo "marker-7f3e wrong" >"$BATS_TEST_TMPDIR/wrong"
  for way in "ops-deploy.ts $host admin@$target --backend nix" "ops-deploy.ts $host admin@$target --guard" "ops-push-keys.ts $host admin@$target --no-global" \
    "ops-deploy.ts $host admin@$target --status"; do
    # shellcheck disable=SC2086
    refused_before "that is not the password of admin there" typed "$BATS_TEST_TMPDIR/wrong" "$SCRIPTS"/$way --ask-elevate-password
    [ "$(grep -c 'password of admin@' <<<"$output")" = 1 ]
    [[ $output != *marker-7f3e* ]]
  done
  sudo_rules
  refused_before "admin may not become root by sudo there" typed "$password" "$SCRIPTS/ops-deploy.ts" $host admin@$target --guard --ask-elevate-password
  echo >"$BATS_TEST_TMPDIR/empty"
  run typed "$BATS_TEST_TMPDIR/empty" "$SCRIPTS/ops-deploy.ts" $host admin@$target --guard --ask-elevate-password
  [ "$status" = 1 ]
  [[ $output == *"no password was typed; nothing was done"* ]]
}

@test "no terminal: said at once" {
  run setsid -w "$SCRIPTS/ops-deploy.ts" $host admin@$target --backend nix --ask-elevate-password
  echo "$output"
  [ "$status" = 1 ]
  [[ $output == *"there is no terminal to ask for the password on; nothing was done"* ]]
}

@test "whatever ends the question, the terminal shows again what is typed" {
  deploy --backend nix --ask-elevate-password --print >"$BATS_TEST_TMPDIR/script"
  for shell in dash bash zsh "busybox sh" "$SCRIPTS/ops-deploy.ts"; do
    words=$BATS_TEST_TMPDIR/script
    [ -x "$shell" ] && words="$host admin@$target --backend nix --ask-elevate-password"
    for how in "^C" TERM HUP; do
      echo "$shell $how"
      # shellcheck disable=SC2086
      run expect "$BATS_TEST_DIRNAME/interrupted.exp" "$how" "$BATS_TEST_TMPDIR/pid" $shell $words
      echo "$output"
      case $how in "^C") ended=130 ;; TERM) ended=143 ;; HUP) ended=129 ;; esac
      [[ $output == *"ended with $ended"* ]]
      [[ $output == *"shown: echo"* ]]
    done
  done
}

@test "guarded, with a password: what locks out is taken back, by the host and by ^C" {
  sudo_rules 'admin ALL=(ALL) ALL'
  lab knobs $host '{"marker": "locks out", "sshd": false}'
  deploy --guard --ask-elevate-password --print | shortened 8 >"$BATS_TEST_TMPDIR/script"
  run typed "$password" sh "$BATS_TEST_TMPDIR/script"
  echo "$output"
  [ "$status" = 10 ]
  [ "$(running) $(profile)" = "$old $old" ]
  lab knobs $host '{"marker": "slow", "activationScript": "sleep 3"}'
  run expect -c '
    set timeout 60
    set file [open $env(password)]
    gets $file word
    spawn -noecho '"$SCRIPTS/ops-deploy.ts $host admin@$target"' --guard --ask-elevate-password
    expect "for sudo: "
    send -- "$word\r"
    expect "activating the configuration"
    after 300
    send \003
    expect eof
    exit [lindex [wait] 3]
  '
  echo "$output"
  [ "$status" = 130 ]
  [[ $output == *"interrupted, rolled back: admin@$target runs $old"* ]]
  [ "$(running) $(profile)" = "$old $old" ]
  [ -z "$(leftovers)" ]
}

@test "without a guard: a lock-out is seen, of the login and of root alone; and a profile that can't be set is said to be" {
  for rule in 'NOPASSWD: ALL' ALL; do
    if [ "$rule" = ALL ]; then words=--ask-elevate-password; else words="--elevate sudo"; fi
    sudo_rules "admin ALL=(ALL) $rule"
    lab knobs $host "{\"marker\": \"no sudo, $words\", \"activationScript\": \"echo >/etc/sudoers\"}"
    # shellcheck disable=SC2086
    run typed "$password" "$SCRIPTS/ops-deploy.ts" $host admin@$target --backend nix --force $words
    echo "$output"
    [ "$status" = 16 ]
    [[ ${lines[-1]} == *"activated; a new connection to admin@$target failed: "*"sudo"*" (status 16); admin@$target runs $(built), "*". Look at its console"* ]]
    [ -z "$(leftovers)" ]
    sudo_rules "admin ALL=(ALL) $rule"
    lab knobs $host "{\"marker\": \"no sshd, $words\", \"sshd\": false}"
    # shellcheck disable=SC2086
    run typed "$password" "$SCRIPTS/ops-deploy.ts" $host admin@$target --backend nix --force $words
    echo "$output"
    [ "$status" = 16 ]
    [[ ${lines[-1]} == *"Connection refused"*"takes it back: ssh -t -S "*" admin@$target sudo /nix/store/"*"/bin/switch-to-configuration test; then: "* ]]
    lab host $host "$old/bin/switch-to-configuration" test
    pkill -f 'ssh.*/hey[.][A-Za-z0-9]*/[s]sh' || :
    lab wait $host
    rm -rf "$XDG_RUNTIME_DIR"/hey.*
  done
  lab knobs $host '{"marker": "full"}'
  deploy --backend nix --ask-elevate-password --force --print |
    first activate_there "lab host $host sh -c 'mount -o remount,size=\$((\$(df --output=used -k / | tail -n 1)))k /; dd if=/dev/zero of=/filler bs=4k count=64 2>/dev/null || :'" >"$BATS_TEST_TMPDIR/script"
  run typed "$password" sh "$BATS_TEST_TMPDIR/script"
  lab host $host sh -c 'rm -f /filler; mount -o remount,size=4g /'
  echo "$output"
  [ "$status" = 1 ]
  [[ ${lines[-1]} == *"its profile could not be set (disk full?); nothing was changed on admin@$target (status 1); admin@$target runs $(running), boots "* ]]
}

# A nixos-rebuild that says how it was called.
stubs() {
  mkdir -p "$BATS_TEST_TMPDIR/bin"
  printf '%s\n' '#!/bin/sh' 'echo "nixos-rebuild $*"' >"$BATS_TEST_TMPDIR/bin/nixos-rebuild"
  chmod +x "$BATS_TEST_TMPDIR/bin/nixos-rebuild"
  PATH=$BATS_TEST_TMPDIR/bin:$PATH
}

@test "nixos-rebuild copies as the login: paths without a signature are refused beforehand, unless it is trusted, by name or by group" {
  stubs
  for users in "" "root" "root wheel @wheel admin2"; do
    # shellcheck disable=SC2086
    trusted_users $users
    refused_before "nix there takes no unsigned paths from admin (lacks a signature by a trusted key); add admin to nix.settings.trusted-users there" deploy --elevate sudo
    [[ $output != *"nixos-rebuild switch"* ]]
  done
  # What the user would like counts for nothing.
  lab host $host sh -c 'mkdir -p /home/admin/.config/nix && echo "trusted-users = admin" >/home/admin/.config/nix/nix.conf'
  refused_before "nix there takes no unsigned paths" deploy --elevate sudo
  for users in "root admin" "@admin" "*"; do
    lab host $host sh -c 'sed -i "/^trusted-users/d" /etc/nix/nix.conf; echo "trusted-users = $1" >>/etc/nix/nix.conf' sh "$users"
    run deploy --elevate sudo
    echo "$output"
    [ "$status" = 0 ]
    [[ $output == *"nixos-rebuild switch --show-trace --flake .#$host --target-host admin@$target --elevate sudo"* ]]
  done
  trusted_users
  lab host $host sh -c 'echo "require-sigs = false" >>/etc/nix/nix.conf'
  sudo_rules 'admin ALL=(ALL) ALL'
  # nixos-rebuild asks for it at a terminal.
  run setsid -w "$SCRIPTS/ops-deploy.ts" $host admin@$target --elevate sudo --ask-elevate-password
  [ "$status" = 1 ]
  [[ $output == *"there is no terminal to ask for the password on; nothing was done. "* && $output != *"nixos-rebuild switch"* ]]
  run expect -c 'set timeout 60; spawn -noecho '"$SCRIPTS/ops-deploy.ts $host admin@$target --elevate sudo --ask-elevate-password"'; expect eof; exit [lindex [wait] 3]'
  echo "$output"
  lab host $host sed -i /require-sigs/d /etc/nix/nix.conf
  [ "$status" = 0 ]
  [[ $output == *" --elevate sudo --ask-elevate-password"* ]]
}

@test "a shell and commands as root; with a terminal sudo asks there by itself" {
  [ "$("$SCRIPTS/ops-ssh.ts" --elevate sudo admin@$target id -u)" = 0 ]
  [ "$(echo "as it is" | "$SCRIPTS/ops-ssh.ts" --elevate sudo admin@$target cat)" = "as it is" ]
  sudo_rules 'admin ALL=(ALL) ALL'
  run "$SCRIPTS/ops-ssh.ts" --elevate sudo admin@$target id -u
  [ "$status" = 1 ]
  [[ $output == *"a password is required"* ]]
  run expect -c '
    set timeout 20
    set file [open $env(password)]
    gets $file word
    spawn -noecho '"$SCRIPTS/ops-ssh.ts --elevate sudo admin@$target"'
    expect "password for admin:"
    send -- "$word\r"
    expect "#"
    send "echo uid=\$(id -u); exit\r"
    expect eof
  '
  echo "$output"
  [[ $output == *"uid=0"* ]]
  doas_rules 'permit nopass admin'
  [ "$("$SCRIPTS/ops-ssh.ts" --elevate doas admin@$target sh -c 'echo "$(id -u) $PATH"')" = "0 $("$SCRIPTS/ops-ssh.ts" $target sh -c 'echo "$PATH"')" ]
}
