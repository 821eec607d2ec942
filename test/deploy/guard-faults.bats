#!/usr/bin/env bats
# Guarded deployments on hosts without systemd: the table of what can go wrong.
# lab: --hosts vps-ultraman

load words
load guarded

setup_file() { lab_only; }
setup() { guarded_setup plain; }

@test "at every fault and moment the host ends on a bootable system, reachable, with nothing left armed; docs/guard.md says the same" {
  faults_as_expected
}
