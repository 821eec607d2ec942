#!/usr/bin/env bats
# The lab itself: that its hosts do what hosts do, and that nothing of it stays behind.
# bats waits for whoever holds its fd 3, so what runs in the background here gives it up.

load ../deploy/words

setup_file() {
  bats_require_minimum_version 1.5.0
  export LAB_TOOL=$BATS_TEST_DIRNAME/lab
  "$LAB_TOOL" check || skip "the lab lacks something here"
}

# in_lab [OPTION…] SCRIPT: a bash script as COMMAND, with some words of its own
in_lab() {
  # shellcheck disable=SC2016 # for the script in the lab
  local words='
    on() { ssh -F "$LAB/ssh_config" -o ConnectTimeout=2 "$@"; }
    build() { nix build --out-link "$LAB/result" ".#nixosConfigurations.\"$1\".config.system.build.toplevel" && readlink "$LAB/result"; }
    send() { system=$(build "$1") && nix copy --to "ssh://root@$1" "$system"; }
    deploy() { send "$1" && on "$1" nix-env -p /nix/var/nix/profiles/system --set "$system" && on "$1" "$system/bin/switch-to-configuration" switch; }
    # A bare ! would be no failure to set -e.
    not() { ! "$@"; }
    running() { lab host "$1" readlink /run/current-system; }
  '
  "$LAB_TOOL" run "${@:1:$#-1}" -- bash -euo pipefail -c "$words ${*: -1}"
}

@test "every host answers by its aliases and runs its first generation" {
  run -0 --separate-stderr in_lab --hosts "vps-ultraman core01.example.org 007" '
    for alias in vps_ultraman_root vps-ultraman vps_ultraman_2222 core01.example.org 007; do on $alias hostname; done
    on vps_ultraman_admin id -un
    first=$(build vps-ultraman)
    for link in /run/current-system /run/booted-system /nix/var/nix/profiles/system; do on vps-ultraman readlink -e $link; done | sort -u | grep -x "$first"
    [ "$(on vps-ultraman cat /boot/default)" = "$first" ]
    on vps-ultraman nix-store --verify --check-contents
    hostname; pwd; stat -c %a "$HOME/.ssh/keys.homelab/vps/ssh_host_ed25519_key_vps-ultraman"; ls /persist/etc/ssh/global_ed25519 /etc/ssh/global_ed25519
  '
  [ "${lines[*]:0:6}" = "vps-ultraman vps-ultraman vps-ultraman core01.example.org 007 admin" ]
  [ "${lines[7]}" = id3-eniac ]
  [ "${lines[9]}" = 600 ]
}

@test "a deploy by nix and ssh alone: profile, boot entry, running system, activation log" {
  in_lab --hosts vps-ultraman '
    old=$(running vps-ultraman)
    lab knobs vps-ultraman "{\"marker\": \"the second\", \"kernel\": \"6.6.8\", \"closureKiB\": 512}"
    deploy vps-ultraman
    [ "$system" != "$old" ]
    [ "$(running vps-ultraman)" = "$system" ]
    [ "$(on vps-ultraman readlink /nix/var/nix/profiles/system)" = system-2-link ]
    [ "$(on vps-ultraman cat /boot/default /etc/motd | xargs)" = "$system the second" ]
    [ "$(on vps-ultraman readlink /run/booted-system)" = "$old" ]
    on vps-ultraman readlink /run/current-system/kernel | grep linux-6.6.8/bzImage
    on vps-ultraman NIXOS_INSTALL_BOOTLOADER=1 $system/bin/switch-to-configuration test
    on vps-ultraman cat /var/log/activations | grep -E "^[0-9.]+ switch $system$"
    on vps-ultraman cat /var/log/activations | grep -E "^[0-9.]+ test $system NIXOS_INSTALL_BOOTLOADER=1$"
  '
}

