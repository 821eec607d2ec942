#!/usr/bin/env bats
# On a real machine: menus of systemd-boot whose default is a pattern, and whose entries have tries. As NixOS writes them with boot counting.

load ../words

# in_form FORM: deploys a system of that form, guarded, and tries the next by a boot.
in_form() {
  local form="\"menuForm\": \"$1\", \"bootCounting\": \"+3\""
  next_system "$form"
  hey_says ops deploy $host --backend nix --boot --reboot --wait 900
  [ "$status" = 0 ]
  stands "$new"
  on ls /boot/loader/entries
  old=$new
  next_system "$form"
  hey_says ops deploy $host --boot --reboot --guard --wait 900 --confirm-timeout 600
  [ "$status" = 0 ]
  [[ $last == *"deployed and confirmed: "*"runs $new, boots $new" ]]
  stands "$new"
  old=$new
  next_system "$form" hey.stage1=panic
  hey_says ops deploy $host --boot --reboot --guard --wait 900 --confirm-timeout 600
  [ "$status" = 10 ]
  [[ $last == *"rolled back, as "*"runs $old, boots $old (status 10)" ]]
  stands "$old"
  hey_says ops rollback $host --guard --confirm-timeout 600
  [ "$status" = 0 ]
  ask_machine
  [ "$(seen runs)" = "$(seen_menu)" ]
  [ "$(seen runs)" != "$old" ]
}

@test "sort-keys: what is tried is booted once, and what does not come up is not booted again" { in_form sort-key; }
@test "names by hash: the same" { in_form hash; }
