#!/usr/bin/env bats
# A printed script is read from its first line.
load ../lib/printed

cases=$BATS_FILE_TMPDIR

setup_file() { unfolded "$cases"; }

# code FILE: the lines of its script that are neither blank nor comments.
code() { sed '1,/^\/bin\/sh /d;/^end of /d' "$1" | grep -vcE '^ *(#|$)'; }

# place PATTERN FILE: the line of the printed text on which that stands first.
place() { sed -n '/^\/bin\/sh /,$p' "$2" | grep -nE -m 1 "$1" | cut -d : -f 1; }

@test "the head has at most 16 lines, and says for each step where it goes on" {
  local file head
  for file in "$cases"/*.sh; do
    grep -q '^/bin/sh /dev/fd/3 ' "$file" || continue
    head=$(sed -n '/^\/bin\/sh /,/^exec 3<&-$/p' "$file" | grep '^#')
    echo "$file"
    [ "$(wc -l <<<"$head")" -le 16 ]
    [ "$(grep -cE '^# +[0-9]+\. .* (here|there|here and there)( |$)' <<<"$head")" = "$(grep -cE '^# +[0-9]+\. ' <<<"$head")" ]
  done
}

@test "main is first: the real commands in their order, the first of them within 12 lines" {
  local file=$cases/deploy-nix.sh
  [ "$(place '^main\(\) \{' "$file")" -le 20 ]
  [ $(($(place '^  nix ' "$file") - $(place '^main\(\) \{' "$file"))) -le 12 ]
}

@test "with a guard the arming is on the first screen" {
  [ "$(place '^  arm_there' "$cases/deploy-guard.sh")" -le 40 ]
}

@test "no longer than it must be" {
  [ "$(code "$cases/deploy-nix.sh")" -le 1900 ]
  [ "$(code "$cases/deploy-guard.sh")" -le 2600 ]
}

@test "a function stands there once, in a script of several hosts too" {
  local file
  for file in "$cases"/*.sh; do
    [ -z "$(awk '/^\/bin\/sh \/dev/ { split("", seen) } /^[a-z_]+\(\) \{/ && seen[$1]++' "$file")" ] || { echo "$file"; return 1; }
  done
}

@test "nothing is there that nothing calls" {
  local name file=$cases/deploy-guard.sh
  for name in $(grep -oE '^[a-z_]+\(\)' "$file" | tr -d '()'); do
    [ "$(grep -vE '^ *#' "$file" | grep -cwE "$name")" -ge 2 ] || { echo "$name"; return 1; }
  done
}
