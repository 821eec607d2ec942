#!/usr/bin/env bats
# When nix is asked which hosts a flake has, what is remembered of it, and what happens where it can't tell. With the real nix and git.
bats_require_minimum_version 1.5.0

. "$BATS_TEST_DIRNAME/../lib/warm.bash"
repo=$(cd "$BATS_TEST_DIRNAME/../.." && pwd -P)

setup() {
  export HOME=$BATS_TEST_TMPDIR/home
  unset XDG_CACHE_HOME
  mkdir -p "$HOME" "$BATS_TEST_TMPDIR/bin" "$BATS_TEST_TMPDIR/flake/machines"
  warm "$HOME/.cache"
  # Counts its calls.
  printf '#!/bin/sh\necho >>%q\nexec %q "$@"\n' "$BATS_TEST_TMPDIR/calls" "$(type -P nix)" >"$BATS_TEST_TMPDIR/bin/nix"
  chmod +x "$BATS_TEST_TMPDIR/bin/nix"
  # Is there, so that a deployment is its line.
  printf '#!/bin/sh\nexit 1\n' >"$BATS_TEST_TMPDIR/bin/nixos-rebuild"
  chmod +x "$BATS_TEST_TMPDIR/bin/nixos-rebuild"
  PATH=$BATS_TEST_TMPDIR/bin:$PATH
  flake=$BATS_TEST_TMPDIR/flake
  cd "$flake"
  echo '{ outputs = _: { nixosConfigurations = import ./machines; }; }' >flake.nix
  echo '{ web1 = throw "not this one"; web2 = 1; db = 1; }' >machines/default.nix
  echo '{ }' >data.json
  git init -q -b main
  git config user.name me
  git config user.email me@example.org
  git add -A
}

verb() { setsid -w "$repo/scripts/$1.ts" "${@:2}" </dev/null; }
calls() { if [ -e "$BATS_TEST_TMPDIR/calls" ]; then wc -l <"$BATS_TEST_TMPDIR/calls"; else echo 0; fi; }

# asks NUMBER COMMAND…: how often it starts nix
asks() {
  rm -f "$BATS_TEST_TMPDIR/calls"
  run --separate-stderr "${@:2}"
  [ "$(calls)" = "$1" ] || { echo "${*:2}: nix was started $(calls) times, not $1; $status $output $stderr"; return 1; }
}

# without_nix COMMAND…: where only these programs are.
without_nix() {
  local dir=$BATS_TEST_TMPDIR/few program
  mkdir -p "$dir"
  for program in sh env node readlink dirname basename grep sed cat git mkdir setsid ssh; do ln -sf "$(type -P "$program")" "$dir/"; done
  ln -sf "$BATS_TEST_TMPDIR/bin/nixos-rebuild" "$dir/"
  PATH=$dir "$@"
}

@test "known: nix is asked once, and again when the flake has changed" {
  asks 1 verb ops-hosts
  [ "$(printf '%s\n' "${lines[@]:1}" | cut -d ' ' -f 1 | xargs)" = "db web1 web2" ]
  local words
  for words in ops-hosts 'ops-hosts --on web*' 'ops-hosts --on !db' "ops-hosts --flake $flake" 'ops-deploy web1 x --print' 'ops-status --all --print' \
    'ops-deploy --all --print'; do
    # shellcheck disable=SC2086
    asks 0 verb $words
    [ "$status" = 0 ] && [ -z "$stderr" ]
  done
  (cd machines && asks 0 verb ops-hosts)
  echo changed >README
  asks 0 verb ops-hosts
  echo '{ web1 = 1; web3 = 1; }' >machines/default.nix
  asks 1 verb ops-hosts
  [[ $output == *web3* && $output != *web2* ]]
  echo '{ "a": 1 }' >data.json
  asks 1 verb ops-hosts
  echo '{ "nodes": { "root": { } }, "root": "root", "version": 7 }' >flake.lock
  asks 1 verb ops-hosts
  echo '{ }' >machines/other.nix
  asks 1 verb ops-hosts
  # Nix sees it from now on.
  git add machines/other.nix
  asks 1 verb ops-hosts
  git commit -q -m all -a
  asks 1 verb ops-hosts
  git checkout -q -b other
  git status >/dev/null
  verb ops-hosts >/dev/null
  asks 0 verb ops-hosts
}

