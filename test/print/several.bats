#!/usr/bin/env bats
# A printed script of several hosts, run by hand: one after another, by each shell that /bin/sh may be. A program in the place of ssh fails,
# or has a ^C typed.
# shellcheck disable=SC2154
bats_require_minimum_version 1.5.0
load ../lib/printed
load ../lib/warm

setup() {
  cd "$BATS_TEST_TMPDIR" || return
  repo=$(cd "$BATS_TEST_DIRNAME/../.." && pwd -P)
  mkdir -p bin f home
  echo '{ outputs = _: { }; }' >f/flake.nix
  # What goes to web01 ends as $BATS_TEST_TMPDIR/ends says.
  cat >bin/ssh <<STUB
#!/bin/sh
case " \$* " in
  *" -G "*) exec "$(type -P ssh)" "\$@" ;;
  *" -O "*) exit ;;
  *" root@192.0.2.1 "*) echo web01 >>"$PWD/asked"; . "$PWD/ends" ;;
  *) echo web02 >>"$PWD/asked"; exit 255 ;;
esac
STUB
  printf '#!/bin/sh\n' >bin/nix
  chmod +x bin/*
  printf '[hosts.web01]\ntarget = "192.0.2.1"\n[hosts.web02]\ntarget = "192.0.2.2"\n' >f/hey.toml
  export HOME=$PWD/home XDG_STATE_HOME=$PWD/home/state PATH=$PWD/bin:$PATH
  warm "$HOME/.cache"
  "$repo/scripts/hey" ops rollback --on web01,web02 --flake "$PWD/f" --print 2>/dev/null >script
}

shells=(dash bash 'bash --posix' 'busybox sh')

@test "several: ^C at one host ends it all, in every shell" {
  local shell
  # Typed at a terminal it goes to all that run there.
  echo 'kill -INT 0; sleep 5' >ends
  for shell in "${shells[@]}"; do
    rm -f asked
    by "$shell" <script >by
    run setsid -w env --default-signal=INT sh by </dev/null
    echo "$shell: $status $output"
    [ "$status" = 130 ]
    [ "$(sort -u asked)" = web01 ]
  done
}

@test "several: where one fails the others go on, and the status says so" {
  local shell
  echo 'exit 255' >ends
  for shell in "${shells[@]}"; do
    rm -f asked
    by "$shell" <script >by
    run setsid -w sh by </dev/null
    echo "$shell: $status $output"
    [ "$status" = 20 ]
    [ "$(sort -u asked | xargs)" = "web01 web02" ]
  done
}

@test "several: a head is of hosts with the same steps" {
  printf '[hosts.web01]\ntarget = "192.0.2.1"\nguard = true\n[hosts.web02]\ntarget = "192.0.2.2"\n' >f/hey.toml
  run --separate-stderr "$repo/scripts/hey" ops deploy --on web01,web02 --backend nix --flake "$PWD/f" --print=plan
  echo "$output"
  [ "$(grep -c '^# hosts' <<<"$output")" = 2 ]
  [ "$(sed -n '/^# hosts web01$/,/^# hosts/p' <<<"$output" | grep -c 'arm it')" = 1 ]
  [ "$(sed -n '/^# hosts web02$/,$p' <<<"$output" | grep -c 'arm it')" = 0 ]
}

@test "several: many hosts of the same steps are one main" {
  local host hosts=
  for host in {50..79}; do
    printf '[hosts.x%s]\ntarget = "192.0.2.%s"\n' "$host" "$host" >>f/hey.toml
    hosts=$hosts,x$host
  done
  run --separate-stderr "$repo/scripts/hey" ops deploy --on "${hosts#,}" --backend nix --flake "$PWD/f" --print
  [ "$status" = 0 ]
  # That of the build, and that of the hosts.
  [ "$(grep -cE '^main(_[0-9]+)?\(\) \{' <<<"$output")" = 2 ]
}
