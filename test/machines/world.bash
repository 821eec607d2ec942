# A machine with a flake of six hosts at $flake. Sourced in setup_file and setup.
. "$BATS_TEST_DIRNAME/../lib/machine.bash"

make_fleet() {
  make_machine "$BATS_FILE_TMPDIR/machine"
  make_flake "$machine/path/to/fleet" 007 core01.example.org db vps-ultraman web1 web2
  remember "$machine/path/to/fleet"
}

in_fleet() {
  machine=$BATS_FILE_TMPDIR/machine
  flake=$machine/path/to/fleet
  rm -rf "$flake/hey.toml"
  # The stub for ssh -G reads it.
  : >"$machine/home/me/.ssh/config"
  cd "$flake" || return
}

# verb NAME WORDS…: what it prints, without --print too for ops-hosts.
verb() { on_machine "$repo/scripts/$1.ts" "${@:2}" </dev/null; }