@test "test moves nothing that lasts: a reboot and a power cut bring the old system back, with another boot id" {
  in_lab --hosts vps-pacman '
    old=$(running vps-pacman)
    for end in reboot power-cut; do
      lab knobs vps-pacman "{\"marker\": \"$end\"}"
      send vps-pacman
      before=$(on vps-pacman cat /proc/sys/kernel/random/boot_id)
      on vps-pacman $system/bin/switch-to-configuration test
      [ "$(running vps-pacman)" = "$system" ]
      lab $end vps-pacman
      sleep 1
      lab wait vps-pacman
      [ "$(running vps-pacman)" = "$old" ]
      [ "$(on vps-pacman cat /proc/sys/kernel/random/boot_id)" != "$before" ]
    done
    [ "$(on vps-pacman "wc -l </var/log/boots")" = 3 ]
  '
}

@test "a host that is off and one whose cable is pulled are silent until the time-out" {
  in_lab --hosts "vps-pacman vps-ultraman" '
    lab power-cut vps-pacman --stay-down
    lab link vps-ultraman down
    sleep 0.3
    for host in vps-pacman vps-ultraman; do
      start=$(date +%s%N)
      not on $host true
      [ $((($(date +%s%N) - start) / 1000000)) -ge 1900 ]
    done
    lab power-on vps-pacman
    lab link vps-ultraman up
    lab wait vps-pacman
    lab wait vps-ultraman
  '
}

@test "a delay is added to every round trip, and taken away" {
  [ -w /dev/net/tun ] || skip "/dev/net/tun can't be opened here"
  in_lab --hosts vps-pacman --delay 100 '
    connect() { start=$(date +%s%N); : </dev/tcp/10.23.0.2/22; echo $((($(date +%s%N) - start) / 1000000)); }
    [ "$(connect)" -ge 100 ]
    lab delay vps-pacman 0
    [ "$(connect)" -lt 50 ]
  '
}

@test "lock-outs can be deployed: sshd off, moved, broken, link down" {
  in_lab --hosts vps-pacman '
    for knobs in "{\"sshd\": false}" "{\"sshdPorts\": [2222]}" "{\"sshd\": \"broken\"}" "{\"link\": false}"; do
      lab knobs vps-pacman "$knobs"
      send vps-pacman
      lab host vps-pacman $system/bin/switch-to-configuration test || [ $? = 4 ]
      not on vps-pacman true
      case $knobs in *2222*) on vps_pacman_2222 true ;; esac
      lab power-cut vps-pacman
      sleep 0.3
      lab wait vps-pacman
    done
  '
}

