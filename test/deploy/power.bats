#!/usr/bin/env bats
# Power cuts while the boot menu is written, on a disk with a cache: what was not synced is lost, and what was replaced in /boot is emptied.
# lab: --init systemd --hosts vps-ultraman

load words
load guarded

setup_file() { lab_only; }
setup() { guarded_setup systemd; }

# begin LOADER: the system from before, deployed in the old way and booted by that loader; then what comes next
begin() {
  loader=$1
  [ "$loader" != systemd-boot ] || (: <>/dev/fuse) 2>/dev/null || skip "/dev/fuse can't be opened here"
  knobs
  deploy --backend nix --force
  lab reboot $host
  lab wait $host
  old=$(running)
  knobs
}
knobs() { lab knobs $host "{\"marker\": \"$BATS_TEST_NUMBER $RANDOM\", \"trialBoot\": true, \"bootLoader\": \"$loader\"}"; }

# cut_at N WORDS…: deploys, and takes the power away at the Nth flush of /boot from then on. $lie is done to what was synced.
cut_at() {
  local n=$1
  shift
  lab write-back $host "$n"
  deploy "$@" >"$BATS_TEST_TMPDIR/out" 2>&1 3>&- &
  local pid=$!
  until_there 60 test -e "$LAB/hosts/$host/cache/stands"
  (cd "$LAB/hosts/$host/cache/root/nix/var/nix" && ${lie-:})
  lab power-cut $host
  status=0
  wait $pid || status=$?
  cat "$BATS_TEST_TMPDIR/out"
  last=$(tail -n 1 "$BATS_TEST_TMPDIR/out")
  new=$(built)
  lab wait $host
}
# What the boot menu has for its default.
default_entry() {
  case $loader in
    grub) lab host $host sed -n '0,/ init=/s,.* init=\([^ ]*\)/init .*,\1,p' /boot/grub/grub.cfg ;;
    systemd-boot) lab host $host sh -c 'sed -n "s,.*init=\([^ ]*\)/init .*,\1,p" "/boot/loader/entries/$(sed -n "s/^default //p" /boot/loader/loader.conf)"' ;;
  esac
}
# stands_on SYSTEM: it runs, is what boots by each that says so, and boots once more; nothing of a deployment is left
stands_on() {
  [ "$(running) $(profile) $(default_entry)" = "$1 $1 $1" ]
  [ -z "$(left_there)" ]
  lab host $host sh -c 'for entry in /boot/loader/entries/*.conf; do [ ! -e "$entry" ] || [ -s "$entry" ] || exit 1; done'
  lab host $host nix-store --query --requisites "$1" >/dev/null
  lab reboot $host
  lab wait $host
  [ "$(running)" = "$1" ]
}

# With systemd-boot there is a flush of default.new, of the entry of the new system, of those of each old one, of loader.conf, and of all.

@test "systemd-boot: a power cut while the commit writes the menu: rolled back, and the menu is mended; the last line says so" {
  for n in 2 4; do
    begin systemd-boot
    cut_at $n --guard --settle 0
    [ "$status" = 10 ]
    [[ $last == *"rolled back, as the machine was booted again in the middle of the commit; its boot menu was written anew: "*" runs $old, boots $old (status 10)" ]]
    stands_on "$old"
  done
}

@test "systemd-boot: a power cut when the commit has written the menu: the new system boots and is committed" {
  begin systemd-boot
  cut_at all --guard --settle 0
  [ "$status" = 0 ]
  [[ $last == *"deployed and confirmed: "*" runs $new, boots $new; the machine was booted again in the middle of the commit, and its boot menu was written anew" ]]
  stands_on "$new"
}

@test "GRUB: the same" {
  begin grub
  cut_at 2 --guard --settle 0
  [ "$status" = 10 ]
  stands_on "$old"
  begin grub
  lab write-back $host
  deploy --guard --settle 0
  lab power-cut $host
  lab wait $host
  [ "$(running) $(profile) $(default_entry)" = "$(built) $(built) $(built)" ]
}

@test "a disk that loses also what it said was synced: nothing there tells of the commit, and the menu is mended all the same" {
  begin systemd-boot
  number=$(lab host $host readlink /nix/var/nix/profiles/system)
  forgets() { rm hey-commit && ln -sfn "$number" profiles/system; }
  lie=forgets
  cut_at 2 --guard --settle 0
  [ "$status" = 10 ]
  [[ $last == *"rolled back, as the machine was booted again: "*" runs $old, boots $old (status 10)" ]]
  stands_on "$old"
}

@test "a power cut while a trial boot is armed: the machine is waited for, and its menu is mended" {
  for n in 2 all; do
    begin systemd-boot
    cut_at $n --boot --reboot --guard --settle 0 --wait 30
    [ "$status" = 1 ]
    [[ $last == *"the connection was lost while it was armed, rolled back: "*" runs $old, boots $old" ]]
    stands_on "$old"
  done
  begin grub
  cut_at 2 --boot --reboot --guard --settle 0 --wait 30
  [ "$status" = 1 ]
  stands_on "$old"
}

@test "^C when the machine has lost its power in the commit: it is waited for, and its menu is mended" {
  begin systemd-boot
  deploy --guard --settle 0 --print >"$BATS_TEST_TMPDIR/script"
  lab write-back $host 4
  setsid env --default-signal=INT sh "$BATS_TEST_TMPDIR/script" >"$BATS_TEST_TMPDIR/out" 2>&1 3>&- &
  pid=$!
  until_there 60 test -e "$LAB/hosts/$host/cache/stands"
  lab power-cut $host --stay-down
  kill -s INT -- "-$pid"
  until_there 20 grep -q "does not answer, and is waited for" "$BATS_TEST_TMPDIR/out"
  lab power-on $host
  status=0
  wait "$pid" || status=$?
  cat "$BATS_TEST_TMPDIR/out"
  [ "$status" = 130 ]
  [[ $(tail -n 1 "$BATS_TEST_TMPDIR/out") == *"interrupted, rolled back: "*" runs $old, boots $old" ]]
  stands_on "$old"
}

@test "where nobody has waited, --status says that a commit was cut short, and a reboot by ops-reboot mends the menu first" {
  begin systemd-boot
  lab write-back $host 4
  setsid "$SCRIPTS/ops-deploy.ts" $host $target --guard --settle 0 >"$BATS_TEST_TMPDIR/out" 2>&1 3>&- &
  pid=$!
  until_there 60 test -e "$LAB/hosts/$host/cache/stands"
  kill -s KILL -- "-$pid"
  lab power-cut $host
  lab wait $host
  rm -rf "$XDG_RUNTIME_DIR"/hey.*
  run deploy --status
  echo "$output"
  [[ ${lines[1]} == "a commit was cut short, and the boot menu may be in two halves: the next deployment mends it, or ops-reboot" ]]
  "$SCRIPTS/ops-reboot.ts" $host $target
  stands_on "$old"
}

@test "a plain deployment: what boots by the menu is on the disk, and its profile too" {
  begin systemd-boot
  cut_at all --backend nix --boot
  [ "$(running) $(profile) $(default_entry)" = "$new $new $new" ]
  # The cut came before the note of it was taken away. Whoever comes next does that.
  "$SCRIPTS/ops-reboot.ts" $host $target
  stands_on "$new"
}
