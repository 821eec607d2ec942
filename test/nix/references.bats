#!/usr/bin/env bats
# How a flake is typed, and what of that nix is given: the real nix must find the flake that was meant.

setup() {
  cd "$BATS_TEST_DIRNAME/../.." || return
  hey=$PWD/scripts/hey dir=$BATS_TEST_TMPDIR
  export HOME=$dir/home NIX_STORE_DIR=$dir/store NIX_STATE_DIR=$dir/var NIX_LOG_DIR=$dir/log
  unset NIX_REMOTE NIX_PATH DOTFILES_HOME
  export NIX_CONFIG='experimental-features = nix-command flakes
substituters =
build-users-group =
sandbox = false
flake-registry ='
  mkdir -p "$HOME" "$dir/repo/nix" "$dir/repo/sub/nix" "$dir/plain/nix" "$dir/empty" "$dir/odd #"
  local at
  for at in repo/nix repo/sub/nix plain/nix; do
    echo "{ outputs = _: { nixosConfigurations.web01 = { }; at = \"$at\"; }; }" >"$dir/$at/flake.nix"
  done
  git -C "$dir/repo" init -q
  git -C "$dir/repo" add -A
  ln -s repo/nix "$dir/link"
  ln -s link "$dir/links"
}

# given WORD…: the reference in the line that is printed.
given() { "$hey" sync build --host web01 --print "$@" 2>/dev/null | sed -n "s/.* --flake '\{0,1\}\(.*\)#web01.*/\1/p"; }
evaluated() { nix eval --raw "$1#at" 2>&1; }

@test "a directory of a repository, a link, one of each: nix finds the flake that was meant" {
  local typed at
  cd "$dir/plain"
  while read -r typed at; do
    echo "$typed: $(given --flake "$typed")"
    [ "$(evaluated "$(given --flake "$typed")" | tail -n 1)" = "$at" ]
  done <<TYPED
$dir/repo?dir=nix repo/nix
$dir/repo/?dir=nix repo/nix
../repo?dir=nix repo/nix
$dir/repo/sub?dir=nix repo/sub/nix
$dir/repo?dir=sub/nix repo/sub/nix
$dir/repo?dir=nix&submodules=1 repo/nix
$dir/plain?dir=nix plain/nix
.?dir=nix plain/nix
$dir/link repo/nix
$dir/links/ repo/nix
../link repo/nix
TYPED
  cd "$dir/empty"
  [ "$(DOTFILES_HOME=$dir/link given)" = "$dir/repo/nix" ]
  # An ops verb keeps the words of who types, where nix takes them.
  cd "$dir/repo"
  "$hey" ops deploy web01 root@web01 --backend nix --print --flake '.?dir=nix' 2>/dev/null | grep -qF " 'git+file://$dir/repo?dir=nix#nixosConfigurations"
  "$hey" ops deploy web01 root@web01 --backend nix --print --flake ./nix 2>/dev/null | grep -qF " './nix#nixosConfigurations"
}

@test "a flake in the store, or /etc/nixos as a link into it, is a path, and for nh no system that is built already" {
  local at=/nix/store/00000000000000000000000000000000-nixos
  unshare -m true || skip "SKIPPED: namespaces aren't allowed here"
  mkdir -p /nix/store
  run unshare -m bash -euc '
    mount -t tmpfs none /nix/store
    cp -r "$1/plain/nix" "$2"
    ln -s "$2" "$1/nixos"
    printf "#!/bin/sh\necho nh 4.4.2\n" >"$1/nh"
    chmod +x "$1/nh"
    export PATH="$1:$PATH" HEY_HOSTNAME=web01
    "$3" sync --host web01 --print --flake "$1/nixos" 2>/dev/null | grep "nh os "
    "$3" sync --host web01 --print --flake "$2" 2>/dev/null | grep "nh os "
    cd "$1/nixos"
    "$3" sync --host web01 --print 2>/dev/null | grep "nh os "
  ' bash "$dir" "$at" "$hey"
  echo "$output"
  [ "$status" = 0 ]
  [ "${#lines[@]}" = 3 ]
  [ "$(grep -cF "nh os boot path:$at --hostname web01 " <<<"$output")" = 3 ]
}
