# shellcheck shell=bash
# Words about a printed script on stdin: it consists of functions and values, so that a test can change one of them by its name. Sourced.

# unfolded DIR: every case, and every whole one that no case is, as it is printed.
unfolded() {
  local file tests=${BASH_SOURCE[0]%/lib/*}
  for file in "$tests"/{whole,cases}/*.sh; do "$tests/lib/unfold" "$file" >"$1/${file##*/}" || return; done
}

# script: the text that /bin/sh is given: without the lines around it.
script() { sed '1{/^\/bin\/sh \/dev\/fd\/3 /d};${/^end of /d}'; }

# by SHELL: handed to that shell instead of /bin/sh.
by() { sed "1s#^/bin/sh #$1 #"; }

# given NAME VALUE…: with other values of the run. Fails unless each is there once.
given() {
  awk -v pairs="$(printf '%s\n' "$@")" '
    BEGIN { count = split(pairs, words, "\n"); for (at = 1; at < count; at += 2) value[words[at]] = words[at + 1] }
    match($0, /^[a-z_]+=\047/) && (name = substr($0, 1, RLENGTH - 2)) in value { $0 = name "=\047" value[name] "\047"; seen[name]++ }
    { print }
    END { for (name in value) if (seen[name] != 1) { print name " is given " seen[name] + 0 " times" >"/dev/stderr"; exit 1 } }'
}

# first FUNCTION LINE…: with that line as the first of that function. Fails unless each function is there once.
first() {
  awk -v pairs="$(printf '%s\n' "$@")" '
    BEGIN { count = split(pairs, words, "\n"); for (at = 1; at < count; at += 2) line[words[at]] = words[at + 1] }
    match($0, /^[a-z_]+\(\) \{/) && (name = substr($0, 1, RLENGTH - 4)) in line {
      seen[name]++
      rest = substr($0, RLENGTH + 1)
      $0 = name "() {\n  " line[name] (rest == "" ? "" : "\n " rest)
    }
    { print }
    END { for (name in line) if (seen[name] != 1) { print name " is there " seen[name] + 0 " times" >"/dev/stderr"; exit 1 } }'
}

# shortened SECONDS: with less time than may be typed.
shortened() { sed "s/^activation_timeout='[0-9]*'/activation_timeout='$1'/" | given seconds "$1"; }
