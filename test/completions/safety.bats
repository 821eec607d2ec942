#!/usr/bin/env bats
load shells.bash

setup_file() {
  make_odd_world
  # Programs that say that they were called, for every one that there is.
  mkdir "$BATS_FILE_TMPDIR/shims"
  printf '#!/bin/sh\necho "$0 $*" >>"%s"\nexit 1\n' "$BATS_FILE_TMPDIR/called" >"$BATS_FILE_TMPDIR/shim"
  chmod +x "$BATS_FILE_TMPDIR/shim"
  local program
  for program in /usr/bin/* /bin/* node npm npx tsx nix nix-env nh ssh git getent awk sed nixos-rebuild hostname; do
    ln -sf "$BATS_FILE_TMPDIR/shim" "$BATS_FILE_TMPDIR/shims/${program##*/}"
  done
  rm "$BATS_FILE_TMPDIR/shims/["
}

only_shims() {
  [ ! -e "$BATS_FILE_TMPDIR/called" ]
  # It would be noticed.
  run "$BATS_FILE_TMPDIR/shims/node" x
  [ "$(cat "$BATS_FILE_TMPDIR/called")" = "$BATS_FILE_TMPDIR/shims/node x" ]
  rm "$BATS_FILE_TMPDIR/called"
}

@test "safety: zsh starts no program, sourcing and at TAB" {
  rows zsh table "$compinit; PATH=$BATS_FILE_TMPDIR/shims; $(load_line zsh)"
  only_shims
}

@test "safety: bash starts no program, sourcing and at TAB" {
  rows bash table "PATH=$BATS_FILE_TMPDIR/shims; $(load_line bash)"
  only_shims
}

@test "safety: fish starts no program, sourcing and at TAB" {
  rows fish table "set -gx PATH $BATS_FILE_TMPDIR/shims; $(load_line fish)"
  only_shims
}

# What TAB could have left behind, in the file $1 of a shell that TABs were typed into. Names of variables, and what is in those that matter.
snapshots() {
  cat >"$BATS_TEST_TMPDIR/requests" <<EOT
tab	true x
run	snap before
tab	./scripts/ops-deploy.ts v
all	./scripts/ops-deploy.ts vps-ultraman 
all	./scripts/ops-deploy.ts --
tab	./scripts/ops-deploy.ts --flake=../oth
tab	./scripts/ops-deploy.ts --flake "../other flake" v
tab	./scripts/ops-deploy.ts zzz
tab	./scripts/ops-deploy.ts h t -- --fa
all	./scripts/sync.ts 
tab	hey ops de
tab	../foreign/scripts/sync.ts ../for
run	snap after
EOT
  mkdir "$BATS_TEST_TMPDIR/rc"
  printf '%s\n' "$2" "source '$BATS_TEST_DIRNAME/rc.$1'" >"$BATS_TEST_TMPDIR/rc/.zshrc"
  local start='zsh -i'
  [ "$1" = zsh ] || start="bash --rcfile $BATS_TEST_TMPDIR/rc/.zshrc -i"
  (cd "$world/repo" && env -i OUT="$BATS_TEST_TMPDIR" HOME="$world/home" HEY_HOME="$world/home" PATH=/usr/bin:/bin TERM=xterm LANG=C.UTF-8 ZDOTDIR="$BATS_TEST_TMPDIR/rc" \
    zsh -f "$BATS_TEST_DIRNAME/drive.zsh" "$start" <"$BATS_TEST_TMPDIR/requests" >/dev/null)
  [ -s "$BATS_TEST_TMPDIR/before" ]
  diff "$BATS_TEST_TMPDIR/before" "$BATS_TEST_TMPDIR/after"
}

