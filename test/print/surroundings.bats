#!/usr/bin/env bats
# Whatever the shell is like into which a script is pasted, and whatever sh inherits from it, the script does what it does.
load cases

setup_file() {
  command -v tmux >/dev/null || skip "SKIPPED: tmux is not installed"
  command -v zsh >/dev/null || skip "SKIPPED: zsh is not installed"
  "$BATS_TEST_DIRNAME/machines" "$BATS_FILE_TMPDIR/machines"
  local at=$BATS_FILE_TMPDIR name words
  # bash by the name of sh is another shell than bash.
  mkdir "$at/bash" "$at/zdotdir"
  ln -s "$(command -v bash)" "$at/bash/sh"
  # Every word that scripts call, but those by which this test itself speaks to the shell.
  words=$(for name in deploy-guard deploy-ask-elevate; do "$BATS_TEST_DIRNAME/../lib/unfold" "$BATS_TEST_DIRNAME/../cases/$name.sh"; done | grep -oE '[a-z_][a-z_-]+' | sort -u | grep -vxE 'export|if|then|else|elif|fi|for|while|until|do|done|case|esac|in|function|time|select|coproc|env|PATH|sh')
  for name in $words; do echo "alias $name='nvim $name'"; done >"$at/aliases"
  printf '%s\n' 'echo "printed by ENV"' >"$at/printing"
  {
    cat "$at/aliases"
    echo "set -o noclobber; set -o posix; export IFS=: ENV=$at/printing BASH_ENV=$at/printing; export SHELLOPTS"
    echo 'readlink() { echo "a function of the user"; }; export -f readlink'
  } >"$at/bashrc"
  {
    cat "$at/aliases"
    echo "setopt correct correct_all noclobber interactivecomments; alias -g main='| less' -- begin='>/dev/null'; export IFS=: ENV=$at/printing BASH_ENV=$at/printing SHELLOPTS=noclobber:noglob:braceexpand"
  } >"$at/zdotdir/.zshrc"
}

# pasted HOW SHELL: in each shell that /bin/sh may be.
pasted() {
  local sh status=0
  for sh in /bin/sh "$BATS_FILE_TMPDIR/bash/sh" "busybox sh"; do
    as_sh=$sh "$BATS_TEST_DIRNAME/paste" "$BATS_FILE_TMPDIR/machines" "$1" "$2" "$BATS_TEST_DIRNAME"/../cases/{deploy-nix,deploy-guard,reboot}.sh || status=1
    rm -rf "$BATS_FILE_TMPDIR/machines/reference"
  done
  return $status
}

@test "pasted into a bash with aliases, noclobber, posix, IFS and an exported SHELLOPTS" { pasted bracketed "bash --noprofile --rcfile $BATS_FILE_TMPDIR/bashrc"; }
@test "the same, without bracketed paste" { pasted unbracketed "bash --noprofile --rcfile $BATS_FILE_TMPDIR/bashrc"; }
@test "pasted into a zsh with aliases, global ones too, and correct" { pasted bracketed "env ZDOTDIR=$BATS_FILE_TMPDIR/zdotdir zsh -d"; }
@test "the same, without bracketed paste, in zsh" { pasted unbracketed "env ZDOTDIR=$BATS_FILE_TMPDIR/zdotdir zsh -d"; }

@test "what an sh inherits is put right: each option that can be exported, and functions" {
  local option out
  # As a script begins, and then what it is like.
  sed -n '/^exec 3<&-$/,/^set /p' "$BATS_TEST_DIRNAME/../whole/deploy-nix.sh" >"$BATS_TEST_TMPDIR/script"
  [ "$(wc -l <"$BATS_TEST_TMPDIR/script")" -ge 2 ]
  printf '%s\n' 'echo one >"$1"; echo two >"$1"; cat "$1"' 'echo $-' >>"$BATS_TEST_TMPDIR/script"
  for option in noclobber noglob allexport notify xtrace verbose hashall monitor; do
    out=$(env SHELLOPTS=$option:braceexpand "$BATS_FILE_TMPDIR/bash/sh" "$BATS_TEST_TMPDIR/script" "$BATS_TEST_TMPDIR/file" 2>/dev/null | grep -v '^exec\|^set\|^echo')
    echo "$option: $out"
    [ "${out%%$'\n'*}" = two ]
    [[ ${out##*$'\n'} != *[abCmvx]* ]]
    [[ ${out##*$'\n'} == *e*f*u* || ${out##*$'\n'} == *e* ]]
  done
}
