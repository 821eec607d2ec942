#!/usr/bin/env bats
# What hey writes, and where: files of its own making, in directories that are the user's. And the keys that it takes.
bats_require_minimum_version 1.5.0
load world.bash

setup_file() { make_fleet; }

setup() {
  in_fleet
  rm -rf "$machine/home/me/.local" "$machine/home/me/.cache"
  home=$(getent passwd "$(id -u)" | cut -d : -f 6)
  mkdir -p "$BATS_TEST_TMPDIR/mine" "$BATS_TEST_TMPDIR/theirs"
  chown nobody "$BATS_TEST_TMPDIR/theirs"
}

shells=(dash bash 'bash --posix' 'zsh --emulate sh' 'busybox sh')

# in_shell SHELL CODE [NAME=VALUE…]: with the functions of lib/shell/here/log.sh.
in_shell() {
  # shellcheck disable=SC2086
  env -i PATH="$PATH" "${@:3}" $1 -c 'verb=ops-deploy status=0 logged_host=web1 logged_target=t said=x from= changed= lane= host=web1
    at_last() { :; }
    fact() { :; }
    fact_number() { :; }
    . "$0/lib/shell/here/log.sh"
    '"$2" "$repo"
}

# Variables, and where the notes then are.
places() {
  cat <<EOT
HOME=$BATS_TEST_TMPDIR/mine	$BATS_TEST_TMPDIR/mine/.local/state/hey
HOME=$BATS_TEST_TMPDIR/theirs	$home/.local/state/hey
HOME=$BATS_TEST_TMPDIR/nothing/at/all	$BATS_TEST_TMPDIR/nothing/at/all/.local/state/hey
HOME=relative	$home/.local/state/hey
HOME=	$home/.local/state/hey
A=b	$home/.local/state/hey
HOME=$BATS_TEST_TMPDIR/mine XDG_STATE_HOME=$BATS_TEST_TMPDIR/mine/x	$BATS_TEST_TMPDIR/mine/x/hey
HOME=$BATS_TEST_TMPDIR/mine XDG_STATE_HOME=x	$BATS_TEST_TMPDIR/mine/.local/state/hey
HOME=$BATS_TEST_TMPDIR/mine XDG_STATE_HOME=	$BATS_TEST_TMPDIR/mine/.local/state/hey
HOME=$BATS_TEST_TMPDIR/mine XDG_STATE_HOME=$BATS_TEST_TMPDIR/theirs	$BATS_TEST_TMPDIR/mine/.local/state/hey
HOME=$BATS_TEST_TMPDIR/theirs XDG_STATE_HOME=$BATS_TEST_TMPDIR/theirs/x	$home/.local/state/hey
HOME=$BATS_TEST_TMPDIR/theirs XDG_STATE_HOME=$BATS_TEST_TMPDIR/mine	$BATS_TEST_TMPDIR/mine/hey
EOT
}

@test "own: notes lie in directories of the user's, in every shell and for the verbs" {
  local given wanted shell seen bad=0
  echo 'process.stdout.write(`${require(`${process.argv[2]}/lib/here/state.ts`).stateHome()}\n`)' >"$BATS_TEST_TMPDIR/state.cjs"
  while IFS=$'\t' read -r given wanted; do
    for shell in "${shells[@]}"; do
      # shellcheck disable=SC2086
      seen=$(in_shell "$shell" 'find_notes; printf "%s\n" "$notes"' $given)
      [ "$seen" = "$wanted" ] || { echo "$shell, $given: $seen, not $wanted"; bad=1; }
    done
    # shellcheck disable=SC2086
    seen=$(env -i PATH="$PATH" $given node "$repo/lib/load.cjs" "$BATS_TEST_TMPDIR/state.cjs" "$repo")
    [ "$seen" = "$wanted" ] || { echo "verbs, $given: $seen, not $wanted"; bad=1; }
  done < <(places)
  [ "$bad" = 0 ]
}