@test "known: each way to name the flake has an answer of its own, remembered beside the others" {
  echo '{ new = 1; }' >untracked.nix
  echo '{ outputs = _: { nixosConfigurations = if builtins.pathExists ./untracked.nix then import ./untracked.nix else import ./machines; }; }' >flake.nix
  asks 1 verb ops-hosts
  [[ $output == *web1* ]]
  asks 1 verb ops-hosts --flake "path:$flake"
  [[ $output == *new* && $output != *web1* ]]
  asks 0 verb ops-hosts
  [[ $output == *web1* && $output != *new* ]]
  asks 0 verb ops-hosts --flake "path:$flake"
  [[ $output == *new* ]]
}

@test "known: a typed name that nothing known has is asked for, and a mistyped one is refused with the meant one" {
  # --dry-activate is refused later, without a target.
  asks 1 verb ops-deploy web4 192.0.2.1
  [ "$status" = 2 ] && [[ $stderr == "ops-deploy: the flake in '$flake' has no host 'web4'; did you mean web1 or web2?" ]]
  # It may just have come, by what no stamp tells.
  echo 3 >machines/count
  echo 'builtins.listToAttrs (builtins.genList (n: { name = "n${toString n}"; value = 1; }) (builtins.fromJSON (builtins.readFile ./count)))' >machines/default.nix
  git add -A
  verb ops-hosts >/dev/null
  echo 5 >machines/count
  asks 0 verb ops-status n2 --print
  asks 1 verb ops-status n4 192.0.2.1
  [[ $stderr != *"no host"* && $status != 2 ]]
  asks 1 verb ops-status n7 192.0.2.1
  [ "$status" = 2 ]
  asks 0 verb ops-deploy n4 192.0.2.1 --print
  [ "$status" = 0 ] && [ -z "$stderr" ]
}

@test "known: --print needs no nix; a name that is not known is printed, with a note" {
  for how in '' without_nix; do
    asks 0 $how verb ops-deploy web1 192.0.2.1 --print
    [ "$status" = 0 ] && [[ $output == *".#web1"* ]]
    [ "$stderr" = "ops-deploy: whether the flake in '$flake' has a host 'web1' is not known, as --print evaluates nothing" ]
    asks 0 $how verb ops-deploy --on web1,nothing --print=plan
    [ "$status" = 0 ] && [ "${#stderr_lines[@]}" = 2 ]
  done
}

@test "known: where nix can't tell, that is one line, and what was typed is taken; all hosts are refused" {
  echo '{ outputs = _: { nixosConfigurations = throw "no \"network\"\n here"; }; }' >flake.nix
  run --separate-stderr verb ops-status web1 127.0.0.1
  [ "${stderr_lines[0]}" = "ops-status: whether the flake in '$flake' has a host 'web1' is not known, as nix can't tell (no \"network\"); going on with it as typed" ] ||
    { echo "$stderr"; false; }
  [ "${#stderr_lines[@]}" = 1 ] && [ "$status" = 21 ]
  for words in 'ops-deploy --all' 'ops-status --all' "ops-deploy --on w*" 'ops-hosts' 'ops-status' 'ops-doctor'; do
    # shellcheck disable=SC2086
    set -f; run --separate-stderr verb $words; set +f
    [ "$status" = 1 ] && [ "$stderr" = "${words%% *}: nix can't tell which hosts the flake has (no \"network\"). Try: the names of the hosts" ]
  done
  run --separate-stderr without_nix verb ops-hosts
  [ "$status" = 1 ] && [ "$stderr" = "ops-hosts: nix can't tell which hosts the flake has (nix is not on PATH). Try: the names of the hosts" ]
  printf '[hosts.db]\ntags = "x"\n' >hey.toml
  run --separate-stderr without_nix verb ops-hosts
  [ "$status" = 0 ] && [ "${lines[1]}" = "db    db      @x" ] && [ "${#stderr_lines[@]}" = 1 ]
  run --separate-stderr without_nix verb ops-deploy --all --print
  [ "$status" = 1 ] && [ -z "$output" ]
  echo '{ outputs = _: { nixosConfigurations = {' >flake.nix
  run --separate-stderr verb ops-hosts --on nothing
  [ "${#stderr_lines[@]}" = 1 ] && [[ $stderr == *"(syntax error, unexpected end of file"* && ${lines[1]} == nothing* ]]
}

