#!/usr/bin/env bats
# Trial boots: --boot --reboot --guard, with a real systemd, GRUB's environment block, and the variables of systemd-boot.
# lab: --init systemd --hosts vps-ultraman

load words
load guarded

setup_file() { lab_only; }
setup() {
  guarded_setup systemd
  # Each begins with a system that the loader of the test boots.
  loader=grub
}

by_systemd_boot() {
  loader=systemd-boot
  (: <>/dev/fuse) 2>/dev/null || skip "/dev/fuse can't be opened here"
}

# knobs MORE: of the next system, without braces
knobs() { lab knobs $host "{\"marker\": \"$BATS_TEST_NUMBER $RANDOM\", \"trialBoot\": true, \"bootLoader\": \"$loader\"${1:+, $1}}"; }
# The system from before, deployed in the old way.
begin() {
  knobs "${1-}"
  deploy --backend nix --force
  # Which loader has booted it does not change with that.
  local booted=grub
  if lab host $host sh -c 'ls /sys/firmware/efi/efivars/LoaderInfo-*' >/dev/null 2>&1; then booted=systemd-boot; fi
  if [ "$booted" != "$loader" ]; then lab reboot $host && lab wait $host; fi
  old=$(running)
  generations=$(listed)
}
listed() { lab host $host sh -c 'cd /nix/var/nix/profiles && ls -d system-*-link'; }
boot_id() { lab host $host cat /proc/sys/kernel/random/boot_id; }
boots() { lab host $host tail -n "$1" /var/log/boots | cut -d ' ' -f 2; }
# What the boot menu has for its default, and for how many generations.
default_entry() {
  case $loader in
    grub) lab host $host sed -n '0,/ init=/s,.* init=\([^ ]*\)/init .*,\1,p' /boot/grub/grub.cfg ;;
    systemd-boot) lab host $host sh -c 'sed -n "s,.*init=\([^ ]*\)/init .*,\1,p" "/boot/loader/entries/$(sed -n "s/^default //p" /boot/loader/loader.conf)"' ;;
  esac
}
# once: what is set to be booted once
once() {
  case $loader in
    grub) lab host $host grub-editenv /boot/grub/grubenv list | grep '^next_entry=.' ;;
    systemd-boot) lab host $host sh -c 'ls /sys/firmware/efi/efivars | grep OneShot' ;;
  esac || :
}
# try_it SECONDS [WORDS…]: with so much time, and not so long for a reboot
try_it() {
  local seconds=$1
  shift
  deploy --boot --reboot --guard --wait 20 --settle 1 --print "$@" | shortened "$seconds" >"$BATS_TEST_TMPDIR/script"
  run sh "$BATS_TEST_TMPDIR/script"
  echo "$output"
}
# The unit sees a second later that it is confirmed.
clean() { [ -z "$(leftovers)" ]; }
# As before: nothing of it is left.
as_before() {
  lab wait $host
  [ "$(running) $(profile) $(default_entry)" = "$old $old $old" ]
  [ "$(listed)" = "$generations" ]
  [ -z "$(once)" ]
  until_there 3 clean
}

good() {
  begin
  knobs '"kernel": "6.6.8"'
  run deploy --boot --reboot --guard --settle 1 --check true --check-remote "test \"\$(readlink -f /nix/var/nix/profiles/system)\" = $old"
  echo "$output"
  [ "$status" = 0 ]
  new=$(built)
  [[ ${lines[-1]} == *"deployed and confirmed: root@$target runs $new, boots $new" ]]
  [ "$(running) $(profile) $(default_entry)" = "$new $new $new" ]
  [ -z "$(once)" ]
  until_there 3 clean
  # It was booted once, and boots again.
  [ "$(boots 2)" = "$old"$'\n'"$new" ] || [ "$(boots 1)" = "$new" ]
  lab power-cut $host
  sleep 0.5
  lab wait $host
  [ "$(running)" = "$new" ]
}

@test "GRUB: a good system is booted, confirmed, and only then what boots" { good; }
@test "systemd-boot: the same" {
  by_systemd_boot
  good
}

