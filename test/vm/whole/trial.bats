#!/usr/bin/env bats
# On a real machine: trial boots. With GRUB by the name trial-grub.bats.

load ../words

# try_it SECONDS WORDS…: with so much time to confirm, which leaves room for emulation. Where a kernel panics, nobody waits for its end.
try_it() { hey_says ops deploy $host --boot --reboot --guard --wait 900 --confirm-timeout "$@"; }
# comes_back: it was tried, and rolled back.
comes_back() {
  [ "$status" = 10 ]
  [[ $last == *"rolled back, as "*"runs $old, boots $old (status 10)" ]]
  stands "$old"
  [ "$(seen generations)" = "$generations" ]
  grep -a "stage 1: $new/init" "$machine/console"
}

@test "a good system is booted once, confirmed, and then boots" {
  next_system '"kernel": "6.6.9"'
  try_it 600
  [ "$status" = 0 ]
  [[ $last == *"deployed and confirmed: "*"runs $new, boots $new" ]]
  stands "$new"
  cut_power
  stands "$new"
}

@test "a system without sshd is followed by the old one" {
  next_system '"sshd": false'
  try_it 180
  comes_back
}

@test "a stage 1 that ends is followed by the old system" {
  next_system '' hey.stage1=exit
  try_it 600
  comes_back
}

@test "a system that hangs before its basic services is followed by the old one" {
  next_system '"bootHang": true'
  try_it 180
  comes_back
}

@test "a trial whose check fails is followed by the old system" {
  next_system
  try_it 180 --check false
  comes_back
}