@test "known: a newer nix is asked with a dot, where it may be told no other system, and where the packages don't evaluate" {
  printf '#!/bin/sh\ncase "$*" in *"#.nixosConfigurations --apply"*) echo \x27["web1"]\x27 ;; *) echo "error: no packages" >&2; exit 1 ;; esac\n' >"$BATS_TEST_TMPDIR/bin/nix"
  local words
  for words in '' --impure; do
    # shellcheck disable=SC2086
    run --separate-stderr verb ops-hosts $words
    [ "$status" = 0 ]
    [ "${lines[1]}" = "web1  web1" ]
    rm -r "$HOME/.cache/hey/hosts"
  done
  # What the first question was answered counts, where the second is none.
  printf '#!/bin/sh\ncase "$*" in *"#.nixosConfigurations --apply"*) echo "error: flake does not provide attribute \x27.nixosConfigurations\x27" >&2 ;; *) echo "error: no packages" >&2 ;; esac\nexit 1\n' >"$BATS_TEST_TMPDIR/bin/nix"
  for words in '' --impure; do
    # shellcheck disable=SC2086
    run --separate-stderr verb ops-hosts $words
    [ "$status" = 1 ]
    [[ $stderr == *"(no packages)"* ]]
  done
}

@test "known: what takes longer than a second is said" {
  printf '#!/bin/sh\nsleep "${SLOW-0}"\necho \x27["web1"]\x27\n' >"$BATS_TEST_TMPDIR/bin/nix"
  run --separate-stderr env SLOW=0.3 "$repo/scripts/ops-hosts.ts"
  [ "$status" = 0 ] && [ -z "$stderr" ]
  echo >>flake.nix
  run --separate-stderr env SLOW=2 "$repo/scripts/ops-hosts.ts"
  [ "$status" = 0 ] && [ "$stderr" = "ops-hosts: nix evaluates which hosts the flake has" ]
}

@test "known: hosts of hey.toml are known, and hide no others; one that the flake hasn't is refused with its line" {
  printf '[hosts.web2]\ntags = "x"\n' >hey.toml
  asks 0 verb ops-deploy web2 192.0.2.1 --print
  [ "$status" = 0 ] && [ -z "$stderr" ]
  asks 0 verb ops-hosts --on @x
  run --separate-stderr verb ops-hosts
  [ "${#lines[@]}" = 4 ]
  printf '\n[hosts.wbe1]\n' >>hey.toml
  run --separate-stderr verb ops-hosts
  [ "$status" = 2 ] && [ "$stderr" = "ops-hosts: hey.toml:4: the flake in '$flake' has no host 'wbe1'; did you mean web1?" ]
  # No other verb is kept from its work by that.
  run --separate-stderr verb ops-rollback web1 192.0.2.1 --print
  [ "$status" = 0 ] && [ -z "$stderr" ]
}