@test "own: what is noted is for the user alone, whatever the umask" {
  local shell state=$BATS_TEST_TMPDIR/mine/.local/state
  for shell in "${shells[@]}"; do
    rm -rf "$BATS_TEST_TMPDIR/mine"
    mkdir "$BATS_TEST_TMPDIR/mine"
    (umask 000 && in_shell "$shell" 'keep_log; note_run; record a b; read_record; printf "%s\n" "$last_deployed"' HOME="$BATS_TEST_TMPDIR/mine") >"$BATS_TEST_TMPDIR/said"
    [ "$(cat "$BATS_TEST_TMPDIR/said")" = "a b" ]
    [ "$(stat -c %a "$state/hey" "$state/hey/log" "$state/hey/deployed" "$state/hey/deployed/web1" | xargs)" = "700 600 700 600" ]
  done
}

@test "own: no link is followed and no pipe waited for where notes are written and read" {
  local shell state=$BATS_TEST_TMPDIR/mine/.local/state
  for shell in "${shells[@]}"; do
    rm -rf "$BATS_TEST_TMPDIR/mine" "$BATS_TEST_TMPDIR/elsewhere"
    mkdir -p "$state/hey/deployed"
    ln -s "$BATS_TEST_TMPDIR/elsewhere" "$state/hey/log"
    ln -s "$BATS_TEST_TMPDIR/elsewhere" "$state/hey/deployed/web1"
    in_shell "$shell" 'keep_log; note_run; record a b' HOME="$BATS_TEST_TMPDIR/mine"
    [ ! -e "$BATS_TEST_TMPDIR/elsewhere" ]
    rm "$state/hey/log" "$state/hey/deployed/web1"
    mkfifo "$state/hey/log" "$state/hey/deployed/web1"
    export -f in_shell
    export repo
    timeout 5 bash -c 'in_shell "$@"' x "$shell" 'keep_log; note_run; record a b; read_record' HOME="$BATS_TEST_TMPDIR/mine"
  done
}

@test "own: in a directory of somebody else a verb leaves nothing" {
  # Not by lib/start, which decides about the cache of modules.
  run on_machine HOME="$BATS_TEST_TMPDIR/mine" XDG_STATE_HOME="$BATS_TEST_TMPDIR/theirs/state" XDG_CACHE_HOME="$BATS_TEST_TMPDIR/theirs/cache" \
    node "$repo/lib/load.cjs" "$repo/scripts/ops-rollback.ts" nobody1 root@127.0.0.1
  [ -z "$(find "$BATS_TEST_TMPDIR/theirs" -mindepth 1)" ]
  [ -e "$BATS_TEST_TMPDIR/mine/.local/state/hey/log" ]
}

@test "own: a hey.toml is not written through a link, also to an empty file" {
  local to
  export text='guard = true'
  for to in nothing empty pipe; do
    rm -rf hey.toml "$BATS_TEST_TMPDIR"/{nothing,empty,pipe}
    : >"$BATS_TEST_TMPDIR/empty"
    mkfifo "$BATS_TEST_TMPDIR/pipe"
    ln -s "$BATS_TEST_TMPDIR/$to" hey.toml
    run timeout 5 sh -c 'verb=init; step() { echo "$*" >&2; }; for module in log settings; do . "$0/lib/shell/here/$module.sh"; done; write_settings hey.toml "$text"' "$repo"
    [ "$status" = 1 ]
    [ "$to" = pipe ] || [ ! -s "$BATS_TEST_TMPDIR/$to" ]
  done
}

