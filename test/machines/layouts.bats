#!/usr/bin/env bats
# Which hosts a flake has, in the layouts that people have, with the real nix.
bats_require_minimum_version 1.5.0
load layouts.bash

scripts=$(cd "$BATS_TEST_DIRNAME/../.." && pwd -P)/scripts
. "$BATS_TEST_DIRNAME/../lib/warm.bash"

setup_file() {
  export BATS_NO_PARALLELIZE_WITHIN_FILE=true
  mkdir -p "$BATS_FILE_TMPDIR/home" "$BATS_FILE_TMPDIR/flakes" "$BATS_FILE_TMPDIR/bin"
  warm "$BATS_FILE_TMPDIR/home/.cache"
  # Is there, so that a deployment is its line.
  printf '#!/bin/sh\nexit 1\n' >"$BATS_FILE_TMPDIR/bin/nixos-rebuild"
  chmod +x "$BATS_FILE_TMPDIR/bin/nixos-rebuild"
  local layout
  for layout in $layouts; do
    mkdir "$BATS_FILE_TMPDIR/flakes/$layout"
    (cd "$BATS_FILE_TMPDIR/flakes/$layout" && "$layout" && git init -q -b main && git add -A)
  done
}

setup() {
  export HOME=$BATS_FILE_TMPDIR/home PATH=$BATS_FILE_TMPDIR/bin:$PATH
  unset XDG_CACHE_HOME
}

# each FUNCTION: in each flake, with $hosts as it says.
each() {
  local layout failed=0 hosts
  for layout in $layouts; do
    cd "$BATS_FILE_TMPDIR/flakes/$layout"
    # Written anew with the same text, for $hosts.
    hosts=$(file() { cat >/dev/null; } && hosts_in() { :; } && "$layout" && echo "$hosts")
    "$1" || { echo "in $layout: $said"; failed=1; }
  done
  [ "$failed" = 0 ]
}

verb() { setsid -w "$scripts/$1.ts" "${@:2}" </dev/null 2>&1; }

lists() {
  local status=0
  said=$(verb ops-hosts) || status=$?
  if [ -z "$hosts" ]; then
    [ "$status" = 1 ] && [ "$said" = "ops-hosts: the flake has no nixosConfigurations, and so no hosts" ]
  else
    [ "$(echo "$said" | tail -n +2 | cut -d ' ' -f 1 | xargs -d '\n')" = "$hosts" ]
  fi
}

takes() {
  local host
  for host in $hosts; do
    said=$(verb ops-deploy "$host" root@192.0.2.1 --print --flake "$PWD") || return
    # Nothing is said beside the script, which is the first and the last line.
    [[ $said == "/bin/sh /dev/fd/3 "*"#$host"*$'\nend of ops-deploy' ]] || return
  done
}

refuses() {
  # None of theirs.
  said=$(verb ops-deploy no-such-host root@192.0.2.1) && return 1
  [[ $said == "ops-deploy: the flake in '$PWD' has no host 'no-such-host'"* ]]
}

# A word without print: refused before anything runs, with the host nix knows.
means() {
  local host
  for host in $hosts; do
    [ "${#host}" -gt 3 ] || continue
    said=$(verb ops-deploy "${host}x" root@192.0.2.1) && return 1
    [[ $said == *"has no host "*"did you mean"*"${host}"* ]] || return
  done
}

@test "layouts: the hosts of each are listed, none is missed, none is false" { each lists; }
@test "layouts: none of them is refused, remembered or not" {
  each takes
  rm -rf "$HOME/.cache/hey/hosts"
  takes() {
    local host
    for host in $hosts; do
      said=$(verb ops-deploy "$host" root@192.0.2.1 --print 2>/dev/null) || return
    done
  }
  each takes
}
@test "layouts: what none has is refused, with the host that is meant" {
  each refuses
  each means
}
