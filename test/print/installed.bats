#!/usr/bin/env bats
# How hey comes to a machine: as a package of npm's or another program's, from an archive, in a clone with other line ends.
load ../lib/machine

setup_file() {
  . "$BATS_TEST_DIRNAME/../lib/machine.bash"
  make_machine "$BATS_FILE_TMPDIR/machine"
}

setup() {
  machine=$BATS_FILE_TMPDIR/machine record=$BATS_TEST_TMPDIR/record
  mkdir "$record"
  cd "$BATS_TEST_TMPDIR"
}

# package DIR: hey as a package has it, which are the files that git knows, less npm's own of a checkout.
package() {
  mkdir -p "$1"
  cp -a "$repo"/{lib,scripts,completions,package.json,tsconfig.json} "$1/"
}

# says PROGRAM…: it does what it should, and says nothing else.
says() {
  local status=0
  on_machine "$@" ops ssh --print vps >"$BATS_TEST_TMPDIR/stdout" 2>"$BATS_TEST_TMPDIR/stderr" </dev/null || status=$?
  head -c 2000 "$BATS_TEST_TMPDIR/stderr"
  [ "$status" = 0 ]
  [ ! -s "$BATS_TEST_TMPDIR/stderr" ]
  [ "$(cat "$BATS_TEST_TMPDIR/stdout")" = "ssh root@vps" ]
}

# refuses TEXT PROGRAM…: 1, and one line that has the text.
refuses() {
  local text=$1 status=0
  shift
  on_machine "$@" ops ssh --print vps >"$BATS_TEST_TMPDIR/stdout" 2>"$BATS_TEST_TMPDIR/stderr" </dev/null || status=$?
  head -c 2000 "$BATS_TEST_TMPDIR/stderr"
  [ "$status" = 1 ]
  [ ! -s "$BATS_TEST_TMPDIR/stdout" ]
  [ "$(wc -l <"$BATS_TEST_TMPDIR/stderr")" = 1 ]
  grep -qF -e "$text" "$BATS_TEST_TMPDIR/stderr"
}

@test "as a package with its own packages below it, as npm install -g makes it" {
  package lib/node_modules/hey
  mkdir bin
  ln -s "$repo/node_modules" lib/node_modules/hey/node_modules
  ln -s ../lib/node_modules/hey/scripts/hey bin/hey
  # npm writes that at the top alone.
  rm lib/node_modules/hey/node_modules
  mkdir lib/node_modules/hey/node_modules
  ln -s "$repo/node_modules/"* lib/node_modules/hey/node_modules/
  says bin/hey
}

@test "as a package beside the others, as npm install makes it of a dependency" {
  package node_modules/hey
  ln -s "$repo/node_modules/"* node_modules/
  mkdir node_modules/.bin
  ln -s ../hey/scripts/hey node_modules/.bin/hey
  says node_modules/.bin/hey
}

@test "as pnpm has packages: in a store of links, called by a script of its own" {
  package node_modules/.pnpm/hey@0.1.0/node_modules/hey
  ln -s "$repo/node_modules/"* node_modules/.pnpm/hey@0.1.0/node_modules/
  ln -s .pnpm/hey@0.1.0/node_modules/hey node_modules/hey
  # shellcheck disable=SC2016
  printf '%s\n' '#!/bin/sh' 'basedir=$(dirname "$0")' 'exec sh "$basedir/node_modules/hey/scripts/hey" "$@"' >hey
  chmod +x hey
  says ./hey
}

@test "a checkout that pnpm or yarn has set up is not set up again" {
  local file
  for file in .modules.yaml .yarn-integrity; do
    package "$file.hey"
    cp "$repo/package-lock.json" "$file.hey/"
    mkdir "$file.hey/node_modules"
    ln -s "$repo/node_modules/"* "$file.hey/node_modules/"
    : >"$file.hey/node_modules/$file"
    says "$file.hey/scripts/hey"
  done
}

@test "a package whose packages are gone says so, and nothing of npm ci" {
  package node_modules/hey
  refuses "the packages that hey needs are not beside $PWD/node_modules/hey; install hey again" node_modules/hey/scripts/hey
}

@test "by the real npm: a tarball, globally and as a dependency" {
  local tarball
  (cd "$repo" && npm pack --silent --pack-destination "$BATS_TEST_TMPDIR" >"$BATS_TEST_TMPDIR/packed")
  tarball=$PWD/$(tail -n 1 packed)
  [ -s "$tarball" ]
  mkdir project
  (npm install --global --prefix "$PWD/global" --no-audit --no-fund "$tarball" && npm install --prefix "$PWD/project" --no-audit --no-fund "$tarball") >npm.out 2>&1 || {
    grep -qE 'E(NOTFOUND|CONNREFUSED|CONNRESET|AI_AGAIN|TIMEDOUT)|network|certificate' npm.out && skip "SKIPPED: npm's registry can't be reached"
    cat npm.out
    false
  }
  says global/bin/hey
  says project/node_modules/.bin/hey
}

@test "files that have lost the bits to be run by: called by sh, all verbs run" {
  package hey
  cp "$repo/package-lock.json" hey/
  ln -s "$repo/node_modules" hey/node_modules
  chmod -R a-x+X hey
  says sh hey/scripts/hey
  on_machine sh hey/scripts/hey help >stdout
  grep -q '^ .*hey ops deploy ' stdout
}

@test "on a file system without programs: what is not compiled yet is said to want another place, in a line" {
  [ "$(id -u)" = 0 ] || skip "SKIPPED: only root can mount one"
  package hey
  cp "$repo/package-lock.json" hey/
  ln -s "$repo/node_modules" hey/node_modules
  # Where mount lies no verb looks for programs.
  # shellcheck disable=SC2016
  printf '%s\n' 'at=$1 mount=$2' 'shift 2' '"$mount" --bind "$at" "$at" && "$mount" -o remount,bind,noexec "$at" && exec "$@"' >closing
  run="$(type -P unshare) -m sh $PWD/closing $repo/node_modules $(type -P mount)"
  refuses "which compiles hey, can't be started (EACCES); set hey up elsewhere" HOME=/nonexistent sh hey/scripts/hey
}

@test "in a clone with core.autocrlf, as git for Windows makes it, line ends are ours" {
  [ -e "$repo/.git" ] || skip "SKIPPED: this is no checkout of git"
  git -c core.autocrlf=true -c core.eol=crlf clone -q --no-local "$repo" clone
  [ "$(git -C clone ls-files | wc -l)" -gt 100 ]
  ! (cd clone && git ls-files -z | xargs -0 grep -lI $'\r$' --) | head -n 3 | grep . || false
}

@test "sudo has a PATH of its own: what to type where node is not on it" {
  mkdir without
  ln -s "$machine/bin/"* without/
  rm without/node
  refuses 'Node.js is not on the PATH that sudo sets (secure_path). Try: sudo env "PATH=$PATH"' SUDO_USER=me PATH="$PWD/without" "$repo/scripts/hey"
  refuses "Node.js is not on PATH; install Node.js 20 or newer" PATH="$PWD/without" "$repo/scripts/hey"
}