@test "keys: one that others can read is refused with what to type" {
  local key=$machine/home/me/.ssh/keys.homelab/vps/ssh_host_ed25519_key_vps-ultraman mode
  for mode in 644 640 604 660 666; do
    chmod $mode "$key"
    run --separate-stderr verb ops-push-keys vps-ultraman root@127.0.0.1 --no-global --print
    [ "$status" = 1 ] && [ -z "$output" ]
    [[ $stderr == "ops-push-keys: "*" $key can be read by others (mode 0$mode). Try: chmod 600 $key" ]]
  done
  for mode in 600 400; do
    chmod $mode "$key"
    run --separate-stderr verb ops-push-keys vps-ultraman root@127.0.0.1 --no-global --print
    [ "$status" = 0 ]
  done
  chmod 600 "$key"
}

@test "keys: a public key without its private one is not written over" {
  local key=$machine/home/me/.ssh/keys.homelab/vps/ssh_host_ed25519_key_web1
  echo kept >"$key.pub"
  run --separate-stderr verb ops-push-keys web1 root@127.0.0.1 --no-global --generate
  [ "$status" = 1 ] && [ -z "$output" ]
  [ "$stderr" = "ops-push-keys: $key.pub is there without its private key; hey does not overwrite it. Try: mv $key.pub $key.pub.old" ] || { echo "$stderr"; false; }
  [ "$(cat "$key.pub")" = kept ]
  rm "$key.pub"
  run --separate-stderr on_machine HOME="$BATS_TEST_TMPDIR/theirs" "$repo/scripts/ops-push-keys.ts" web1 root@127.0.0.1 --no-global --generate --print
  [ "$status" = 1 ]
  [[ $stderr == *"would be open to others, so hey makes no key there"* ]]
}

@test "own: what node made of hey's files is kept and run only where nobody else can change the way to it" {
  local ran=$BATS_TEST_TMPDIR/ran place bad=0
  cat >"$BATS_TEST_TMPDIR/poison.cjs" <<'END'
const { readdirSync, readFileSync, writeFileSync } = require("node:fs");
const { deserialize, serialize } = require("node:v8");
const [, , dir, ran] = process.argv;
for (const name of readdirSync(dir, { recursive: true }).filter((one) => one.endsWith(".kept"))) {
  const kept = deserialize(readFileSync(`${dir}/${name}`));
  for (const one of kept.values()) Object.assign(one, { code: `require("fs").writeFileSync(${JSON.stringify(ran)}, "");`, data: undefined });
  writeFileSync(`${dir}/${name}`, serialize(kept));
}
END
  looked() { on_machine HOME="$BATS_TEST_TMPDIR/mine" XDG_CACHE_HOME="$1" "$repo/scripts/trust.ts" --help >/dev/null; }
  # Where it is the user's own it is run, so that this test sees it.
  looked "$BATS_TEST_TMPDIR/mine/cache"
  node "$BATS_TEST_TMPDIR/poison.cjs" "$BATS_TEST_TMPDIR/mine/cache" "$ran"
  looked "$BATS_TEST_TMPDIR/mine/cache"
  [ -e "$ran" ]
  for place in theirs open open/below link theirs/link; do
    rm -rf "$ran" "$BATS_TEST_TMPDIR"/{open,link} "$BATS_TEST_TMPDIR"/theirs/*
    mkdir -p "$BATS_TEST_TMPDIR/open/below"
    chmod 777 "$BATS_TEST_TMPDIR/open"
    ln -s theirs "$BATS_TEST_TMPDIR/link"
    ln -s ../mine "$BATS_TEST_TMPDIR/theirs/link"
    looked "$BATS_TEST_TMPDIR/$place/cache"
    [ -z "$(find "$BATS_TEST_TMPDIR/theirs" "$BATS_TEST_TMPDIR/open" -name hey)" ] || { echo "$place: something was made there"; bad=1; }
    [ -e "$BATS_TEST_TMPDIR/$place/cache" ] || cp -a "$BATS_TEST_TMPDIR/mine/cache" "$BATS_TEST_TMPDIR/$place/cache"
    looked "$BATS_TEST_TMPDIR/$place/cache"
    [ ! -e "$ran" ] || { echo "$place: it ran"; bad=1; }
  done
  [ "$bad" = 0 ]
}