@test "known: a host whose files git does not track is refused with what adds them, in any folder, and in a submodule" {
  echo 'builtins.mapAttrs (_: _: 1) (builtins.removeAttrs (builtins.readDir ./.) [ "default.nix" ])' >machines/default.nix
  mkdir machines/old machines/fresh
  echo '{ }' | tee machines/old/x.nix >machines/fresh/x.nix
  git add machines/old
  run --separate-stderr verb ops-deploy fresh 192.0.2.1
  [ "$status" = 2 ]
  [ "$stderr" = "ops-deploy: the flake in '$flake' has no host 'fresh': git does not track machines/fresh, so nix does not see it. Try: git -C $flake add -N machines/fresh" ]
  # Nix takes every file of this one.
  asks 1 verb ops-hosts --flake "path:$flake" --on fresh
  [ "$status" = 0 ]
  git add -N machines/fresh
  run --separate-stderr verb ops-hosts --on fresh
  [ "$status" = 0 ]
  git init -q "$BATS_TEST_TMPDIR/sub"
  mkdir "$BATS_TEST_TMPDIR/sub/one"
  echo '{ }' >"$BATS_TEST_TMPDIR/sub/one/x.nix"
  git -C "$BATS_TEST_TMPDIR/sub" add -A
  git -C "$BATS_TEST_TMPDIR/sub" -c user.name=me -c user.email=me@example.org commit -q -m one
  git -c protocol.file.allow=always submodule --quiet add "$BATS_TEST_TMPDIR/sub" machines/subs
  echo '{ outputs = _: { nixosConfigurations = builtins.mapAttrs (_: _: 1) (builtins.readDir ./machines/subs); }; }' >flake.nix
  git add -A
  git commit -q -m sub
  mkdir machines/subs/two
  echo '{ }' >machines/subs/two/x.nix
  # Nix clones it, which git refuses of a file unless it is told so.
  git config --global protocol.file.allow always
  run --separate-stderr verb ops-deploy two 192.0.2.1 --flake '.?submodules=1'
  [ "$status" = 2 ]
  [[ $stderr == *"git does not track machines/subs/two, so nix"*"Try: "* ]]
  # What is to be typed adds it: the submodule tracks it, not this repository.
  sh -e -c "${stderr##*Try: }"
  [ -n "$(git -C machines/subs ls-files two)" ]
  git -C machines/subs reset -q
  run --separate-stderr verb ops-deploy one 192.0.2.1 --print --flake '.?submodules=1'
  [ "$status" = 0 ] && [[ $stderr != *"does not track"* ]]
  # hey.toml says it once for all.
  printf '[flake]\nquery = "submodules=1"\n' >hey.toml
  asks 1 verb ops-hosts
  [ "$status" = 0 ] && [ "${lines[1]}" = "one   one" ]
  asks 0 verb ops-deploy one 192.0.2.1 --print
  [[ $output == *"--flake '.?submodules=1#one'"* && -z $stderr ]]
  run --separate-stderr verb sync build --host one --print
  [[ $output == *"$flake?submodules=1#one"* ]]
  run --separate-stderr verb ops-deploy one 192.0.2.1 --print --flake '.?ref=main'
  [[ $output == *"--flake '.?ref=main#one'"* ]]
}

@test "known: a question to git runs nothing of the repository, and goes to no other" {
  local ran=$BATS_TEST_TMPDIR/ran words
  printf '#!/bin/sh\ntouch %q\n' "$ran" >"$BATS_TEST_TMPDIR/monitor"
  chmod +x "$BATS_TEST_TMPDIR/monitor"
  git config core.fsmonitor "$BATS_TEST_TMPDIR/monitor"
  mkdir -p hosts/fresh machines/fresh
  echo '{ }' | tee hosts/fresh/default.nix >machines/fresh/default.nix
  # A bare repository that lies in the work tree, with a work tree of its own.
  git init -q --bare "$BATS_TEST_TMPDIR/bare"
  cp -r "$BATS_TEST_TMPDIR/bare/." hosts/
  cp -r "$BATS_TEST_TMPDIR/bare/." machines/
  for dir in hosts machines; do
    git -C "$BATS_TEST_TMPDIR" config -f "$flake/$dir/config" core.bare false
    git config -f "$dir/config" core.worktree "$flake/$dir"
    git config -f "$dir/config" core.fsmonitor "$BATS_TEST_TMPDIR/monitor"
  done
  for words in 'ops-deploy fresh x --print' 'ops-deploy fresh x' 'ops-hosts' 'ops-status' 'ops-doctor fresh 127.0.0.1' 'ops-push-keys fresh x --print' \
    'sync build --host fresh --print' 'ops-status fresh 127.0.0.1 --flake hosts/..'; do
    # shellcheck disable=SC2086
    run verb $words
    [ ! -e "$ran" ] || { echo "$words: it ran"; return 1; }
  done
  git config --unset core.fsmonitor
  rm -rf hosts machines/fresh
  git init -q "$BATS_TEST_TMPDIR/other"
  echo '{ a = 1; }' >machines/default.nix
  for name in GIT_DIR="$BATS_TEST_TMPDIR/other/.git" GIT_INDEX_FILE="$BATS_TEST_TMPDIR/none" GIT_WORK_TREE="$BATS_TEST_TMPDIR/other"; do
    echo >>flake.nix
    run --separate-stderr env "$name" "$repo/scripts/ops-hosts.ts"
    [ "$status" = 0 ] && [ "${lines[1]}" = "a     a" ] || { echo "$name: $status $output $stderr"; return 1; }
  done
}

