#!/usr/bin/env bats
# What only looks at a stranger's flake starts nothing that its repository names. With the real nix and git, which nix calls.
bats_require_minimum_version 1.5.0

repo=$(cd "$BATS_TEST_DIRNAME/../.." && pwd -P)

setup() {
  export HOME=$BATS_TEST_TMPDIR/home
  unset XDG_CACHE_HOME
  mkdir -p "$HOME" "$BATS_TEST_TMPDIR/bin"
  printf '#!/bin/sh\nexit 255\n' >"$BATS_TEST_TMPDIR/bin/ssh"
  chmod +x "$BATS_TEST_TMPDIR/bin/ssh"
  PATH=$BATS_TEST_TMPDIR/bin:$PATH
  ran=$BATS_TEST_TMPDIR/ran
}

# strangers_flake: is made, and gone to. Its configuration names what git is to start, which leaves a file $ran.
strangers_flake() {
  cd "$(mktemp -d "$BATS_TEST_TMPDIR/flake.XXXXXX")"
  cat >flake.nix <<'NIX'
{
  outputs = _: {
    nixosConfigurations.web1 = { };
    deploy.nodes.web1.hostname = "web1.example.org";
    colmena.web1.deployment.targetHost = "web1.example.org";
  };
}
NIX
  echo '* filter=one' >.gitattributes
  echo '*.txt filter=the.other' >>.gitattributes
  echo text >a.txt
  git init -q -b main
  git add -A
  git -c user.name=me -c user.email=me@example.org commit -q -m all
  git config core.fsmonitor "touch '$ran'; false"
  git config filter.one.clean "touch '$ran'; cat"
  git config filter.one.required true
  git config -f .git/more filter.the.other.smudge "touch '$ran'; cat"
  git config include.path more
  rm -f "$ran"
  # Whether it has changed git asks the filter.
  touch flake.nix a.txt
}

@test "looks: nix starts the repository's monitor and filters, and none where hey only looks" {
  local line how at
  strangers_flake
  nix --extra-experimental-features 'nix-command flakes' eval .#deploy --apply toString >/dev/null 2>&1 || :
  [ -e "$ran" ]
  while IFS= read -r line; do
    for how in 'LINE' 'LINE --print | sh' 'LINE --flake "$at"' 'LINE --print --flake "git+file://$at" | sh'; do
      strangers_flake
      at=$PWD
      case $how in *at*) cd / ;; esac
      run eval "setsid -w '$repo/scripts/'${how/LINE/$line}" </dev/null
      [ ! -e "$ran" ] || { echo "$how of $line: it ran"; return 1; }
      [[ $output != *"does not provide"* && $output != *"yntax error"* && $output != *"not found"* ]] || { echo "$how of $line: $output"; return 1; }
    done
  done <<'LINES'
ops-hosts.ts
ops-hosts.ts --import deploy-rs
ops-hosts.ts --import colmena
ops-status.ts --on web1 --eval
ops-doctor.ts web1 --eval
LINES
}

@test "looks: what hey asks git and nix, and what its scripts ask them, have the same environment" {
  strangers_flake
  export GIT_DIR=/nowhere GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=core.pager GIT_CONFIG_VALUE_0=less GIT_CEILING_DIRECTORIES=/
  cat >"$BATS_TEST_TMPDIR/env.ts" <<TS
import { gitEnvironment } from "$repo/lib/here/git.ts";
for (const [name, value] of Object.entries(gitEnvironment(process.cwd()))) if (name.startsWith("GIT_")) console.log(name + "=" + value);
TS
  node "$repo/lib/load.cjs" "$BATS_TEST_TMPDIR/env.ts" | sort >"$BATS_TEST_TMPDIR/own"
  # Three of git's, and four for each filter.
  [ "$(grep -c '^GIT_CONFIG_KEY' "$BATS_TEST_TMPDIR/own")" = 11 ]
  (
    newline=$'\n'
    step() { :; }
    . "$repo/lib/shell/here/harmless.sh"
    harmlessly . env | grep ^GIT_ | sort
  ) >"$BATS_TEST_TMPDIR/scripts"
  # In which order the filters stand is no matter.
  for one in own scripts; do sed '/^GIT_CONFIG_[KV]/s/_[0-9]*=/=/' "$BATS_TEST_TMPDIR/$one" | sort >"$BATS_TEST_TMPDIR/$one.sorted"; done
  diff "$BATS_TEST_TMPDIR/own.sorted" "$BATS_TEST_TMPDIR/scripts.sorted"
}

@test "looks: hosts that nix does not find together are found one by one, as they are built" {
  cd "$(mktemp -d "$BATS_TEST_TMPDIR/flake.XXXXXX")"
  cat >flake.nix <<'NIX'
{
  outputs = _: let
    host = name: { config.system.build.toplevel = derivation { inherit name; system = "x86_64-linux"; builder = "/bin/sh"; }; };
  in {
    nixosConfigurations = { reed = host "reed"; sedge = host "sedge"; };
    packages.x86_64-linux.nixosConfigurations.tool = host "tool";
    packages.aarch64-linux.nixosConfigurations.tool = host "tool";
  };
}
NIX
  run --separate-stderr setsid -w "$repo/scripts/ops-status.ts" --on reed,sedge --eval --print </dev/null
  [ "$status" = 0 ]
  # Of what is printed the one that evaluates.
  printf '%s\n' "$output" | sed -n "/show_systems reed sedge/,\$p" | grep -q . || { echo "$output" | head -50; false; }
  printf '%s\n' "$output" >"$BATS_TEST_TMPDIR/script"
  run --separate-stderr sh "$BATS_TEST_TMPDIR/script"
  [[ $output == *"reed /nix/store/"*"-reed.drv /nix/store/"*"-reed"*"sedge /nix/store/"* && $stderr != *"does not evaluate"* ]] || { echo "$output $stderr"; false; }
}
