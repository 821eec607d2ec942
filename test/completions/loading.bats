#!/usr/bin/env bats
load shells.bash

setup_file() { make_odd_world; }

@test "loading: zsh, before compinit" { rows zsh few "$(load_line zsh); $compinit"; quiet; }
@test "loading: zsh, after compinit, three times" { rows zsh few "$compinit; $(load_line zsh); $(load_line zsh); $(load_line zsh)"; quiet; }
@test "loading: zsh, before and after compinit" { rows zsh few "$(load_line zsh); $compinit; $(load_line zsh)"; quiet; }

@test "loading: zsh, with a dump of compinit's that knows nothing of it" {
  local dump
  dump=$(quoted "$BATS_TEST_TMPDIR/dump")
  HOME=$world/home zsh -fc "autoload -Uz compinit; compinit -u -d $dump"
  rows zsh few "autoload -Uz compinit; compinit -C -d $dump; $(load_line zsh)"
  rows zsh few "$(load_line zsh); autoload -Uz compinit; compinit -C -d $dump"
  quiet
}

@test "loading: zsh, compinit long after the first prompt" {
  rows zsh few "$(load_line zsh); autoload -Uz add-zsh-hook; late() { (( ++prompts == 1 )) && return; add-zsh-hook -d precmd late; $compinit }; prompts=0; add-zsh-hook precmd late; precmd_functions=(late \$precmd_functions); late; late"
  quiet
}

@test "loading: zsh, by fpath" {
  rows zsh few "fpath=($(quoted "$world/repo/completions") \$fpath); autoload -Uz compinit; compinit -u -D"
  quiet
}

@test "loading: zsh, with aliases for the words that it is made of" {
  rows zsh few "$compinit; alias emulate=nope autoload=nope unfunction=nope compdef=nope add-zsh-hook=nope; $(load_line zsh)"
  quiet
}

@test "loading: zsh, an alias of the user's, and one that completealiases keeps" {
  printf 'z hd vps-u‸ ⇥ hd vps-ultraman ‸\n' >"$BATS_TEST_TMPDIR/alias"
  run zsh -f "$BATS_TEST_DIRNAME/rows.zsh" zsh "$BATS_TEST_TMPDIR/alias" "$world" "$compinit; $(load_line zsh); alias hd=./scripts/ops-deploy.ts"
  [ "$status" -eq 0 ]
  run zsh -f "$BATS_TEST_DIRNAME/rows.zsh" zsh "$BATS_TEST_TMPDIR/alias" "$world" "$compinit; $(load_line zsh); setopt completealiases; alias hd=./scripts/ops-deploy.ts; compdef hd=ops-deploy.ts"
  [ "$status" -eq 0 ]
}

@test "loading: zsh without compinit says nothing and leaves nothing that matters" {
  run env -i HOME="$world/home" HEY_HOME="$world/home" PATH=/usr/bin:/bin zsh -fc "$(load_line zsh); $(load_line zsh); print -r -- \${(k)functions[(I)_hey*]} \$+_comps"
  [ "$output" = "_hey-scripts _hey_load 0" ] || [ "$output" = "_hey_load _hey-scripts 0" ]
}

@test "loading: zsh leaves no hook behind once it is registered" {
  run env -i HOME="$world/home" HEY_HOME="$world/home" PATH=/usr/bin:/bin zsh -fc "$compinit; $(load_line zsh); print -r -- \$precmd_functions \$+functions[_hey_load]"
  [ "$output" = 0 ]
}