@test "known: what a line says of the evaluation, the question for the names says too" {
  echo '{ outputs = _: { nixosConfigurations = if builtins.getEnv "HEYENV" == "" then throw "HEYENV is missing" else { web1 = 1; }; }; }' >flake.nix
  export HEYENV=1
  run --separate-stderr verb ops-hosts
  [ "$status" = 1 ] && [[ $stderr == *"(HEYENV is missing)"* ]]
  run --separate-stderr verb ops-hosts --impure
  [ "$status" = 0 ] && [ "${lines[1]}" = "web1  web1" ]
  # The environment may be another next time.
  rm -f "$BATS_TEST_TMPDIR/calls"
  verb ops-hosts --impure >/dev/null
  # A nix before 2.19 is asked twice.
  [ "$(calls)" -gt 0 ]
  run --separate-stderr verb ops-deploy web4 192.0.2.1 -- --impure
  [ "$status" = 2 ] && [[ $stderr == *"did you mean web1?" ]]
  run --separate-stderr verb ops-status web4 192.0.2.1 --impure
  [ "$status" = 2 ]
  for verb in ops-status ops-doctor; do
    run --separate-stderr verb $verb web1 192.0.2.1 --eval --impure --override-input nixpkgs path:/x --print
    [[ $output == *"nix "*" eval "*" --impure --override-input nixpkgs path:/x "* ]]
  done
}

@test "known: what hey.toml says of the evaluation counts in every verb that evaluates, before what is typed" {
  local line
  echo '{ outputs = { self, other }: { nixosConfigurations = if builtins.getEnv "HEYENV" == "" then throw "HEYENV is missing" else { ${other.name} = 1; }; }; inputs.other.url = "path:/nowhere"; }' >flake.nix
  for name in one two; do
    mkdir -p "$BATS_TEST_TMPDIR/$name"
    echo "{ outputs = _: { name = \"$name\"; }; }" >"$BATS_TEST_TMPDIR/$name/flake.nix"
  done
  export HEYENV=1
  printf '[flake]\nimpure = true\noverride-input = ["other=path:%s"]\n' "$BATS_TEST_TMPDIR/one" >hey.toml
  # A stranger's must not: what only looks goes on without, and says so; what acts is refused.
  run --separate-stderr verb ops-hosts
  [[ $stderr == *"hey.toml has impure (line 2) and override-input (line 3), which count only once you trust that file; going on without. Try: "*trust* ]]
  [[ $stderr == *"'path:/nowhere'"* || $stderr == *"'/nowhere'"* ]]
  for line in 'ops-deploy one 192.0.2.1' 'ops-deploy --on one' 'sync build --host one' 'install --host one'; do
    # shellcheck disable=SC2086
    run --separate-stderr verb $line --print
    [ "$status" = 1 ] && [ -z "$output" ] && [[ $stderr == *"hey.toml has impure (line 2) and override-input (line 3), which count only"* ]] || { echo "$line: $status $stderr"; return 1; }
  done
  run verb trust
  [[ $output == *'the flake: impure = true  (runs '* ]]
  verb trust --yes
  run --separate-stderr verb ops-hosts
  [ "$status" = 0 ] && [ "${lines[1]}" = "one   one" ] || { echo "$output $stderr"; false; }
  run --separate-stderr verb ops-hosts --override-input other "path:$BATS_TEST_TMPDIR/two"
  [ "$status" = 0 ]
  [ "${lines[1]}" = "two   two" ]
  run --separate-stderr verb ops-hosts --override-input nixpkgs "path:$BATS_TEST_TMPDIR/two"
  [ "${lines[1]}" = "one   one" ]
  local words="--impure --override-input other path:$BATS_TEST_TMPDIR/one"
  while IFS= read -r line; do
    # shellcheck disable=SC2086
    run --separate-stderr verb $line --print
    [ "$status" = 0 ] && [[ $output == *" $words"* ]] || { echo "$line: $status $output $stderr"; return 1; }
  done <<'LINES'
ops-deploy one 192.0.2.1
ops-deploy one 192.0.2.1 --backend nix
ops-deploy one 192.0.2.1 --backend nix --diff
ops-deploy --on one
ops-status one 192.0.2.1 --eval
ops-doctor one 192.0.2.1 --eval
ops-hosts --import deploy-rs
ops-rollback one 192.0.2.1
ops-reboot one 192.0.2.1
sync build --host one --backend nixos-rebuild
install --host one --root /mnt/x
LINES
  # What is typed stands alone where it is of the same input.
  run --separate-stderr verb ops-deploy one 192.0.2.1 --backend nix --print --override-input other path:/y
  [[ $output == *" --impure --override-input other path:/y"* && $output != *"$BATS_TEST_TMPDIR/one"* ]]
  # What evaluates nothing goes on without it.
  for line in 'ops-deploy one 192.0.2.1 --status' 'ops-rollback one 192.0.2.1 --list'; do
    # shellcheck disable=SC2086
    run --separate-stderr verb $line --print
    [ "$status" = 0 ]
  done
  run --separate-stderr verb ops-bootstrap one 192.0.2.1 --no-keys --print
  [ "$status" = 2 ]
  [[ $stderr == "ops-bootstrap: nixos-anywhere can't replace an input; leave 'other' out of override-input in hey.toml" ]]
  printf '[flake]\nimpure = true\n' >hey.toml
  verb trust --yes
  run --separate-stderr verb ops-bootstrap one 192.0.2.1 --no-keys --print
  [ "$status" = 0 ]
  [[ $output == *" --option pure-eval false"* ]]
  while IFS= read -r line; do
    printf '[flake]\n%s\n' "$line" >hey.toml
    run --separate-stderr verb ops-hosts
    [ "$status" = 2 ] && [[ $stderr == "ops-hosts: hey.toml:2: "* && $stderr != *$'\n'* ]] || { echo "$line: $status $output $stderr"; return 1; }
  done <<'LINES'
impure = "yes"
override-input = true
override-input = ["other"]
override-input = ["other="]
override-input = ["=path:/x"]
override-input = ["other=path:/x#y"]
override-input = ["other=--impure"]
override-input = ["--impure=path:/x"]
override-input = [["other", "path:/x"]]
imput = true
LINES
}