# under_way SECONDS: begins a trial that its check holds up, in the background as $pid, and waits until it runs
under_way() {
  deploy --boot --reboot --guard --wait 20 --check false --print | shortened "$1" >"$BATS_TEST_TMPDIR/script"
  new=$(built)
  setsid env --default-signal=INT,HUP,TERM sh "$BATS_TEST_TMPDIR/script" >"$BATS_TEST_TMPDIR/out" 2>&1 3>&- &
  pid=$!
  until_there 30 tried
}
tried() { [ "$(running 2>/dev/null)" = "$new" ] && answers 2>/dev/null && lab host $host sh -c 'ls -d /run/hey/*/open' >/dev/null 2>&1; }
back() { [ "$(running 2>/dev/null)" = "$old" ] && answers 2>/dev/null; }
ended() {
  status=0
  wait "$pid" || status=$?
  cat "$BATS_TEST_TMPDIR/out"
  last=$(tail -n 1 "$BATS_TEST_TMPDIR/out")
}

@test "refuses ssh: the host reboots into the old system by itself; the unit is what the module says" {
  begin
  lab host $host systemctl show -P WantedBy hey-trial.service | grep -x sysinit.target
  lab host $host systemctl show -P DefaultDependencies hey-trial.service | grep -x no
  before=$(boot_id)
  knobs '"sshd": false'
  try_it 5
  [ "$status" = 10 ]
  [[ ${lines[-1]} == *"rolled back, as root@$target does not answer over a new connection: root@$target runs $old, boots $old (status 10)" ]]
  [ "$(boots 2)" = "$(built)"$'\n'"$old" ]
  as_before
}

@test "hangs before sysinit.target: it comes back" {
  by_systemd_boot
  begin
  knobs '"bootHang": true'
  try_it 5
  [ "$status" = 10 ]
  [ "$(boots 2)" = "$(built)"$'\n'"$old" ]
  as_before
}

@test "a power cut in the trial brings the old system" {
  begin
  knobs
  under_way 8
  lab power-cut $host
  ended
  [ "$status" = 10 ]
  [[ $last == *"rolled back, as "*": root@$target runs $old, boots $old (status 10)" ]]
  as_before
}

@test "the deployer killed -9 in the trial: the old system comes back; --status knows of both, and the next deployment clears it away" {
  begin
  knobs
  under_way 14
  run deploy --status
  echo "$output"
  [[ ${lines[0]} == "a trial boot: reboots in "*" s unless confirmed, into what boots" ]]
  for way in "--backend nix" "--boot --reboot --guard"; do
    # shellcheck disable=SC2086
    run deploy $way
    [ "$status" = 13 ]
    [[ ${lines[-1]} == *"another deployment holds the lock: root@id3-eniac"*"unless confirmed it is undone in "* ]]
  done
  run "$SCRIPTS/ops-reboot.ts" $host $target
  [ "$status" = 13 ]
  kill -s KILL -- "-$pid"
  pkill -KILL -x ssh || :
  until_there 40 back
  run deploy --status
  [[ ${lines[0]} == "a trial boot is over, and was not confirmed"* ]]
  rm -rf "$XDG_RUNTIME_DIR"/hey.*
  knobs
  deploy --backend nix --force
  [ "$(profile) $(default_entry)" = "$(built) $(built)" ]
  refute lab host $host sh -c 'readlink /nix/var/nix/profiles/system-*-link | grep -qxF "$1"' sh "$new"
  until_there 3 clean
}

@test "^C in the trial: the host is told to go back; where it does not hear that it does so by itself" {
  begin
  knobs
  under_way 8
  kill -s INT -- "-$pid"
  ended
  [ "$status" = 130 ]
  [[ $last == *"interrupted: root@$target reboots now, and boots $old. Look: "*"--status $host $target" ]]
  until_there 30 back
  deploy --cancel
  as_before
  knobs
  under_way 8
  lab link $host down
  kill -s INT -- "-$pid"
  ended
  lab link $host up
  [ "$status" = 130 ]
  [[ $last == *"interrupted, and root@$target does not answer: it goes back to $old by itself within "* ]]
  until_there 40 back
  deploy --cancel
  as_before
}

