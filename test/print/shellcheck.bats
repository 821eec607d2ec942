#!/usr/bin/env bats
# Everything that is printed, and everything it is made of.

repo=${BATS_TEST_DIRNAME%/test/*}

setup_file() {
  command -v shellcheck >/dev/null || skip "SKIPPED: shellcheck is not installed"
}

@test "every printed script is clean" {
  # SC2016: the script for the other side stands in single quotes, so that nothing in it expands here.
  # SC1003: a quote in a word looks like a mistake. SC2317: a function that a trap calls, or that this script has no need of.
  # SC2119, SC2120: a function that adds the words of each call to a command, in a script that has none to add.
  # SC2030, SC2031: of several hosts each has a subshell of its own.
  shellcheck -s sh -e SC2016,SC1003,SC2317,SC2119,SC2120,SC2030,SC2031 "$repo"/test/cases/*.sh
}

@test "so are the scripts for the other side, by themselves" {
  shellcheck -s sh "$repo"/lib/shell/there/*.sh
}

@test "so are their pieces for this side; what they are given and what calls them is in the text around them" {
  shellcheck -s sh -e SC2154,SC2034,SC2317 "$repo"/lib/shell/here/*.sh
}

@test "so are launcher and dispatcher" {
  shellcheck -s sh "$repo/lib/start" "$repo/scripts/hey"
  shellcheck -s sh <(sed -n '1,2p' "$repo/scripts/sync.ts" | sed '2s,//,#,')
}

@test "so are these tests" {
  cd "$repo/test"
  shellcheck -x lib/{machine,cases}.bash lib/{stub,sandbox} lib/world/{enter,stand-in,left,upper,grub} print/{check,machines,paste,refuse,same,cases.bash}
}