@test "loading: another hey that has a completion keeps it" {
  run zsh -fc "$compinit; compdef _files hey; $(load_line zsh); print -r -- \$_comps[hey] \$_comps[ops-deploy.ts]"
  [ "$output" = "_files _hey-scripts" ]
  run bash -c "complete -W theirs hey; $(load_line bash); complete -p hey ops-deploy.ts"
  [ "$output" = "complete -W 'theirs' hey
complete -F __hey_ops_deploy ops-deploy.ts" ]
  run fish --no-config -c "complete -c hey -f -a theirs; $(load_line fish); complete -C 'hey '"
  [ "$output" = theirs ]
}

@test "loading: sourcing says nothing and succeeds, whatever the shell's options" {
  local options
  for options in -u -e -f 'o posix' -C -T; do
    run bash -c "set -${options#-}; $(load_line bash) && echo loaded"
    [ "$output" = loaded ]
  done
  for options in nounset errexit errreturn ksharrays shwordsplit noglob kshglob globsubst nobareglobqual kshautoload noclobber promptsubst warncreateglobal; do
    run zsh -fc "$compinit; setopt $options; $(load_line zsh) && print loaded"
    [ "$output" = loaded ]
  done
  run fish --no-config -c "$(load_line fish); and echo loaded"
  [ "$output" = loaded ]
  # /etc/profile.d is read by sh, too.
  run dash -c ". $(quoted "$world/repo/completions/hey.bash") && echo passed"
  [ "$output" = passed ]
}

@test "loading: bash, twice" { rows bash few "$(load_line bash); $(load_line bash)"; quiet; }

package=/usr/share/bash-completion/bash_completion

@test "loading: bash-completion's package before it, and after it" {
  [ -f "$package" ] || skip "the package bash-completion is not here"
  rows bash few ". $package; $(load_line bash)"
  rows bash few "$(load_line bash); . $package"
  quiet
}

@test "loading: sudo before a verb, in bash with the package and in zsh" {
  [ -f "$package" ] || skip "the package bash-completion is not here"
  printf '%s\n' 'zb sudo ./scripts/ops-deploy.ts vps-u‸ ⇥ sudo ./scripts/ops-deploy.ts vps-ultraman ‸' 'zb sudo ./scripts/ops-deploy.ts vps-ultraman root@vps_u‸ ⇥ sudo ./scripts/ops-deploy.ts vps-ultraman root@vps_ultraman_root ‸' 'zb sudo hey ops de‸ ⇥ sudo hey ops deploy ‸' >"$BATS_TEST_TMPDIR/sudo"
  zsh -f "$BATS_TEST_DIRNAME/rows.zsh" bash "$BATS_TEST_TMPDIR/sudo" "$world" ". $package; $(load_line bash)"
  zsh -f "$BATS_TEST_DIRNAME/rows.zsh" zsh "$BATS_TEST_TMPDIR/sudo" "$world" "$compinit; $(load_line zsh)"
}

@test "loading: bash, an alias that has the verb's function" {
  printf 'b hd vps-u‸ ⇥ hd vps-ultraman ‸\n' >"$BATS_TEST_TMPDIR/alias"
  zsh -f "$BATS_TEST_DIRNAME/rows.zsh" bash "$BATS_TEST_TMPDIR/alias" "$world" "$(load_line bash); alias hd=./scripts/ops-deploy.ts; complete -F __hey_ops_deploy hd"
  zsh -f "$BATS_TEST_DIRNAME/rows.zsh" bash "$BATS_TEST_TMPDIR/alias" "$world" "$(load_line bash); alias hd=./scripts/ops-deploy.ts; shopt -s progcomp_alias"
}

@test "loading: what follows -- completes as the wrapped program" {
  printf '%s\n' 'zb S h t -- --fa‸ ⇥ S h t -- --fallback ‸' 'zb S --boot h -- --option x --fa‸ ⇥ S --boot h -- --option x --fallback ‸' 'zb hey ops deploy h -- --fa‸ ⇥ hey ops deploy h -- --fallback ‸' >"$BATS_TEST_TMPDIR/passed"
  zsh -f "$BATS_TEST_DIRNAME/rows.zsh" zsh "$BATS_TEST_TMPDIR/passed" "$world" "$compinit; $(load_line zsh); _nixos-rebuild() { compadd -- --fallback \$words[1].\$CURRENT }; compdef _nixos-rebuild nixos-rebuild"
  zsh -f "$BATS_TEST_DIRNAME/rows.zsh" bash "$BATS_TEST_TMPDIR/passed" "$world" "$(load_line bash); _nr() { [ \"\$1 \${COMP_WORDS[0]} \$2 \${COMP_WORDS[COMP_CWORD]}\" = 'nixos-rebuild nixos-rebuild --fa --fa' ] && COMPREPLY=(--fallback); }; complete -F _nr nixos-rebuild"
  run env -i HOME="$world/home" HEY_HOME="$world/home" PATH=/usr/bin:/bin fish --no-config -c "$(load_line fish); complete -c nixos-rebuild -l fallback; cd $(quoted "$world/repo"); complete -C './scripts/ops-deploy.ts h t -- --fa'; complete -C 'hey ops deploy h -- --fa'"
  [ "$output" = "--fallback
--fallback" ]
}
