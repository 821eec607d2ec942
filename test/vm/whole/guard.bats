#!/usr/bin/env bats
# On a real machine: what a deployment does to what runs, what boots, and what is armed. With GRUB by the name guard-grub.bats.

load ../words

@test "a deployment for the next boot is booted" {
  next_system
  hey_says ops deploy $host --backend nix --boot --reboot --wait 900
  [ "$status" = 0 ]
  stands "$new"
}

@test "a guarded deployment is confirmed" {
  next_system
  hey_says ops deploy $host --guard --confirm-timeout 300
  [ "$status" = 0 ]
  [[ $last == *"deployed and confirmed: "*"runs $new, boots $new" ]]
  stands "$new" "$booted"
}

@test "a guarded rollback brings the generation before" {
  before=$(on readlink -f /nix/var/nix/profiles/system-2-link)
  hey_says ops rollback $host --guard --confirm-timeout 300
  [ "$status" = 0 ]
  stands "$before" "$booted"
  hey_says ops rollback $host --list
  [ "$status" = 0 ]
  hey_says ops status $host
  hey_says ops doctor $host
}

@test "a machine that loses its power boots what was deployed" {
  cut_power
  stands "$old"
}
