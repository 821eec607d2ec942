#!/usr/bin/env bats
# A first hey.toml, of what the flake and ssh's configuration have.
bats_require_minimum_version 1.5.0
load world.bash

setup_file() { make_fleet; }
setup() {
  in_fleet
  record=$BATS_TEST_TMPDIR/record
  mkdir -p "$record"
}

init() { verb init "$@"; }

# asked ANSWER WORDS…: init at a terminal, with that answer; what was seen there is in $output.
asked() {
  local answer=$1
  shift
  run expect -f - -- "$repo/scripts/init.ts" "$@" <<EXPECT
set timeout 60
log_user 1
spawn env -i PATH=$machine/bin HOME=$machine/home/me HEY_HOME=$machine/home/me TERM=xterm TMPDIR=$machine/tmp LANG=C.UTF-8 HEY_TEST_MACHINE=$machine HEY_RECORD=$record {*}\$argv
expect "\\\\\\[y/N\\\\\\]"
$BETWEEN
send "$answer\r"
expect eof
lassign [wait] pid spawn os status
exit \$status
EXPECT
}

config() { cat >"$machine/home/me/.ssh/config"; }

@test "init: targets that ssh's configuration has, the others as comments, and the two defaults" {
  config <<'SSH'
Host web1
  HostName 192.0.2.1
Host vps_ultraman_root
  HostName 192.0.2.3
Host DB.example.net
  HostName 192.0.2.4
Host web2.a.example web2.b.example
Host core01
  HostName 192.0.2.5
Host *
  User root
SSH
  run --separate-stderr init
  echo "$output$stderr"
  [ "$status" = 0 ]
  [[ $stderr == *"shown only"*"--yes"* ]]
  [ ! -e hey.toml ]
  diff <(grep -vE '^# [a-z-]+(, [a-z-]+)*,?$' <<<"$output") - <<'TOML'
# hey.toml: where hey reaches the hosts of this flake, and what it does for them each time. It is yours to change.
# What is typed goes before the settings of a host, and these before [defaults]. All settings:

[defaults]
guard = true  # a host rolls back by itself, unless this machine can log in again after the change
ask = true    # what will change is shown, and asked about
# elevate = "sudo"  # where you don't log in as root: sudo, doas or run0

[hosts.db]
target = "DB.example.net"  # the ssh alias in ~/.ssh/config:5

[hosts.vps-ultraman]
target = "vps_ultraman_root"  # the ssh alias in ~/.ssh/config:3

[hosts.web1]
target = "web1"  # the ssh alias in ~/.ssh/config:1

# [hosts.web2]
# target = "web2.a.example"
# target = "web2.b.example"

# No alias in ssh's configuration is named for these: hey goes by their own names, until a target stands here.
# [hosts.007]
# target = "root@192.0.2.1"
# [hosts."core01.example.org"]
# target = "root@192.0.2.1"
TOML
}

@test "init: --yes writes what is shown, and hey reads it as it was meant" {
  printf 'Host web1 vps_ultraman\nHost core01.example.org\n' | config
  run --separate-stderr init --yes
  [ "$status" = 0 ]
  [[ $stderr == *"written to $flake/hey.toml"* ]]
  diff <(echo "$output") hey.toml
  run --separate-stderr verb ops-hosts --json
  [ "$status" = 0 ]
  [ "$(jq -c '[.[] | [.host, .target, .rule.by, .settings.guard.value, .settings.ask.value]]' <<<"$output")" = \
    '[["007","007","name",true,true],["core01.example.org","core01.example.org","hey.toml",true,true],["db","db","name",true,true],["vps-ultraman","vps_ultraman","hey.toml",true,true],["web1","web1","hey.toml",true,true],["web2","web2","name",true,true]]' ]
  # What is a comment there is one that can be taken out.
  sed -i 's/^# \(\[hosts\|target =\|elevate =\)/\1/' hey.toml
  run --separate-stderr verb ops-hosts --why
  echo "$stderr"
  [ "$status" = 0 ]
  [[ $output == *'elevate = "sudo"'* ]]
}

@test "init: at a terminal it asks; y writes, anything else does not" {
  local BETWEEN=''
  asked n
  [ "$status" = 0 ]
  [[ $output == *"[defaults]"*"Write this to $flake/hey.toml?"*"nothing was written"* ]]
  [ ! -e hey.toml ]
  asked y
  [ "$status" = 0 ]
  [[ $output == *"written to $flake/hey.toml"* ]]
  grep -qx '\[defaults\]' hey.toml
}