@test "safety: TAB leaves nothing behind in bash" {
  snapshots bash "$(load_line bash); trap 'trapped=1' USR1; GLOBIGNORE=x; IFS=\$' \\t\\n:'
    [[ x =~ x ]]
    snap() {
      { compgen -v | grep -vxE 'BASH_.*|COMP.*|READLINE_.*|_|PIPESTATUS|FUNCNAME|LINENO|RANDOM|SRANDOM|EPOCH.*|SECONDS|HISTCMD'; set -o; shopt -p; trap -p; printf '%q\n' \"\$IFS\" \"\$COMP_WORDBREAKS\" \"\$GLOBIGNORE\" \"\$PWD\" \"\$OLDPWD\"; pwd; declare -F | grep -v __hey; alias; ulimit -a; ls -l /proc/self/fd | wc -l; } >\"\$OUT/\$1\" 2>&1
      echo done >>\"\$DRIVE_TO\"
    }"
}

@test "safety: TAB leaves nothing behind in bash with everything set" {
  snapshots bash "$(load_line bash); set -f; shopt -s failglob nullglob dotglob nocasematch nocaseglob
    [[ x =~ x ]]
    snap() { { set +o; shopt -p; } >\"\$OUT/\$1\"; echo done >>\"\$DRIVE_TO\"; }"
}

@test "safety: TAB leaves nothing behind in zsh" {
  # The completion system has its own: what it makes at the first TAB, on another command, is no matter of ours.
  snapshots zsh "$compinit; $(load_line zsh); compdef '_arguments --a[b] 1:x:_files' true; zmodload zsh/parameter
    snap() {
      { print -rl -- \${(ok)parameters}; setopt; print -r -- \"\${(q)IFS}\" \$PWD \$OLDPWD; trap; alias; print -rl -- \${(ok)functions[(I)^_*]} \$precmd_functions; pwd; zmodload } >\$OUT/\$1 2>&1
      echo done >>\$DRIVE_TO
    }"
}

@test "safety: TAB leaves nothing behind in fish" {
  run fish --no-config -c "$(load_line fish); cd $(quoted "$world/repo"); function state; set --names; pwd; functions -a | string match -v '__hey*'; end
    complete -C 'true x' >/dev/null; complete -C 'nope /' >/dev/null; __fish_complete_directories / >/dev/null
    state >$BATS_TEST_TMPDIR/before
    for line in './scripts/ops-deploy.ts ' './scripts/ops-deploy.ts x ' './scripts/ops-deploy.ts --' 'hey ops deploy ' './scripts/sync.ts '; complete -C \$line >/dev/null; end
    state >$BATS_TEST_TMPDIR/after"
  [ -s "$BATS_TEST_TMPDIR/before" ]
  diff "$BATS_TEST_TMPDIR/before" "$BATS_TEST_TMPDIR/after"
}

# Text that would do something if a shell ever evaluated it, wherever the completions read.
make_hostile() {
  hostile=$BATS_TEST_TMPDIR/hostile
  mkdir -p "$hostile/home/.ssh/c" "$hostile/home/.cache/hey/hosts" "$hostile/repo/hosts" "$hostile/foreign"
  cp -R "$world/repo/scripts" "$world/repo/completions" "$hostile/repo"
  local bad
  for bad in '$(touch PWNED-a)' '`touch PWNED-b`' ';touch PWNED-c;' '*(e:touch PWNED-d:)' '(touch PWNED-e)' "'; touch PWNED-f; '" '"; touch PWNED-g; "' '<(touch PWNED-h)' '${(e):-$(touch PWNED-i)}' 'x[$(touch PWNED-j)]' '-oProxyCommand=touch PWNED-k' '%(touch)' $'new\nline' $'esc\e]0;x'; do
    host "$hostile/repo/hosts/${bad//\//_}"
    {
      printf 'Host %s\n' "$bad" "\"$bad\"" "safe-${#bad}"
      printf 'Match host %s\nMatch exec "%s" host=%s\nInclude %s\nInclude c/%s\nUserKnownHostsFile %s\n' "$bad" "$bad" "$bad" "$bad" "$bad" "$bad"
    } >>"$hostile/home/.ssh/config"
    printf '%s ssh-ed25519 AAAA\n[%s]:22 x\n' "$bad" "$bad" >>"$hostile/home/.ssh/known_hosts"
    printf '%s\n' "$bad" >>"$hostile/cache"
    printf '  nixosConfigurations."%s" = 1;\n  nixosConfigurations.%s = 1;\n' "$bad" "$bad" >>"$hostile/repo/flake.nix"
  done
  host "$hostile/repo/hosts/good"
  cp "$hostile/cache" "$hostile/home/.cache/hey/hosts/$(cd "$hostile/repo" && pwd -P | sed 's|%|%25|g; s|/|%2F|g')"
  printf 'cached\n' >>"$hostile/home/.cache/hey/hosts/$(cd "$hostile/repo" && pwd -P | sed 's|%|%25|g; s|/|%2F|g')"
  # A pipe for a config would be waited for.
  mkfifo "$hostile/home/.ssh/known_hosts2" "$hostile/home/.ssh/fifo"
  printf 'Include fifo\n\0nul\nHost after-nul\n' >>"$hostile/home/.ssh/config"
  cat >"$hostile/rows" <<'EOT'
zbf S ‸ ⇒ cached line new
zb S c‸ ⇥ S cached ‸
zbf S good safe-‸ ⇒ safe-10 safe-13 safe-14 safe-15 safe-16 safe-19 safe-23 safe-27 safe-28 safe-8 safe-9
zbf S good after‸ ⇒ after-nul
zbf S good root@after‸ ⇒ root@after-nul
zb S --flake '$(touch PWNED-l)' ‸ ⇒
zb S --flake=$(touch PWNED-m)/x ‸ ⇒
zb S --flake "`touch PWNED-n`" ‸ ⇒
zb S --flake ${x:-$(touch PWNED-o)} ‸ ⇒
zb S --flake $x[$(touch PWNED-p)] ‸ ⇒
z S --flake *(e:touch\ PWNED-q:) ‸ ⇒
zb S --ssh-config '$(touch PWNED-r)' good safe‸ ⇒
zb $(touch PWNED-s)/sync.ts b‸ ⇥ $(touch PWNED-s)/sync.ts b‸
zb S $(touch PWNED-t) safe-8‸ ⇒ safe-8
zbf S --flake 'path:%24(touch%20PWNED)' ‸ ⇒
zbf S --flake '?dir=$(touch PWNED)' ‸ ⇒
EOT
  local lengths
  lengths=$(grep -aoE '^Host safe-[0-9]+' "$hostile/home/.ssh/config" | cut -d ' ' -f 2 | LC_ALL=C sort -u | tr '\n' ' ')
  sed -i "s/safe-‸ ⇒ .*/safe-‸ ⇒ $lengths/" "$hostile/rows"
}

@test "safety: hostile text is never evaluated, and never offered" {
  local shell seen
  make_hostile
  for seen in cached folders; do
    # Where nix has said nothing, folders and text are read.
    if [ $seen = folders ]; then
      rm -r "$hostile/home/.cache/hey/hosts"
      sed -i 's/^zbf S ‸ ⇒ .*/zbf S ‸ ⇒ esc good new x/; s/^zb S c‸ .*/zb S g‸ ⇥ S good ‸/' "$hostile/rows"
    fi
    for shell in zsh bash fish; do
      echo "$shell, $seen"
      zsh -f "$BATS_TEST_DIRNAME/rows.zsh" "$shell" "$hostile/rows" "$hostile" "$([ $shell = zsh ] && echo "$compinit;") source $hostile/repo/completions/hey.$shell"
    done
  done
  [ -z "$(find "$BATS_TEST_TMPDIR" "$world" -name 'PWNED*')" ]
}

@test "safety: an ssh config that includes itself without end comes to an end" {
  mkdir -p "$BATS_TEST_TMPDIR/w/home/.ssh/d" "$BATS_TEST_TMPDIR/w/repo"
  cp -R "$world/repo/." "$BATS_TEST_TMPDIR/w/repo/"
  printf 'Host top\nInclude d/*\nInclude config\n' >"$BATS_TEST_TMPDIR/w/home/.ssh/config"
  for n in 1 2 3 4 5 6 7 8 9; do printf 'Host n%s\nInclude d/* config ~/.ssh/d/[0-9]\n' $n >"$BATS_TEST_TMPDIR/w/home/.ssh/d/$n"; done
  printf 'zbf ./scripts/ops-ssh.ts n‸ ⇒ n1 n2 n3 n4 n5 n6 n7 n8 n9 nas.lan\n' >"$BATS_TEST_TMPDIR/rows"
  for shell in zsh bash fish; do
    timeout 20 zsh -f "$BATS_TEST_DIRNAME/rows.zsh" "$shell" "$BATS_TEST_TMPDIR/rows" "$BATS_TEST_TMPDIR/w" "$([ $shell = zsh ] && echo "$compinit;") source $BATS_TEST_TMPDIR/w/repo/completions/hey.$shell"
  done
}
