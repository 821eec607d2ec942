#!/usr/bin/env bats
# On a real machine: what is deployed runs and boots, and what cuts the connection is rolled back by the machine itself.

load ../words

@test "a plain deployment runs, and is what the machine boots" {
  next_system
  hey_says ops deploy $host --backend nix
  [ "$status" = 0 ]
  stands "$new" "$booted"
  [[ $last == *"runs $new, boots $new"* ]]
  hey_says ops reboot $host --wait 900
  [ "$status" = 0 ]
  stands "$new"
}

@test "without sshd a guarded deployment is rolled back" {
  next_system '"sshd": false'
  hey_says ops deploy $host --guard --confirm-timeout 120
  [ "$status" = 10 ]
  [[ $last == *"rolled back, as "*"runs $old, boots $old (status 10)" ]]
  stands "$old" "$booted"
}