@test "init: what is there is never written over, whatever it is, and whenever it came" {
  local before
  for what in file empty-of-lines dir link dangling; do
    rm -rf hey.toml
    case $what in
      file) printf '[defaults]\nguard = true\n' >hey.toml ;;
      empty-of-lines) printf '\n' >hey.toml ;;
      dir) mkdir hey.toml ;;
      link) printf '[defaults]\n' >"$BATS_TEST_TMPDIR/mine" && ln -s "$BATS_TEST_TMPDIR/mine" hey.toml ;;
      dangling) ln -s "$BATS_TEST_TMPDIR/none" hey.toml ;;
    esac
    before=$(ls -ld hey.toml && cat hey.toml 2>/dev/null || :)
    for words in '' --yes --print '--yes --print'; do
      # shellcheck disable=SC2086
      run --separate-stderr init $words
      echo "$what $words: $status $stderr"
      [ "$status" = 1 ]
      [ -z "$output" ]
      [[ $stderr == *"hey.toml"*"is there already"* ]]
    done
    [ "$(ls -ld hey.toml && cat hey.toml 2>/dev/null || :)" = "$before" ]
    [ ! -e "$BATS_TEST_TMPDIR/none" ]
  done
  rm -rf hey.toml
  # Made while the question stands.
  BETWEEN="exec sh -c {echo mine >$flake/hey.toml}"
  asked y
  [ "$status" = 1 ]
  [[ $output == *"hey.toml is there by now"* ]]
  [ "$(cat hey.toml)" = mine ]
  rm hey.toml
  # By a link, which would lead elsewhere.
  BETWEEN="exec ln -s $BATS_TEST_TMPDIR/none $flake/hey.toml"
  asked y
  [ "$status" = 1 ]
  [ ! -e "$BATS_TEST_TMPDIR/none" ]
}

@test "init: a shell that redirects to it has made it, and it is written once" {
  init >hey.toml 2>/dev/null
  grep -c '^\[defaults\]$' hey.toml | grep -qx 1
  rm hey.toml
  init --yes >hey.toml 2>/dev/null
  grep -c '^\[defaults\]$' hey.toml | grep -qx 1
  verb ops-hosts >/dev/null
}

@test "init: what a flake and ssh's configuration say is data" {
  local dir=$machine/path/to/odd
  mkdir -p "$dir"
  echo '{ outputs = { self }: import ./hosts; }' >"$dir/flake.nix"
  git init -q "$dir"
  # As nix writes them, in JSON.
  printf '%s\n' web1 'a\nguard = false' 'b\u001b[31mc' '$(touch PWNED)' "it's" 'x\"y' 'u\u202ev' '`touch PWNED`' -rf 'tab\there' >"$dir/.git/hosts"
  mkdir -p "$machine/home/me/.ssh/od"$'\n'"d"
  printf 'Host web1.$(touch\\040PWNED)\nHost "web1.x y"\nHost web1.\033[31mred\nMatch all\nInclude "od*/c"\n' | config
  printf 'Host web1\n' >"$machine/home/me/.ssh/od"$'\n'"d/c"
  cd "$dir"
  run --separate-stderr init
  echo "$output$stderr"
  [ "$status" = 0 ]
  if LC_ALL=C grep -nP '[\x00-\x09\x0b-\x1f\x7f]' <<<"$output"; then false; fi
  [ "$(grep -v '^#' <<<"$output" | grep -v '^$')" = '[defaults]
guard = true  # a host rolls back by itself, unless this machine can log in again after the change
ask = true    # what will change is shown, and asked about
[hosts.web1]
target = "web1"  # the ssh alias in ~/.ssh/odd/c:1' ]
  init --print >"$BATS_TEST_TMPDIR/script"
  for shell in sh dash bash "zsh -f" "busybox sh"; do
    rm -f hey.toml
    # shellcheck disable=SC2086
    (on_machine $shell <"$BATS_TEST_TMPDIR/script") >"$BATS_TEST_TMPDIR/said" 2>/dev/null
    diff <(echo "$output") "$BATS_TEST_TMPDIR/said"
  done
  [ -z "$(find "$machine" -name PWNED)" ]
}

@test "init: --print shows the text, needs no nix, and does the same in every shell" {
  local shell
  printf 'Host web1\n' | config
  run --separate-stderr init --yes --print
  [ "$status" = 0 ]
  [ -z "$stderr" ]
  [ -z "$(ls "$record")" ]
  [ ! -e hey.toml ]
  [[ $output == *"'guard = true  # "*"target = \"web1\""* ]]
  for shell in sh dash bash "zsh -f" "busybox sh"; do
    rm -f hey.toml
    # shellcheck disable=SC2086
    (on_machine $shell <<<"$output") >/dev/null
    mv hey.toml "$BATS_TEST_TMPDIR/by-script"
    init --yes >/dev/null 2>&1
    diff hey.toml "$BATS_TEST_TMPDIR/by-script"
  done
}

@test "init: a flake that is no directory here is only shown; one without known hosts has the defaults; without a flake it is refused" {
  run --separate-stderr init --flake github:me/dotfiles --yes
  [ "$status" = 0 ]
  [[ $output == *"[defaults]"* && $stderr == *"shown only: the flake is no directory here"* ]]
  mkdir -p "$machine/path/to/bare"
  echo '{ outputs = _: { }; }' >"$machine/path/to/bare/flake.nix"
  run --separate-stderr init --flake "$machine/path/to/bare"
  [ "$status" = 0 ]
  [[ $output == *"guard = true"*"# No host of this flake is known yet"* ]]
  cd "$machine/path/to/nothing"
  run --separate-stderr init
  [ "$status" = 1 ]
  [[ $stderr == *"no flake.nix"* ]]
}

@test "init: --ssh-config is asked instead of ~/.ssh/config" {
  printf 'Host web1\n' | config
  printf 'Host web2\n' >"$BATS_TEST_TMPDIR/other"
  run --separate-stderr init --ssh-config "$BATS_TEST_TMPDIR/other"
  [ "$status" = 0 ]
  [[ $output == *'target = "web2"'* && $output != *'target = "web1"'* ]]
}
