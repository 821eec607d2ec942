#!/usr/bin/env bats
# What a host says, by a table: each question that it is asked, and each kind of answer to it.
# shellcheck disable=SC2154
load ../lib/printed
load lies

setup() { lying_setup; }

# tried SHELL...: each row of the table in each of them; the verbs that read answers themselves are run as they are.
tried() {
  local question kind answer shell tried=0
  while IFS=$'\t' read -r question kind answer; do
    case $question in '#'*) continue ;; esac
    lie "$question" "$answer"
    for shell in "$@"; do
      case $question in tell_status | tell_health) shell=hey ;; esac
      told "$shell" "${asking[$question]}"
      unharmed "$question, $kind, $shell"
      # Nothing is no success.
      case $question-$kind in
        tell_boot-empty | *-empty | *-"blank lines" | *-never | *-deaf) [ "$status" != 0 ] || { echo "$question, $kind, $shell: 0"; cat out err; cat print-err | head -5; return 1; } ;;
      esac
      tried=$((tried + 1))
      if [ "$shell" = hey ]; then break; fi
    done
  done < <(chosen)
  echo "$tried tried" >&3
  [ "$tried" -ge "$least" ]
}

@test "lying: no answer runs anything here, hangs it, or reaches the terminal raw: one kind for each question, in turn" {
  local least=20
  # Every sixth row: each question with some kinds, each kind at some questions.
  chosen() { grep -v '^#' "$BATS_TEST_DIRNAME/lies.tsv" | awk 'NR % 6 == 1'; }
  tried dash
}

@test "lying: the same of every answer, in every shell (HEY_LIES=all)" {
  local least=600
  [ "${HEY_LIES-}" = all ] || skip "HEY_LIES=all tries all of them"
  chosen() { cat "$BATS_TEST_DIRNAME/lies.tsv"; }
  tried dash bash 'zsh --emulate sh' 'busybox sh'
}

@test "lying: the table has 120 answers, and each question has each kind" {
  [ "$(grep -vc '^#' "$BATS_TEST_DIRNAME/lies.tsv")" -ge 120 ]
}
