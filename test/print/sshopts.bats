#!/usr/bin/env bats
# $NIX_SSHOPTS means what it means for the nix that is here: it splits it at blanks before 2.26, and as a shell does from then on.
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

# nix_is LINE: what it says that it is.
nix_is() {
  mkdir -p nix
  printf '%s\n' '#!/bin/sh' 'case $1 in --version) cat <<"end"' "$1" end ';; *) exit 1 ;; esac' >nix/nix
  chmod +x nix/nix
  has_path=$PWD/nix:
}

newer=("nix (Nix) 2.26.3" "nix (Nix) 2.34.8" "nix (Nix) 3.0.0" "nix (Determinate Nix 3.5.2) 2.28.3" "no version at all")
older=("nix (Nix) 2.8.0" "nix (Nix) 2.25.5" "nix (Nix) 2.3" "nix (Lix, like Nix) 2.93.0")

# What is set, and ssh's words in lines.
texts=('-i "/home/ada/my keys/id"' '-o "ProxyCommand=ssh -W %h:%p jump"' "-o 'SetEnv A=b'" '-i /a\ b' $'-o "A=\\$b\\"c\\d"\t-4' "-i '' -o x=\"it's\"" '-o "A=B C"D')
words=($'-i\n/home/ada/my keys/id' $'-o\nProxyCommand=ssh -W %h:%p jump' $'-o\nSetEnv A=b' $'-i\n/a b' $'-o\nA=$b"c\\d\n-4' $'-i\n\n-o\nx=it\'s' $'-o\nA=B CD')

printed() { on_machine NIX_SSHOPTS="$1" "$repo/scripts/ops-ssh.ts" vps --print; }

@test "a newer nix: quotes are read as by a shell" {
  local version at
  for version in "${newer[@]}"; do
    nix_is "$version"
    for at in "${!texts[@]}"; do
      printed "${texts[at]}" >line
      echo "$version: ${texts[at]}: $(cat line)"
      # shellcheck disable=SC2016
      [ "$(sed 's/^ssh/printf "%s\\n"/' line | sh)" = "${words[at]}"$'\nroot@vps' ]
    done
  done
}

@test "an older one takes them for letters: refused in a line, before a piece of one becomes the destination" {
  local version text status
  for version in "${older[@]}"; do
    nix_is "$version"
    for text in "${texts[@]}"; do
      status=0
      printed "$text" >out 2>err || status=$?
      echo "$version: $text: $(cat err)"
      [ "$status" = 2 ]
      [ ! -s out ]
      [ "$(wc -l <err)" = 1 ]
      grep -q 'NIX_SSHOPTS has a quote or a .* which the nix here takes for a letter' err
    done
    # Without any it is asked nothing, and splits at blanks.
    [ "$(printed $'  -p 22\t-4 ')" = "ssh -p 22 -4 root@vps" ]
  done
}

@test "a quote without an end is said" {
  local text
  for text in '-i "a' "-i 'a" '-i a\'; do
    ! printed "$text" 2>err || false
    grep -q 'NIX_SSHOPTS has a quote without an end' err
  done
}

# A word of a line's last call of ssh, or of all of them.
calls() { cat "$record"/ssh.*/argv | tr '\0' '\n'; }

