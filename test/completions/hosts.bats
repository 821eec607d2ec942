#!/usr/bin/env bats
load shells.bash

root=$BATS_TEST_DIRNAME/../..

# Flakes whose hosts are hard to tell, each in a directory of its own.
setup_file() {
  flakes=$BATS_FILE_TMPDIR/flakes
  mkdir -p "$flakes"/{block,nested,oneline,comments,twice,odd,none,empty,deep}
  cat >"$flakes/block/flake.nix" <<'EOT'
{
  outputs = { self, nixpkgs, ... }@inputs: let lib = nixpkgs.lib; in {
    nixosConfigurations = {
      alpha = lib.nixosSystem { modules = [ ./a.nix ]; };
      "core01.example.org" = lib.nixosSystem {
        modules = [ { networking.hostName = "core01"; } ];
      };
      beta-2 = lib.nixosSystem
        { system = "x"; };
      "${dynamic}" = 1;
      a.b = 1;
    };
    packages = { inner = 1; };
  };
}
EOT
  printf 'x.nixosConfigurations = lib.mapAttrs f {\n  one = 1;\n  two = {\n    three = 1;\n  };\n};\nfour = 1;\n' >"$flakes/nested/flake.nix"
  printf 'nixosConfigurations = { here = 1; there = 2; };\nafter = 1;\nnixosConfigurations.a = 1; nixosConfigurations.b = 2;\n' >"$flakes/oneline/flake.nix"
  printf '# nixosConfigurations.no = 1;\nnixosConfigurations.yes = 1; # nixosConfigurations.no2\n nixosConfigurations = { # {\n # three = 1;\n four = 1;#five = 1;\n six-x'"'"' = 1;\n}\nseven = 1;\n' >"$flakes/comments/flake.nix"
  printf 'nixosConfigurations."t" = 1;\nnixosConfigurations.t = 1;\nnixosConfigurations = {\n t = 1; }; \n' >"$flakes/twice/flake.nix"
  printf 'xnixosConfigurations.no = 1; a.nixosConfigurations.yes = 1;\n_nixosConfigurations.no2 = 1;\nnixosConfigurations .no3 = 1;\nnixosConfigurations.9no = 1;\nnixosConfigurations."9yes" = 1;\nnixosConfigurations."sp ace" = 1;\nnixosConfigurations = if x then y; z = { no4 = 1; };\nnixosConfigurations\n= { no5 = 1; };\nnixosConfigurations = f (x: { \n in = 1;\n}) // {\n nope = 1; };\n}}}\nnixosConfigurations.end-' >"$flakes/odd/flake.nix"
  printf 'nothing = 1;\n' >"$flakes/none/flake.nix"
  : >"$flakes/empty/flake.nix"
  printf 'nixosConfigurations =\n  {\n  no = 1;\n};\nnixosConfigurations.deep.config = 1;\n' >"$flakes/deep/flake.nix"
  local dir
  for dir in "$flakes"/*; do mkdir -p "$dir/hosts/.no" "$dir/hosts/_no" "$dir/hosts/file" "$dir/hosts/nix.d" && touch "$dir/hosts/"{.no,_no,nix.d}/default.nix "$dir/hosts/file.nix"; done
  ln -s "$(readlink -f "$BATS_TEST_DIRNAME/../fleet")" "$flakes/fleet"
  # In the order of their names.
  cat >"$BATS_FILE_TMPDIR/wanted" <<'EOT'
alpha beta-2 core01.example.org nix.d
four nix.d yes
deep nix.d
nix.d
007 core01.example.org id3-eniac vps-pacman vps-ultraman
nix.d one two
nix.d
9yes end- in nix.d nope yes
a nix.d
nix.d t
EOT
  export flakes
}

# The same from a shell, by the function that lists a flake's hosts.
same() {
  export HOME=$BATS_TEST_TMPDIR
  unset XDG_CACHE_HOME
  local dir
  for dir in "$flakes"/*; do
    case $1 in
      zsh) zsh -fc '. "$1/completions/zsh/flake.zsh"; _hey_hosts "$2"; print -r -- $reply' zsh "$root" "$dir" ;;
      bash) bash -c 'set -f; for file in flake offer; do . "$1/completions/bash/$file.bash"; done; hey_found=() hey_notes=() hey_part= hey_head=; __hey_add_hosts "$2"; echo ${hey_found[@]+"${hey_found[@]}"}' bash "$root" "$dir" ;;
      fish) fish --no-config -c 'source $argv[1]/completions/fish/flake.fish; string join " " (__hey_hosts_of $argv[2]); or echo' "$root" "$dir" ;;
    esac | tr ' ' '\n' | LC_ALL=C sort -u | tr '\n' ' ' | sed 's/^ *//; s/ *$//'
    echo
  done >"$BATS_TEST_TMPDIR/got"
  diff "$BATS_FILE_TMPDIR/wanted" "$BATS_TEST_TMPDIR/got"
}

