#!/usr/bin/env bats
load shells.bash
bats_require_minimum_version 1.5.0

setup_file() {
  root="$BATS_FILE_TMPDIR/it's a \$HOME [checkout]"
  mkdir -p "$root"
  cp -R "$BATS_TEST_DIRNAME"/../../{completions,lib,scripts,package.json,tsconfig.json} "$root"
  ln -s "$(readlink -f "$BATS_TEST_DIRNAME/../../node_modules")" "$root/node_modules"
  export root
}

setup() {
  export HOME=$BATS_TEST_TMPDIR/home
  unset ZDOTDIR XDG_CONFIG_HOME
  mkdir -p "$HOME"
}

completions() { "$root/scripts/completions.ts" "$@"; }

@test "install: the line it prints loads the completions of this checkout, in each shell" {
  local line
  line=$(completions zsh)
  zsh -fc "autoload -Uz compinit; compinit -u -D; $line"'; [[ $_comps[ops-deploy.ts] == _hey-scripts && ${functions_source[_hey-scripts]} == "$1"/completions/* ]]' zsh "$root"
  line=$(completions bash)
  bash -c "$line; shopt -s extdebug; declare -F __hey_main" | grep -qF " $root/completions/hey.bash"
  line=$(completions fish)
  fish --no-config -c "$line; and functions -q __hey_flake"
}

@test "install: once, at the end of the file, which is shown" {
  printf 'export A=1' >"$HOME/.zshrc"
  run completions zsh --install
  [ "$status" -eq 0 ]
  [[ $output == *"into $HOME/.zshrc: $(completions zsh)" ]]
  [ "$(cat "$HOME/.zshrc")" = "export A=1
$(completions zsh)" ]
  run completions zsh --install
  [ "$status" -eq 0 ]
  [[ $output == *"$HOME/.zshrc has it already"* ]]
  [ "$(wc -l <"$HOME/.zshrc")" -eq 2 ]
}

@test "install: it says so where zsh may complete nothing, as no compinit is in its file" {
  run --separate-stderr completions zsh --install
  [ "$status" -eq 0 ]
  [[ $stderr == *"$HOME/.zshrc has no compinit; if TAB offers only files, add this to it: autoload -Uz compinit && compinit"* ]]
  printf 'autoload -Uz compinit && compinit\n' >"$HOME/.zshrc"
  run --separate-stderr completions zsh --install
  [[ $stderr != *compinit* ]]
  run --separate-stderr completions bash --install
  [[ $stderr != *compinit* ]]
}

@test "install: where each shell looks" {
  completions zsh --install
  completions bash --install
  completions fish --install
  [ "$(cat "$HOME/.zshrc")" = "$(completions zsh)" ]
  [ "$(cat "$HOME/.bashrc")" = "$(completions bash)" ]
  [ "$(cat "$HOME/.config/fish/conf.d/hey.fish")" = "$(completions fish)" ]
  ZDOTDIR=$HOME/z completions zsh --install
  XDG_CONFIG_HOME=$HOME/c completions fish --install
  [ -s "$HOME/z/.zshrc" ]
  [ -s "$HOME/c/fish/conf.d/hey.fish" ]
}

@test "install: fish completes by what it put there" {
  completions fish --install
  mkdir -p "$BATS_TEST_TMPDIR/flake/hosts/one"
  touch "$BATS_TEST_TMPDIR/flake/flake.nix" "$BATS_TEST_TMPDIR/flake/hosts/one/default.nix"
  cd "$BATS_TEST_TMPDIR/flake"
  run fish -c "complete -C 'hey ops deploy '"
  [ "$output" = "one	flake host" ]
}

@test "install: --print shows the script, which does the same" {
  local shell
  completions bash --install --print >"$BATS_TEST_TMPDIR/script"
  [ ! -e "$HOME/.bashrc" ]
  for shell in sh dash bash zsh; do
    rm -f "$HOME/.bashrc"
    "$shell" "$BATS_TEST_TMPDIR/script"
    "$shell" "$BATS_TEST_TMPDIR/script"
    [ "$(cat "$HOME/.bashrc")" = "$(completions bash)" ]
  done
  completions bash --print | sh | cmp - <(completions bash)
}

@test "install: a file that can't be written to is left alone, and the line said" {
  mkdir "$HOME/.bashrc"
  run completions bash --install
  [ "$status" -ne 0 ]
  [ -z "$(ls -A "$HOME/.bashrc")" ]
  [ "$(id -u)" -ne 0 ] || skip "root can write to any file"
  rm -rf "$HOME/.bashrc"
  echo mine >"$HOME/.bashrc"
  chmod a-w "$HOME/.bashrc"
  run completions bash --install
  [ "$status" -eq 1 ]
  [[ $output == *"can't be written to"*"$(completions bash)"* ]]
}

@test "install: what can't be meant is refused" {
  local words
  for words in '' 'tcsh' 'zsh bash' '--check zsh' '--write --check' 'zsh --install --write'; do
    # shellcheck disable=SC2086
    run completions $words
    [ "$status" -eq 2 ]
    [ "${#lines[@]}" -eq 1 ]
  done
}