@test "a script gives ssh the words whole, whichever verb it is" {
  local line
  mkdir 'my keys'
  : >'my keys/id'
  for line in "ops-deploy 007 vps --backend nix" "ops-deploy 007 vps --guard" "ops-rollback 007 vps --list" "ops-status 007 vps" "ops-push-keys vps-ultraman vps --check --no-global" "ops-reboot 007 vps"; do
    rm -rf "$record"
    mkdir "$record"
    # shellcheck disable=SC2086
    (cd "$machine/path/to/flake" && on_machine HEY_FAULT=ssh:1:255 NIX_SSHOPTS="-i \"$BATS_TEST_TMPDIR/my keys/id\" -o 'ProxyCommand=sh -c \"nc \$HOME\"'" "$repo/scripts/${line%% *}.ts" ${line#* }) >out 2>&1 </dev/null || :
    echo "$line: $(head -c 1000 out)"
    calls >seen
    grep -qxF "$BATS_TEST_TMPDIR/my keys/id" seen
    # shellcheck disable=SC2016
    grep -qxF 'ProxyCommand=sh -c "nc $HOME"' seen
    grep -qE '^(root@)?vps$' seen
  done
}

@test "nixos-rebuild gets a text that means the same; the one in bash, which splits at blanks, is refused" {
  local at ng kind
  cd "$machine/path/to/flake"
  for at in "${!texts[@]}"; do
    has_path=$machine/has-nixos-rebuild-ng-elevate:
    on_machine NIX_SSHOPTS="${texts[at]}" "$repo/scripts/ops-deploy.ts" 007 vps --backend nixos-rebuild --ssh-option Port=22 --print >"$BATS_TEST_TMPDIR/line"
    ng=$(eval "$(grep '^rebuild_options=' "$BATS_TEST_TMPDIR/line")" && printf %s "$rebuild_options")
    echo "${texts[at]}: $ng"
    [[ $(eval "printf '%s\n' $ng") == *"${words[at]}"$'\n-o\nPort=22\n'* ]]
    for kind in bash-file bash-2014; do
      has_path=$machine/has-nixos-rebuild-$kind:
      ! on_machine NIX_SSHOPTS="${texts[at]}" "$repo/scripts/ops-deploy.ts" 007 vps --backend nixos-rebuild --print >"$BATS_TEST_TMPDIR/line" 2>"$BATS_TEST_TMPDIR/err" || false
      grep -q 'has no way to read quotes in NIX_SSHOPTS; type --backend nix' "$BATS_TEST_TMPDIR/err"
    done
  done
}

@test "a path with a quote in it, from the line: a newer nix is given it quoted, an older one as it is" {
  local dir="$PWD/o'neil"
  mkdir "$dir"
  : >"$dir/cfg"
  cd "$machine/path/to/flake"
  line() { on_machine "$repo/scripts/ops-deploy.ts" 007 vps --backend nix --ssh-config "$dir/cfg" --print | sed -n "s/^nix_options=//p"; }
  eval "given=$(line | sed 's/  # .*//')"
  [ -z "$given" ]
  cd "$BATS_TEST_TMPDIR"
  nix_is "nix (Nix) 2.8.0"
  cd "$machine/path/to/flake"
  eval "given=$(line | sed 's/  # .*//')"
  [[ $given == *" -F $dir/cfg "* ]]
}

@test "hostile values arrive whole at each ssh of a script, and none is run" {
  local word words at typed expect shell
  mapfile -d '' words < <(node "$BATS_TEST_DIRNAME/hostile.cjs" good "$BATS_TEST_TMPDIR/canary")
  cd "$machine/path/to/flake"
  for ((at = 0; at < ${#words[@]}; at += 150)); do
    typed=() expect=()
    for word in "${words[@]:at:150}"; do
      case $word in '' | *' '*) ;; *) typed+=(--ssh-option "Key=$word") expect+=("Key=$word") ;; esac
    done
    on_machine "$repo/scripts/ops-deploy.ts" 007 vps --backend nix --print "${typed[@]}" >"$BATS_TEST_TMPDIR/script" 2>/dev/null
    for shell in dash bash "busybox sh"; do
      rm -rf "$record"
      mkdir "$record"
      # shellcheck disable=SC2086
      on_machine HEY_FAULT=ssh:1:255 setsid -w $shell <(sed "1s/^.*$//; /^end of /d; /^\/bin\/sh /d; /^exec 3<&-$/d" "$BATS_TEST_TMPDIR/script") >/dev/null 2>&1 </dev/null || :
      tr '\0' '\n' <"$record/ssh.1/argv" | grep '^Key=' >"$BATS_TEST_TMPDIR/seen"
      printf '%s\n' "${expect[@]}" | cmp - "$BATS_TEST_TMPDIR/seen" || { echo "$shell"; false; }
    done
  done
  [ ! -e "$BATS_TEST_TMPDIR/canary" ]
}

@test "the shell code reads each list of ssh's words by eval, and splits none at blanks" {
  grep -rnE '\$\{?[a-z]+_options' "$repo"/lib/shell | grep -vE 'eval|NIX_SSHOPTS=' >"$BATS_TEST_TMPDIR/split" || :
  cat "$BATS_TEST_TMPDIR/split"
  [ ! -s "$BATS_TEST_TMPDIR/split" ]
}