@test "hosts: there are some to find" {
  grep -q '^4yes\|alpha' "$BATS_FILE_TMPDIR/wanted"
  [ "$(tr ' ' '\n' <"$BATS_FILE_TMPDIR/wanted" | grep -c .)" -ge 25 ]
}

@test "hosts: where nix has not been asked, zsh offers what text and folders look like" { same zsh; }
@test "hosts: so does bash" { same bash; }
@test "hosts: so does fish" { same fish; }

@test "hosts: a flake.nix of megabytes, on one line or on many, does not keep TAB" {
  local dir shell bad=0
  export HOME=$BATS_TEST_TMPDIR/home
  unset XDG_CACHE_HOME
  mkdir -p "$HOME" "$BATS_TEST_TMPDIR"/{line,lines,braces,zeroes}
  { echo 'nixosConfigurations.first = 1;'; head -c 2000000 /dev/zero | tr '\0' x; } >"$BATS_TEST_TMPDIR/line/flake.nix"
  { echo 'nixosConfigurations.first = 1;'; yes 'nixosConfigurations.first = 2;' | head -n 300000; } >"$BATS_TEST_TMPDIR/lines/flake.nix"
  { echo 'nixosConfigurations.first = {'; yes 'nixosConfigurations = {' | head -n 100000 | tr -d '\n'; } >"$BATS_TEST_TMPDIR/braces/flake.nix"
  { echo 'nixosConfigurations.first = 1;'; head -c 2000000 /dev/zero; } >"$BATS_TEST_TMPDIR/zeroes/flake.nix"
  for dir in line lines braces zeroes; do
    for shell in zsh bash fish; do
      case $shell in
        zsh) run timeout -k 1 20 zsh -fc '. "$1/completions/zsh/flake.zsh"; _hey_hosts "$2"; print -r -- $reply' zsh "$root" "$BATS_TEST_TMPDIR/$dir" ;;
        bash) run timeout -k 1 20 bash -c 'set -f; for file in flake offer; do . "$1/completions/bash/$file.bash"; done; hey_found=() hey_notes=() hey_part= hey_head=; __hey_add_hosts "$2"; echo ${hey_found[@]+"${hey_found[@]}"}' bash "$root" "$BATS_TEST_TMPDIR/$dir" ;;
        fish) run timeout -k 1 20 fish --no-config -c 'source $argv[1]/completions/fish/flake.fish; string join " " (__hey_hosts_of $argv[2]); or echo' "$root" "$BATS_TEST_TMPDIR/$dir" ;;
      esac
      [[ $status = 0 && " $output " == *" first "* ]] || { echo "$dir in $shell: $status, ${output:0:80}"; bad=1; }
    done
  done
  [ "$bad" = 0 ]
}

remember() {
  cat >"$BATS_TEST_TMPDIR/remember.cjs" <<'EOT'
const { remember } = require(`${process.argv[2]}/lib/here/cache.ts`);
remember({ ref: process.argv[3], dir: process.argv[3] }, { names: process.argv.slice(4), odd: ["odd name"], way: "", stamp: "0" });
EOT
  node "$root/lib/load.cjs" "$BATS_TEST_TMPDIR/remember.cjs" "$root" "$@"
}