@test "an activation ends as its knobs say, and one that hangs holds the lock" {
  in_lab --hosts vps-pacman '
    lab knobs vps-pacman "{\"activationStatus\": {\"switch\": 4, \"test\": 100}}"
    send vps-pacman
    on vps-pacman $system/bin/switch-to-configuration boot
    for expected in switch:4 test:100; do
      status=0
      on vps-pacman $system/bin/switch-to-configuration ${expected%:*} || status=$?
      [ $status = ${expected#*:} ]
    done
    lab knobs vps-pacman "{\"activationHang\": \"units\"}"
    send vps-pacman
    on vps-pacman "setsid $system/bin/switch-to-configuration test >/dev/null 2>&1 </dev/null &"
    sleep 0.5
    { on vps-pacman $system/bin/switch-to-configuration test 2>&1 || [ $? = 11 ]; } | grep "Could not acquire lock"
  '
}

@test "an sshd that an activation started doesn't hold the lock" {
  in_lab --hosts vps-pacman '
    lab knobs vps-pacman "{\"sshdExtra\": \"LogLevel DEBUG\"}"
    send vps-pacman
    on vps-pacman $system/bin/switch-to-configuration test
    on vps-pacman $system/bin/switch-to-configuration test
  '
}

@test "the demo secret decrypts only with the key that the host is meant to have" {
  in_lab --hosts "vps-ultraman core01.example.org" '
    for host in vps-ultraman core01.example.org; do
      lab knobs $host "{\"marker\": \"again\"}"
      deploy $host 2>&1 | grep "\[agenix\] WARNING"
      not on $host test -e /run/agenix/demo
    done
    lab host vps-ultraman sh -c "cat >/etc/ssh/ssh_host_ed25519_key" <"$HOME/.ssh/keys.homelab/vps/ssh_host_ed25519_key_vps-ultraman"
    lab host core01.example.org sh -c "umask 077; cat >/persist/etc/ssh/global_ed25519" <"/persist/etc/ssh/global_ed25519"
    for host in vps-ultraman core01.example.org; do
      lab host $host /run/current-system/bin/switch-to-configuration test
      [ "$(lab host $host stat -c %a /run/agenix/demo)" = 400 ]
      [ "$(lab host $host cat /run/agenix/demo)" = "the demo secret" ]
    done
    { on vps-ultraman true 2>&1 || [ $? = 255 ]; } | grep "REMOTE HOST IDENTIFICATION HAS CHANGED"
  '
}

@test "a specialisation is a system of its own" {
  in_lab --hosts vps-pacman '
    lab knobs vps-pacman "{\"specialisations\": {\"quiet\": {\"marker\": \"hush\"}}}"
    deploy vps-pacman
    on vps-pacman /run/current-system/specialisation/quiet/bin/switch-to-configuration test
    [ "$(on vps-pacman cat /etc/motd)" = hush ]
  '
}

@test "with systemd as PID 1: units, timers, a deploy, systemctl reboot" {
  "$LAB_TOOL" check --init systemd || skip "no systemd in a host here"
  in_lab --init systemd --hosts vps-pacman '
    [ "$(on vps-pacman systemctl is-system-running --wait)" = running ]
    [ "$(on vps-pacman systemd-run --wait --pipe --quiet echo from a unit)" = "from a unit" ]
    on vps-pacman "systemd-run --quiet --on-active=500ms --timer-property=AccuracySec=100ms touch /run/fired; sleep 1; test -e /run/fired"
    lab knobs vps-pacman "{\"sshdPorts\": [22, 2222]}"
    deploy vps-pacman
    # systemd says that sshd is started before it listens.
    for _ in 1 2 3 4 5 6 7 8 9 10; do on vps_pacman_2222 true && break; sleep 0.2; done
    on vps_pacman_2222 true
    before=$(on vps-pacman cat /proc/sys/kernel/random/boot_id)
    on vps-pacman systemctl reboot
    sleep 1
    lab wait vps-pacman
    [ "$(on vps-pacman cat /proc/sys/kernel/random/boot_id)" != "$before" ]
    [ "$(running vps-pacman)" = "$system" ]
    lab knobs vps-pacman "{\"sshd\": \"broken\"}"
    send vps-pacman
    status=0
    lab host vps-pacman $system/bin/switch-to-configuration test || status=$?
    [ $status = 4 ]
    not on vps-pacman true
  '
}

@test "the variables of the firmware are as Linux shows them: not to be seeked, whole in one write, immutable; and they outlive a reboot" {
  "$LAB_TOOL" check --init systemd || skip "no systemd in a host here"
  (: <>/dev/fuse) 2>/dev/null || skip "/dev/fuse can't be opened here"
  in_lab --init systemd --hosts vps-pacman '
    lab knobs vps-pacman "{\"bootLoader\": \"systemd-boot\"}"
    deploy vps-pacman
    lab reboot vps-pacman
    lab wait vps-pacman
    cat >"$LAB/probes" <<"END"
      set -e
      cd /sys/firmware/efi/efivars
      guid=4a67b082-0a4c-41cf-b6c7-440b29bb8c4f
      refused() { if "$@" 2>/run/why; then exit 1; fi; }
      test -f "LoaderInfo-$guid"
      refused tail -c +5 "LoaderInfo-$guid"
      grep -q "Illegal seek" /run/why
      [ "$(cat "LoaderInfo-$guid" | tail -c +5 | tr -d "\000")" = "systemd-boot 258.1" ]
      refused sh -c "echo >Mine"
      new=Mine-$guid
      refused sh -c "{ printf \"\007\000\000\000a\000\"; sleep 0.1; printf \"b\000\"; } >$new"
      lsattr "$new" | grep -q "^----i"
      refused rm -f "$new"
      refused sh -c ": >$new"
      chattr -i "$new"
      printf "\007\000\000\000c\000" >"$new"
      bootctl set-oneshot first.conf
      bootctl set-oneshot again.conf
      [ "$(cat "LoaderEntryOneShot-$guid" | tail -c +5 | tr -d "\000")" = again.conf ]
      bootctl set-oneshot ""
      refused test -e "LoaderEntryOneShot-$guid"
END
    on vps-pacman sh <"$LAB/probes"
    lab power-cut vps-pacman
    sleep 0.3
    lab wait vps-pacman
    on vps-pacman cat "/sys/firmware/efi/efivars/Mine-*" | od -An -c | grep -F "\a  \0  \0  \0   c  \0"
  '
}

@test "status, stdin and words reach COMMAND and a host as they are" {
  run -7 "$LAB_TOOL" run --hosts vps-pacman -- sh -c 'exit 7'
  run -0 "$LAB_TOOL" run --hosts vps-pacman -- lab host vps-pacman sh -c 'cat; echo "$1"' sh 'a  "b" $c' <<<"from stdin"
  [ "$output" = $'from stdin\na  "b" $c' ]
  run -9 "$LAB_TOOL" run --hosts vps-pacman -- lab host vps-pacman sh -c 'exit 9'
}

@test "two boxes side by side don't see each other" {
  local script='on vps-pacman "echo $BOX >/root/mine"; sleep 2; on vps-pacman cat /root/mine'
  BOX=one in_lab --hosts vps-pacman "$script" >"$BATS_TEST_TMPDIR/one" 3>&- &
  run -0 --separate-stderr env BOX=two "$BASH" -c "$(declare -f in_lab); in_lab --hosts vps-pacman '$script'"
  [ "$output" = two ]
  wait $!
  [ "$(cat "$BATS_TEST_TMPDIR/one")" = one ]
}

# left_behind: the directory, processes, mounts and cgroup of a lab of this test. Other labs may run at the same time.
left_behind() {
  ls -A "$TMPDIR"
  pgrep -af "$TMPDIR" || true
  grep -F "$TMPDIR" /proc/mounts || true
  find /sys/fs/cgroup -name "*${TMPDIR//\//-}*"
}

@test "nothing is left behind, however it ends" {
  export TMPDIR=$BATS_TEST_TMPDIR/tmp
  mkdir "$TMPDIR"
  # left_behind can see its cgroup: it is there while the lab runs.
  "$LAB_TOOL" run --hosts vps-pacman --init systemd -- bash -c '[ "$(find /sys/fs/cgroup -name "*${TMPDIR//\//-}*" | wc -l)" = 1 ]'
  [ -z "$(left_behind)" ]
  run "$LAB_TOOL" run --hosts vps-pacman -- sh -c 'kill -s KILL $$'
  [ "$status" = 137 ]
  [ -z "$(left_behind)" ]
  run "$LAB_TOOL" run --hosts "vps-pacman nobody" -- true
  [ "$status" = 2 ]
  [ -z "$(left_behind)" ]
  # After 1 s the lab starts its hosts. After 4 s it runs COMMAND.
  local signal
  for signal in TERM HUP INT; do
    run env --default-signal timeout --foreground -s "$signal" 1 "$LAB_TOOL" run --hosts vps-pacman -- sleep 60
    [ -z "$(left_behind)" ]
    run env --default-signal timeout --foreground -s "$signal" 4 "$LAB_TOOL" run --hosts vps-pacman -- sleep 60
    [ -z "$(left_behind)" ]
  done
  # Nobody can clean up after a SIGKILL, but an empty directory is all that stays.
  run timeout --foreground -s KILL 4 "$LAB_TOOL" run --hosts vps-pacman -- sleep 60
  until_there 10 eval '[ -z "$(find "$TMPDIR" -mindepth 2)" ]'
  until_there 10 refute pgrep -f "$TMPDIR/hey-lab"
}

@test "a signal before its hosts start ends a lab at once, and the lab leaves nothing behind" {
  export TMPDIR=$BATS_TEST_TMPDIR/tmp STAND_IN=$BATS_TEST_TMPDIR/bin
  mkdir "$TMPDIR" "$STAND_IN"
  # The program sends the signal to the lab when its own work is done.
  local program signal
  for program in mktemp findmnt; do
    for signal in HUP:129 INT:130 TERM:143; do
      rm -f "$STAND_IN"/*
      printf '#!/bin/sh\n"%s" "$@"\nkill -s %s "$LAB_PID"\nsleep 0.2\n' "$(type -P $program)" "${signal%:*}" >"$STAND_IN/$program"
      chmod +x "$STAND_IN/$program"
      run env --default-signal timeout 20 bash -c 'export LAB_PID=$$; PATH=$STAND_IN:$PATH; exec "$@"' bash "$LAB_TOOL" run --hosts vps-pacman --init systemd -- sleep 60
      echo "$program $signal: $status"
      [ "$status" = "${signal#*:}" ]
      [ -z "$(left_behind)" ]
    done
  done
}

@test "a signal while nix builds leaves nothing of the build behind" {
  NIX=$(type -P nix)
  export TMPDIR=$BATS_TEST_TMPDIR/tmp STAND_IN=$BATS_TEST_TMPDIR/bin NIX BUILDS=$BATS_TEST_TMPDIR/builds
  mkdir "$TMPDIR" "$STAND_IN"
  # A nix that makes the directory that it builds in, and then builds for a minute.
  cat >"$STAND_IN/nix" <<'END'
#!/bin/sh
[ "$1" = build ] || exec "$NIX" "$@"
mktemp -d "$TMPDIR/nix-build-system.drv-XXXXXX" >"$BUILDS"
sleep 60
END
  chmod +x "$STAND_IN/nix"
  PATH=$STAND_IN:$PATH env --default-signal "$LAB_TOOL" run --hosts vps-pacman -- true 3>&- &
  until_there 60 [ -s "$BUILDS" ]
  kill -s TERM $!
  wait $! || [ $? = 143 ]
  [ -z "$(left_behind)" ]
}

@test "an ordinary user can have a lab too" {
  [ "$(id -u)" = 0 ] || skip "this is one"
  export TMPDIR=/tmp
  # A user of its own, known only inside this mount namespace.
  run -0 --separate-stderr unshare --mount bash -euc '
    cp /etc/passwd /etc/group "$1"; echo labber:x:54321:54321::/nonexistent:/bin/sh >>"$1/passwd"; echo labber:x:54321: >>"$1/group"
    echo labber:1000000:65536 | tee "$1/subuid" >"$1/subgid"
    for file in passwd group subuid subgid; do mount --bind "$1/$file" "/etc/$file"; done
    setpriv --reuid 54321 --regid 54321 --clear-groups "$2" run --hosts vps-pacman -- sh -c "ssh -F \$LAB/ssh_config vps-pacman hostname"
  ' bash "$BATS_TEST_TMPDIR" "$LAB_TOOL"
  [ "$output" = vps-pacman ]
}

@test "what is missing or wrong is said in one line, with status 2" {
  mkdir "$BATS_TEST_TMPDIR/bin"
  local program
  for program in bash readlink dirname id sort paste grep; do ln -s "$(type -P "$program")" "$BATS_TEST_TMPDIR/bin/"; done
  run -2 env PATH="$BATS_TEST_TMPDIR/bin" "$LAB_TOOL" check
  [ "${#lines[@]}" = 1 ]
  [[ "$output" = "lab: programs are missing: apt-get install "* ]]
  run -2 "$LAB_TOOL" run --hosts vps-pacman
  run -2 "$LAB_TOOL" run --delay x -- true
  run -2 "$LAB_TOOL" host vps-pacman true
}

@test "the lab's and the fleet's scripts are clean" {
  cd "$BATS_TEST_DIRNAME/../.."
  shellcheck -x test/lab/lab test/lab/boot test/lab/lib/*.sh test/fleet/lib/*.sh
}