@test "known: a flake behind a link is one like others" {
  ln -s flake "$BATS_TEST_TMPDIR/link"
  for words in "--flake $BATS_TEST_TMPDIR/link" "--flake ../link" ''; do
    cd "$BATS_TEST_TMPDIR/link"
    # shellcheck disable=SC2086
    run --separate-stderr verb ops-hosts $words
    [ "$status" = 0 ] && [ "${#lines[@]}" = 4 ] && [ -z "$stderr" ]
  done
  mkdir "$BATS_TEST_TMPDIR/linked"
  cd "$BATS_TEST_TMPDIR/linked"
  ln -s "$flake/flake.nix" "$flake/machines" .
  run --separate-stderr verb ops-hosts --on web1
  [ "${#stderr_lines[@]}" -le 1 ]
}

@test "known: what can't be read is one line" {
  local seen=0
  ln -s loop "$BATS_TEST_TMPDIR/loop"
  ln -s flake.nix "$BATS_TEST_TMPDIR/home/flake.nix"
  : >"$BATS_TEST_TMPDIR/file"
  mkdir -p "$BATS_TEST_TMPDIR/closed/inner"
  cp flake.nix "$BATS_TEST_TMPDIR/closed/inner/"
  chmod 0 "$BATS_TEST_TMPDIR/closed"
  one_line() {
    run --separate-stderr "$@"
    [ "$status" -le 2 ] && [ "$status" -gt 0 ] && [ "${#stderr_lines[@]}" = 1 ] && [ -z "$output" ] || { echo "$*: $status $output $stderr"; return 1; }
    seen=$((seen + 1))
  }
  for verb in ops-hosts 'ops-deploy web1 x --print' ops-status 'sync build'; do
    for where in loop loop/deeper file/deeper file home 'loop?dir=x' "path:$BATS_TEST_TMPDIR/loop" "path:$BATS_TEST_TMPDIR/file/x" "path:$BATS_TEST_TMPDIR/home"; do
      case $where in path:*) ;; *) where=$BATS_TEST_TMPDIR/$where ;; esac
      # shellcheck disable=SC2086
      one_line verb $verb --flake "$where"
    done
    DOTFILES_HOME=$BATS_TEST_TMPDIR/loop one_line env -C "$BATS_TEST_TMPDIR" setsid -w "$repo/scripts/${verb%% *}.ts" ${verb#"${verb%% *}"} </dev/null
  done
  [ "$seen" = 40 ]
  # What is no flake stands before one that is not meant.
  mkdir -p "$flake/sub/deep"
  for what in 'ln -s nowhere' 'ln -s flake.nix' mkdir mkfifo; do
    rm -rf sub/flake.nix
    $what sub/flake.nix
    for where in sub sub/deep; do one_line env -C "$where" setsid -w "$repo/scripts/ops-hosts.ts" </dev/null; done
    [[ $stderr == *"'$flake/sub/flake.nix'"* ]]
  done
  rm -rf sub
  # A relative one does not count (XDG Base Directory Specification).
  rm -rf "$HOME/.cache/hey/hosts"
  XDG_CACHE_HOME=cache verb ops-hosts >/dev/null
  [ ! -e cache/hey ]
  [ -n "$(ls "$HOME/.cache/hey/hosts")" ]
  if [ "$(id -u)" = 0 ] && chmod 755 "$BATS_TEST_TMPDIR" "$BATS_FILE_TMPDIR" "$BATS_RUN_TMPDIR" && setpriv --reuid 65534 --clear-groups test -r "$repo/package.json"; then
    chmod 777 "$HOME"
    one_line setpriv --reuid 65534 --clear-groups "$repo/scripts/ops-hosts.ts" --flake "$BATS_TEST_TMPDIR/closed/inner"
    [[ $stderr == *"permission denied"* ]]
    # A file of the flake that can't be read is nix's to say.
    chmod 0 machines
    one_line setpriv --reuid 65534 --clear-groups "$repo/scripts/ops-hosts.ts"
  fi
  chmod 755 "$BATS_TEST_TMPDIR/closed"
}

