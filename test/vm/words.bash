# Words of the tests on a virtual machine. Those of the tests on the lab's hosts hold here too: `lab host` asks the machine, by ssh.
# shellcheck source=/dev/null
. "$BATS_TEST_DIRNAME/../../deploy/words.bash"
# shellcheck source=/dev/null
. "$BATS_TEST_DIRNAME/../../lab/lib/loader.sh"
# shellcheck source=/dev/null
. "$BATS_TEST_DIRNAME/../lib/machine.sh"
host=vps-pacman
target=vps-pacman
machine=$BATS_FILE_TMPDIR/machine

# One machine for all tests of a file.
setup_file() {
  [ -n "${HEY_VM_IMAGE-}" ] || return 0
  export PATH=$BATS_TEST_DIRNAME/../../../scripts:$PATH
  new_machine "$HEY_VM_IMAGE"
  # What a file does before that.
  ${before_on-}
  switch_on
  until_up
}
teardown_file() {
  [ ! -e "$machine/qemu.pid" ] || switch_off
  [ ! -S "$machine/nbd" ] || stop_recording
}
setup() {
  # Where setup_file skips, bats takes a teardown_file for a failure.
  [ -n "${HEY_VM_IMAGE-}" ] || skip "${HEY_VM_LACKS-runs on a virtual machine: test/run $BATS_TEST_FILENAME}"
  ask_machine
  old=$(seen runs)
  booted=$(seen booted)
  generations=$(seen generations)
}

lab() {
  case $1 in
    host) shift 2 && on "$(printf '%q ' "$@")" ;;
    *) command lab "$@" ;;
  esac
}

# next_system [MORE]: the next system is another one, with these knobs, without braces. Its kernel speaks to the console.
next_system() {
  lab knobs $host "{\"marker\": \"$BATS_TEST_NUMBER $RANDOM\", \"trialBoot\": true, \"bootTimeout\": 0, \"bootLoader\": \"$(loader)\"
    ${1:+, $1}, \"kernelParams\": \"console=ttyS0 panic=5 ${2-}\"}"
  new=$(built)
}
loader() { basename "${HEY_VM_IMAGE%-*}"; }

# hey_says WORDS…: runs hey with these words. Sets: status, output, lines, as bats' run does; last, its last line.
hey_says() {
  run hey "$@"
  echo "$output"
  last=${lines[-1]}
}

# ask_machine: its own facts (guest/facts.sh) are asked for.
ask_machine() {
  until_up
  on "$(cat "$BATS_TEST_DIRNAME/../guest/facts.sh")" >"$BATS_TEST_TMPDIR/facts"
}
# seen NAME: that fact, as it was when it was asked for
seen() { sed -n "s/^$1 //p" "$BATS_TEST_TMPDIR/facts"; }
# seen_menu: the system that the boot loader boots by default; systemd-boot's as its own program has it, GRUB's by other means than hey's
seen_menu() {
  if [ "$(loader)" = grub ]; then
    grub_system 0 "$BATS_TEST_TMPDIR/facts"
  else
    sed -n '/^\[/p' "$BATS_TEST_TMPDIR/facts" | jq -r '.[] | select(.isDefault) | .options' | sed -n 's/^\(.* \)*init=\([^ ]*\)\/init .*/\2/p'
  fi
}
# boots NUMBER: the systems of the last boots
boots() { on tail -n "$1" /var/log/boots | cut -d ' ' -f 2; }

# stands SYSTEM [BOOTED]: by the machine's own word it runs and boots that, was booted with that (or the other), and nothing is left of hey.
stands() {
  local what
  ask_machine
  what="runs $(seen runs), booted $(seen booted), profile $(seen profile), menu $(seen_menu), once $(seen once), state $(seen state)"
  echo "$what"
  [ "$what" = "runs $1, booted ${2-$1}, profile $1, menu $1, once , state running" ]
  until_there 60 nothing_left
}
nothing_left() {
  local left
  left=$(left_there)
  [ -z "$left" ] || { echo "$left" && return 1; }
}