@test "hosts: what nix has said of a flake is offered in each shell, and nothing else, whatever the flake's path" {
  local dir="$BATS_TEST_TMPDIR/a %2F odd 100% flake's [x]"
  export HOME=$BATS_TEST_TMPDIR/home
  unset XDG_CACHE_HOME
  mkdir -p "$dir" "$HOME"
  mkdir -p "$dir/hosts/folder"
  touch "$dir/hosts/folder/default.nix"
  echo 'nixosConfigurations.text = 1;' >"$dir/flake.nix"
  ln -s "$dir" "$BATS_TEST_TMPDIR/link"
  remember "$BATS_TEST_TMPDIR/link" seen-b me@seen-a -bad '$(touch PWNED)'
  remember "$flakes/none" other
  [ "$(stat -c %a "$HOME/.cache/hey/hosts")" = 700 ]
  [ "$(find "$HOME/.cache/hey/hosts" -type f | wc -l)" -eq 2 ]
  cd "$BATS_TEST_TMPDIR/link"
  run zsh -fc '. "$1/completions/zsh/flake.zsh"; _hey_hosts .; print -r -- $reply' zsh "$root"
  [ "$output" = "seen-b me@seen-a" ]
  run bash -c 'set -f; for file in flake offer; do . "$1/completions/bash/$file.bash"; done; hey_found=() hey_notes=() hey_part= hey_head=; __hey_add_hosts .; echo "${hey_found[@]}"' bash "$root"
  [ "$output" = "seen-b me@seen-a" ]
  run fish --no-config -c 'source $argv[1]/completions/fish/flake.fish; string join " " (__hey_hosts_of .)' "$root"
  [ "$output" = "seen-b me@seen-a" ]
  export XDG_CACHE_HOME=$BATS_TEST_TMPDIR/elsewhere
  remember "$dir" moved
  run zsh -fc '. "$1/completions/zsh/flake.zsh"; _hey_hosts .; print -r -- $reply' zsh "$root"
  [ "$output" = moved ]
}

@test "hosts: names that a shell must quote are offered as hosts, quoted, and never as targets" {
  export HOME=$BATS_TEST_TMPDIR/home LC_ALL=C.UTF-8
  unset XDG_CACHE_HOME
  mkdir -p "$HOME" "$BATS_TEST_TMPDIR/odd"
  cd "$BATS_TEST_TMPDIR/odd"
  echo '{ }' >flake.nix
  local names=(plain a:b x=y "o'n" t~u grün) bad
  remember "$PWD" "${names[@]}"
  bad=$(find "$HOME/.cache/hey/hosts" -type f)
  # Whoever else wrote that file.
  printf '%s\n' 'a b' '$(touch PWNED)' 'x;y' '`x`' $'esc\e' 'a"b' '\x' '-x' "'x" ':x' $'rtl\u202e' '*' >>"$bad"
  run zsh -fc '. "$1/completions/zsh/flake.zsh"; _hey_hosts . all; print -rl -- $reply; echo ++; _hey_hosts .; print -rl -- $reply' zsh "$root"
  diff <(printf '%s\n' "${names[@]}" ++ plain) <(printf '%s\n' "${lines[@]}")
  run fish --no-config -c 'source $argv[1]/completions/fish/flake.fish; __hey_hosts_of .; echo ++; __hey_names (__hey_hosts_of .)' "$root"
  diff <(printf '%s\n' "${names[@]}" ++ plain) <(printf '%s\n' "${lines[@]}")
  run bash -c 'set -f; for file in flake offer; do . "$1/completions/bash/$file.bash"; done; list() { hey_found=() hey_notes=() hey_part= hey_head=; __hey_add_hosts . ${1+"$1"}; printf "%s\n" "${hey_found[@]}"; }; list hosts; echo ++; list; hey_quote=\"; list hosts' bash "$root"
  diff <(printf '%s\n' "${names[@]}" ++ plain plain) <(printf '%s\n' "${lines[@]}")
  # As bash puts them into the line: a word for each, that is the name again.
  cat >drive <<'BASH'
. "$1/completions/hey.bash"
for name in a:b x=y "o'n" t~u grün; do
  COMP_LINE="hey ops deploy ${name:0:1}" COMP_POINT=${#COMP_LINE} COMP_WORDS=(hey ops deploy "${name:0:1}") COMP_CWORD=3 COMP_TYPE=9
  COMP_POINT=${#COMP_LINE}
  COMP_WORDBREAKS=$' \t\n"\'><=;|&(:'
  COMPREPLY=()
  "$2" hey "${name:0:1}" deploy
  [ "${#COMPREPLY[@]}" = 1 ] || { echo "$name: ${COMPREPLY[*]}"; exit 1; }
  eval "word=${COMPREPLY[0]}"
  [ "$word" = "$name" ] || { echo "$name: $word"; exit 1; }
done
BASH
  run bash --norc drive "$root" __hey_hey
  echo "$output"
  [ "$status" = 0 ]
  [ ! -e PWNED ]
}

@test "hosts: what can't be remembered is not, and nobody is told" {
  export HOME=$BATS_TEST_TMPDIR/home XDG_CACHE_HOME=
  mkdir -p "$HOME"
  : >"$HOME/.cache"
  run remember "$flakes/none" one
  [ "$status" -eq 0 ]
  [ -z "$output" ]
}
