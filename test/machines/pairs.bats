#!/usr/bin/env bats
# The right machine: pairs of a host and a target, with ssh's own reading of its configuration, to machines that say who they are.
bats_require_minimum_version 1.5.0
. "$BATS_TEST_DIRNAME/../lib/machine.bash"
load pairs.bash

setup_file() { make_pairs; }
setup() { in_pairs; }

# rows KIND [STEP]: those of that kind, or each of so many.
rows() { grep "^$1"$'\t' "$BATS_TEST_DIRNAME/pairs.tsv" | grep -v "${except-^$}" | awk -v step="${2-1}" 'NR % step == 0' | cut -f 2- | tr '\t' ' ' | sed 's/ -$//'; }

# each KIND STEP HOLDS VERB WORDS…: by that verb; HOLDS says whether it ended as it should.
each() {
  local row bad=0 count=0
  while read -r row; do
    count=$((count + 1))
    # shellcheck disable=SC2086
    verb "${@:4}" $row
    "$3" && continue
    printf '%s\n' "$4 $row: $status: $output" "touched: $touched"
    bad=1
  done < <(rows "$1" "$2")
  echo "$count rows"
  [ "$bad" = 0 ] && [ "$count" -gt 0 ]
}

refused_here() { [ "$status" = 2 ] && [ -z "$touched" ] && [[ $output == *"another host of this flake"* ]]; }
refused_there() { [ "$status" = 1 ] && [ -z "$touched" ] && [[ $output == *"nothing was sent to it or changed on it (status 1). If it is to be "*": --rename" ]]; }
goes_on() { [ -n "$touched" ]; }

@test "pairs: there are 60 wrong ones and 30 right ones, and none twice" {
  [ "$(grep -cE '^(line|there)' "$BATS_TEST_DIRNAME/pairs.tsv")" -ge 60 ]
  [ "$(grep -c '^right' "$BATS_TEST_DIRNAME/pairs.tsv")" -ge 30 ]
  [ -z "$(sort "$BATS_TEST_DIRNAME/pairs.tsv" | uniq -d)" ]
}

@test "pairs: what ssh and hey.toml know is refused on this machine, by a deployment" { each line 1 refused_here ops-deploy --backend nix; }
# each_led KIND STEP HOLDS VERB WORDS…: by that verb; HOLDS, which knows $says, says whether it ended as it should.
each_led() {
  local says row bad=0 count=0
  while IFS=$'\t' read -r says row; do
    count=$((count + 1)) says=${says//+/ }
    # shellcheck disable=SC2086
    verb "${@:4}" $row
    "$3" && continue
    printf '%s\n' "$4 $row: $status: $output" "touched: $touched"
    bad=1
  done < <(grep "^$1"$'\t' "$BATS_TEST_DIRNAME/pairs.tsv" | awk -v step="$2" 'NR % step == 0' | cut -f 2-)
  echo "$count rows"
  [ "$bad" = 0 ] && [ "$count" -gt 0 ]
}

refused_as_led() { refused_here && [[ ${output//\'/} == *"$says"* ]]; }
refused_run() { [ "$status" = 2 ] && [ -z "$touched" ] && [[ ${output//\'/} == *"$says"* ]]; }
not_refused() { [ "$status" = 0 ] && [[ $output == *main* ]]; }

@test "pairs: options of ssh that lead to another host are refused, and the message names them" { each_led led 1 refused_as_led ops-deploy --backend nix; }
@test "pairs: the same with other verbs, and where it is printed" {
  each_led led 4 refused_as_led ops-push-keys --no-global
  each_led led 5 refused_as_led ops-rollback
  each_led led 6 refused_as_led ops-reboot
  each_led led 3 refused_as_led ops-deploy --print
}
@test "pairs: a run of several goes to no other host by options of ssh" {
  each_led run 1 refused_run ops-deploy
  each_led run 3 refused_run ops-rollback
  each_led runs 1 not_refused ops-deploy --print
}
@test "pairs: the same with the line of nixos-rebuild" { each line 5 refused_here ops-deploy; }
@test "pairs: the same where keys would be sent" { each line 3 refused_here ops-push-keys --no-global; }
@test "pairs: the same by a rollback and a reboot" {
  each line 4 refused_here ops-rollback
  each line 6 refused_here ops-reboot
}
@test "pairs: a machine that says it is another is left as it is, by a deployment" { each there 1 refused_there ops-deploy --backend nix; }
@test "pairs: the same under guard" { each there 4 refused_there ops-deploy --guard; }
@test "pairs: such a machine is sent no keys" { each there 1 refused_there ops-push-keys --no-global; }
@test "pairs: such a machine is not rolled back or rebooted" {
  # Where nothing is built or sent a machine that is called as the attribute is believed, and nothing evaluated.
  except=$'there\talpha'
  each there 3 refused_there ops-rollback
  each there 4 refused_there ops-reboot
}
@test "pairs: a right one is never refused, by a deployment" { each right 1 goes_on ops-deploy --backend nix; }
@test "pairs: a right one is never refused where keys are sent" { each right 1 goes_on ops-push-keys --no-global; }
@test "pairs: a right one is never refused by a rollback and a reboot" {
  each right 4 goes_on ops-rollback
  each right 5 goes_on ops-reboot
}