# seen COMMAND…: that changes which hosts nix says, and hey says the same from then on.
seen() {
  verb ops-hosts --json 2>/dev/null >"$BATS_TEST_TMPDIR/before"
  "$@"
  local said
  said=$(nix --extra-experimental-features 'nix-command flakes' eval --json "$flake?$query#nixosConfigurations" --apply builtins.attrNames | jq -rS '.[]')
  [ "$said" != "$(jq -r '.[].host' "$BATS_TEST_TMPDIR/before")" ]
  diff <(echo "$said") <(verb ops-hosts --json 2>/dev/null | jq -r '.[].host')
}

@test "known: whatever a flake reads its hosts from, a change of it is seen" {
  query=
  mkdir lists folders folders/one .hidden
  echo one >lists/hosts.txt
  echo 1 >folders/one/hardware
  echo '{ one = 1; }' >.hidden/all.nix
  echo '{ outputs = _: { nixosConfigurations = { ${builtins.replaceStrings [ "\n" ] [ "" ] (builtins.readFile ./lists/hosts.txt)} = 1; }
    // builtins.mapAttrs (_: _: 1) (builtins.readDir ./folders) // import ./.hidden/all.nix; }; }' >flake.nix
  git add -A
  seen sh -c 'echo two >lists/hosts.txt'
  seen sh -c 'mkdir folders/three && echo 1 >folders/three/hardware && git add folders'
  seen sh -c 'echo "{ four = 1; }" >.hidden/all.nix'
  # What is staged is another name of the same length.
  mkdir staged && echo 1 >staged/aaa.nix && echo 1 >staged/bbb.nix
  echo '{ outputs = _: { nixosConfigurations = builtins.mapAttrs (_: _: 1) (builtins.readDir ./staged); }; }' >flake.nix
  git add flake.nix staged/aaa.nix
  seen sh -c 'git rm -q --cached staged/aaa.nix && git add staged/bbb.nix'
}

@test "known: what lies elsewhere is asked for each time: another branch, an input that nothing holds still" {
  git commit -q -m one
  git branch other
  asks 1 verb ops-hosts --flake "git+file://$flake?ref=other"
  git worktree add -q "$BATS_TEST_TMPDIR/other" other
  (cd "$BATS_TEST_TMPDIR/other" && echo '{ zzz = 1; }' >machines/default.nix && git commit -q -a -m two)
  asks 1 verb ops-hosts --flake "git+file://$flake?ref=other"
  [[ $output == *zzz* ]]
}

@test "known: a host that has just come is known as one where a target is typed, and one that has gone is not" {
  asks 1 verb ops-hosts
  echo '{ web1 = 1; new = 1; }' >machines/default.nix
  run verb ops-deploy web1 new --backend nixos-rebuild
  echo "$output"
  [ "$status" = 2 ]
  [[ $output == *"new is another host of this flake"* ]]
  echo '{ web1 = 1; other = 1; }' >machines/default.nix
  run verb ops-deploy other new --backend nixos-rebuild
  [[ $output != *"another host"* ]]
}
