# Words of the tests of deployments without a guard in which something goes wrong, for both kinds of host.
# shellcheck source=/dev/null
. "$BATS_TEST_DIRNAME/../lib/printed.bash"

unguarded_setup() {
  bats_require_minimum_version 1.5.0
  host=vps-ultraman
  target=vps_ultraman_root
  # What is gone back to is in order, and nobody else's.
  lab knobs $host "{\"marker\": \"$BATS_TEST_NUMBER\"}"
  deploy --force >/dev/null 2>&1
  old=$(running)
  [ "$old" = "$(built)" ]
  lab knobs $host "{\"marker\": \"$BATS_TEST_NUMBER, new\"}"
}
# The next test begins with a host that can be reached.
unguarded_teardown() {
  [ -n "${LAB-}" ] || return 0
  close_first
  answers 2>/dev/null || by_power_cut
}
by_power_cut() {
  lab host $host sh -c 'nix-env -p /nix/var/nix/profiles/system --set "$1" && "$1/bin/switch-to-configuration" boot' sh "$old"
  lab power-cut $host
  lab wait $host
}

deploy() { "$SCRIPTS/ops-deploy.ts" "$host" "$target" --backend nix "$@"; }
back() { "$SCRIPTS/ops-rollback.ts" "$host" "$target" "$@"; }
# what the boot menu boots, by the rules of the loader
menu() { (dir=$LAB/hosts/$host && . "$LAB_PROGRAMS/lib/loader.sh" && chosen "$dir/disk"); }
boot_id() { lab host "$host" cat /proc/sys/kernel/random/boot_id; }

# by_console SYSTEM: what a person does there after a lock-out; and the connection that was left open is closed here
by_console() {
  lab host $host sh -c 'nix-env -p /nix/var/nix/profiles/system --set "$1" && "$1/bin/switch-to-configuration" switch' sh "$1" 2>/dev/null
  close_first
  lab wait $host
}
close_first() {
  pkill -f 'ssh.*/hey[.][A-Za-z0-9]*/[s]sh' || :
  until_there 5 eval '! pgrep -f "ssh.*/hey[.][A-Za-z0-9]*/[s]sh" >/dev/null'
  rm -rf "$XDG_RUNTIME_DIR"/hey.*
}

# locked_out REASON: the run ended so, and the host is not to be got at
locked_out() {
  echo "$output"
  [ "$status" = 16 ]
  [[ ${lines[-1]} == *"a new connection to "*" failed: "*"$1"*" (status 16)"* ]]
  refute answers
}

# typed_next N: what the last line says to type, over the first connection (1) and then (2)
typed_next() {
  case $1 in
    1) sed -E 's/.* takes it back: (ssh .*\/bin\/switch-to-configuration test).*/\1/' <<<"${lines[-1]}" ;;
    2) sed -E 's/.*; then: (.* --to [0-9]+).*/\1/' <<<"${lines[-1]}" ;;
  esac
}

# fill_before_profile: the printed script on stdin, which fills the disk when all has been copied
fill_before_profile() {
  first activate_there "lab host $host sh -c 'mount -o remount,size=\$((\$(df --output=used -k / | tail -n 1)))k /; dd if=/dev/zero of=/filler bs=4k count=64 2>/dev/null || :'"
}
# profile_not_set WHERE
profile_not_set() {
  [ "$status" = 1 ]
  [[ ${lines[-1]} == *"its profile could not be set (disk full?); nothing was changed on $1 (status 1); $1 runs $(running), boots $(profile)" ]]
}
make_room() { lab host $host sh -c 'rm -f /filler; mount -o remount,size=4g /'; }

# What a unit that has failed may have in its journal.
lies='"unitJournal": "There are changes to critical components of the system:\nwarning: the following units failed: quite-another.service\nFailed to start yet-another.service: no\nwarning: user activation for nobody failed"'