@test "where the means are missing it is refused in one line that says which, and nothing has changed" {
  refused() {
    run deploy --boot --reboot --guard
    echo "$output"
    [ "$status" = 1 ]
    [[ ${lines[-1]} == *"$1"* ]]
    as_before
  }
  begin
  knobs '"trialBoot": false'
  refused "$host has no unit that ends a trial boot; import nixos/trial-boot.nix of hey into it (see README). Nothing was copied to root@$target (status 1)"
  knobs '"bootLimit": 1'
  lab host $host sh -c 'mount --bind /dev/null /usr/bin/grub-editenv'
  refused "a trial boot needs grub-editenv there, to tell GRUB what to boot once; nothing was changed on root@$target (status 1)"
  lab host $host sh -c 'umount /usr/bin/grub-editenv; echo "btrfs /dev/vda2[/@boot]" >/run/boot-disk'
  refused "it can not write to /boot/grub there (btrfs /dev/vda2[/@boot])"
  lab host $host sh -c 'echo "ext4 /dev/mapper/vg-root" >/run/boot-disk'
  refused "it can not write to /boot/grub there (ext4 /dev/mapper/vg-root)"
  lab host $host sh -c 'echo "vfat /dev/vda1" >/run/boot-disk; sed -i /save_env/d /boot/grub/grub.cfg'
  refused "/boot/grub/grub.cfg has no next_entry"
  begin '"bootLimit": 0'
  knobs
  refused "it could not be armed: the boot menu has no entry for generation $(($(listed | tr -dc '0-9\n' | sort -n | tail -n 1) + 1)) "
  # With one generation in the menu the old one would not come back.
  by_systemd_boot
  begin '"bootLimit": 1'
  knobs
  refused "it could not be armed: the boot menu does not boot $old by default"
  lab host $host umount /sys/firmware/efi/efivars
  refused "there is neither systemd-boot with its EFI variables nor GRUB (/boot/grub/grub.cfg)"
  lab reboot $host && lab wait $host
}

@test "a boot loader that does not forget the entry: it is tried once and no more, and the last line says what to do" {
  begin
  knobs '"sshd": true'
  under_way 8
  # As it boots; for who asks it is a disk that can be written to.
  echo "btrfs /dev/vda2" >"$LAB/hosts/$host/boot-disk"
  lab host $host grub-editenv /boot/grub/grubenv set "next_entry=$(lab host $host readlink /nix/var/nix/hey-trial/entry)"
  ended
  rm "$LAB/hosts/$host/boot-disk"
  [ "$status" = 15 ]
  [[ $last == *"runs $new, boots $old (status 15)"* ]]
  [ "$(boots 2)" = "$new"$'\n'"$new" ]
  lab reboot $host
  as_before
}

@test "back to a generation by a trial boot: undone it stays a generation, confirmed it is what boots" {
  begin
  first=$old
  knobs '"kernel": "6.6.8"'
  deploy --backend nix
  old=$(running)
  generations=$(listed)
  "$SCRIPTS/ops-rollback.ts" $host $target --boot --reboot --guard --wait 20 --check false --print | shortened 4 >"$BATS_TEST_TMPDIR/script"
  run sh "$BATS_TEST_TMPDIR/script"
  echo "$output"
  [ "$status" = 10 ]
  as_before
  "$SCRIPTS/ops-rollback.ts" $host $target --boot --reboot --guard --settle 0
  [ "$(running) $(profile) $(default_entry)" = "$first $first $first" ]
  [ "$(listed)" = "$generations" ]
  until_there 3 clean
}

@test "garbage is collected when it has just been armed, and again in the trial: what is tried stays, and is committed" {
  begin
  knobs '"kernel": "6.6.8"'
  deploy --boot --reboot --guard --settle 1 --check-remote "nix-collect-garbage -d" >"$BATS_TEST_TMPDIR/out" 2>&1 3>&- &
  pid=$!
  until_there 30 lab host $host test -L /nix/var/nix/hey-trial/told
  lab host $host nix-collect-garbage -d >/dev/null 2>&1
  status=0
  wait $pid || status=$?
  cat "$BATS_TEST_TMPDIR/out"
  [ "$status" = 0 ]
  new=$(built)
  [ "$(running) $(profile) $(default_entry)" = "$new $new $new" ]
  until_there 3 clean
  lab host $host nix-collect-garbage -d >/dev/null 2>&1
  lab host $host test -x "$new/init"
}

@test "what a power cut leaves of a trial boot is kept until the next deployment, which lets go of it" {
  begin
  knobs
  under_way 14
  lab power-cut $host
  kill -s KILL -- "-$pid"
  pkill -KILL -x ssh || :
  rm -rf "$XDG_RUNTIME_DIR"/hey.*
  lab wait $host
  lab host $host sh -c 'ls /nix/var/nix/gcroots' | grep '^hey-.*-new$'
  knobs
  deploy --backend nix --force
  until_there 3 clean
  lab host $host nix-collect-garbage -d >/dev/null 2>&1
  refute lab host $host test -e "$new"
}
