#!/usr/bin/env bats
# On a real machine: a trial boot whose kernel panics.

load ../words

@test "a trial boot whose kernel panics is followed by a boot of the old system" {
  next_system '"kernel": "6.6.9"' hey.stage1=panic
  hey_says ops deploy $host --boot --reboot --guard --wait 900 --confirm-timeout 600
  [ "$status" = 10 ]
  [[ $last == *"rolled back, as "*"runs $old, boots $old (status 10)" ]]
  stands "$old"
  [ "$(seen generations)" = "$generations" ]
  # It was tried.
  grep -a "stage 1: $new/init panic" "$machine/console"
}
