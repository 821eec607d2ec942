#!/usr/bin/env bats
# Guarded deployments on hosts with a real systemd: who wins, at the deadline and of several deployers.
# lab: --init systemd --hosts vps-ultraman

load words
load guarded

setup_file() { lab_only; }
setup() { guarded_setup systemd; }

@test "60 confirmations at the deadline: never both a confirmation and a way back" {
  at_the_deadline
}

@test "8 deployers at once: one wins, the others are told whose the lock is" {
  at_once 8
}
