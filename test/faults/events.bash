# shellcheck shell=bash disable=SC2154
# What goes wrong, and what is put right again after the deployment. Sourced by run.

signal() { kill -s "$1" -- "-$2"; }
killed() { signal KILL "$1"; }
interrupted() { signal INT "$1"; }
interrupted_twice() {
  signal INT "$1"
  sleep 0.5
  signal INT "$1"
}
# ssh_killed GROUP: what runs on the host lives on, and nobody there hears of it.
ssh_killed() { pkill -KILL -x -g "$1" ssh; }
terminated() { signal TERM "$1"; }
hung_up() { signal HUP "$1"; }

frozen() {
  signal STOP "$1"
  sleep 1
  : >"$work/go"
  until_there 30 settled
  signal CONT "$1"
}
frozen_a_while() {
  signal STOP "$1"
  sleep 2
  signal CONT "$1"
}

cut_for_good() { lab link "$host" down; }
# Back only when the host has gone back.
cut_and_late() {
  lab link "$host" down
  : >"$work/go"
  (until_there 40 settled && lab link "$host" up) &
}
cut_and_back() {
  lab link "$host" down
  : >"$work/go"
  sleep 2
  lab link "$host" up
}

power_cut() { lab power-cut "$host"; }

clock_jumps() {
  lab host "$host" sh -c 'mkdir -p /run/wrappers/bin && printf "#!/bin/sh\nexec /usr/bin/date -d \"+\$((\$\$ %% 9 - 4)) days\" \"\$@\"\n" >/run/wrappers/bin/date && chmod 755 /run/wrappers/bin/date'
}

# fill DIR: as full as it is, of a file system of its own
fill() {
  lab host "$host" sh -c 'mount -o remount,size=$(($(df --output=used -k "$1" | tail -n 1)))k "$1"; dd if=/dev/zero of="$1/filler" bs=4k count=64 2>/dev/null || :' sh "$1"
}
no_inodes() { lab host "$host" sh -c 'mount -o remount,nr_inodes=$(df --output=iused /run | tail -n 1) /run'; }
full_run() { fill /run; }
full_root() { fill /; }
full_boot() { fill /boot; }

# killed_there SCRIPT: with all that it has started
killed_there() {
  lab host "$host" sh -c 'for pid in $(pgrep -f "^[^ ]*sh /run/hey/[^ ]*/$1 "); do kill -s KILL "$pid"; pkill -KILL -P "$pid"; done' sh "$1"
}
commit_killed() { killed_there commit; }
return_killed() { killed_there rollback; }
# Each process of the way back that lives at that moment, a few times a second.
return_killed_often() { for _ in $(seq 20); do killed_there rollback; sleep 0.25; done; }
waiting_killed() { lab host "$host" sh -c 'for pid in $(pgrep -f "^[^ ]*sh /run/hey/[^ ]*/rollback "); do kill -s KILL "$pid"; done'; }
# While the new system is activated, so that systemd is about to start it again when it is asked what failed.
waiting_killed_often() {
  : >"$work/go"
  for _ in $(seq 20); do
    waiting_killed
    sleep 0.25
  done
}
# Nothing on the host can start another process, past the deadline.
no_processes() {
  local group=/sys/fs/cgroup/pids/hey-$host.$number pid main space
  [ -d /sys/fs/cgroup/pids ] || group=$LAB_CGROUP/$host
  mkdir -p "$group"
  read -r main <"$LAB/hosts/$host/pid"
  space=$(readlink "/proc/$main/ns/pid")
  if [ -e "$group/tasks" ]; then
    for pid in /proc/[0-9]*; do if [ "$(readlink "$pid/ns/pid" 2>/dev/null)" = "$space" ]; then echo "${pid#/proc/}" >"$group/tasks"; fi; done 2>/dev/null
  fi
  echo 1 >"$group/pids.max"
  : >"$work/go"
  sleep 20
  echo max >"$group/pids.max"
}
emergency() { lab host "$host" systemctl start --job-mode=replace-irreversibly --no-block emergency.target; }
bus_stopped() { lab host "$host" systemctl stop dbus.socket dbus.service; }
isolated() { lab host "$host" systemctl isolate multi-user.target; }
old_checks_fail() { lab host "$host" sed -i "s/^check_status=.*/check_status='1'/" "$old/settings"; }
old_damaged() { lab host "$host" sh -c "cd $old/bin && mv switch-to-configuration good && printf '#!/bin/sh\nexit 1\n' >switch-to-configuration && chmod 755 switch-to-configuration"; }
# before: the running system has these knobs.
runs_with() {
  flock "$LAB/faults.lock" lab knobs "$host" "{\"marker\": \"before $number\", $1}"
  "$SCRIPTS/ops-deploy.ts" "$host" "$target" --backend nix --force
  old=$(running)
  flock "$LAB/faults.lock" lab knobs "$host" "{\"marker\": \"row $number\"${knobs:+, $knobs}}"
  new=$(built)
}
# Its boot menu is GRUB's.
by_grub() { runs_with '"bootLoader": "grub"'; }
# It has a unit that nothing wants, which somebody has started.
by_hand() {
  runs_with '"units": {"by-hand.service": "[Service]\n'"${1-}"'ExecStart=/bin/sleep infinity\n"}'
  lab host "$host" systemctl start by-hand.service
}
still_by_hand() { lab host "$host" systemctl is-active --quiet by-hand.service || echo "what was started by hand does not run"; }
# It can be started only once.
by_hand_once() {
  lab host "$host" rm -rf /run/by-hand
  by_hand 'ExecStartPre=/bin/mkdir /run/by-hand\n'
}
names_by_hand() { grep -q "^ops-deploy: rolled back.*; what ran before and could not be started again: by-hand.service (status 10)" "$work/out" || echo "it does not say what does not run any more"; }
# Its boot does not end before the row does.
never_booted() {
  lab host "$host" rm -f /never-over
  flock "$LAB/faults.lock" lab knobs "$host" '{"marker": "before '"$number"'", "units": {"never.service": "[Service]\nType=oneshot\nTimeoutStartSec=infinity\nExecStart=/bin/sh -c \"test -e /never-over || exec sleep infinity\"\n"}, "wants": ["multi-user.target.wants/never.service"]}'
  "$SCRIPTS/ops-deploy.ts" "$host" "$target" --backend nix --force --boot
  lab power-cut "$host"
  lab wait "$host"
  old=$(running)
  flock "$LAB/faults.lock" lab knobs "$host" "{\"marker\": \"row $number\"${knobs:+, $knobs}}"
  new=$(built)
}
never_activated() {
  [ "$(lab host "$host" cat /var/log/activations | awk -v old="$old" '$2 == "test" && $3 == old' | wc -l)" = 0 ] || echo "the old system was activated"
}
names_loop() { grep -q "^ops-deploy: rolled back, as units failed (looping.service (starts again and again)): " "$work/out" || echo "it does not say what failed"; }
damaged_by_grub() {
  by_grub
  old_damaged
}
# As somebody may have chosen by hand.
grub_boots_another() {
  damaged_by_grub
  lab host "$host" sed -i "s/^  set default=0/  set default=1/" /boot/grub/grub.cfg
}
systemd_stopped() { kill -s STOP "$(cat "$LAB/hosts/$host/pid")"; }
# Another program takes the lock of NixOS for a while. after_all ends it.
nixos_locked() { lab host "$host" sh -c 'setsid flock -o /run/nixos/switch-to-configuration.lock sleep 12 >/dev/null 2>&1 </dev/null &'; }
nixos_locked_and_interrupted() {
  nixos_locked
  interrupted "$1"
}
# A third system, which somebody else switches to.
their_system() {
  flock "$LAB/faults.lock" lab knobs "$host" "{\"marker\": \"theirs $number\"}"
  theirs=$(built)
  nix build --no-link ".#nixosConfigurations.$host.config.system.build.toplevel"
  nix copy --no-check-sigs --to "ssh://$target" "$theirs"
  flock "$LAB/faults.lock" lab knobs "$host" "{\"marker\": \"row $number\"${knobs:+, $knobs}}"
}
they_switch() { lab host "$host" sh -c 'nix-env -p /nix/var/nix/profiles/system --set "$1" && "$1/bin/switch-to-configuration" switch' sh "$theirs"; }
they_switch_and_interrupted() {
  they_switch
  interrupted "$1"
}
systemctl_broken() {
  lab host "$host" sh -c 'mkdir -p /run/wrappers/bin && printf "#!/bin/sh\ncase \$1 in list-units) exit 1 ;; esac\nexec /usr/bin/systemctl \"\$@\"\n" >/run/wrappers/bin/systemctl && chmod 755 /run/wrappers/bin/systemctl'
}
collected_and_full() {
  lab host "$host" nix-collect-garbage -d >/dev/null 2>&1
  full_boot
}
read_only() { lab host "$host" sh -c 'mount --bind /nix /nix && mount -o remount,bind,ro /nix'; }
slow_link() { lab delay "$host" 300; }

after_all() {
  lab link "$host" up
  until_there 30 eval 'kill -s CONT "$(cat "$LAB/hosts/$host/pid")"'
  lab delay "$host" 0 2>/dev/null
  until_there 30 eval 'lab host "$host" true 2>/dev/null'
  lab host "$host" pkill -x flock
  lab host "$host" sh -c 'if [ -e "$1/bin/good" ]; then mv "$1/bin/good" "$1/bin/switch-to-configuration"; fi
    while findmnt -n -o OPTIONS /nix | grep -q "^ro"; do umount -l /nix || break; done
    if [ -d /run/systemd/system ]; then : >/never-over; /usr/bin/systemctl stop crashing.service looping.service never.service 2>/dev/null; fi
    rm -rf /root/.bashrc /run/wrappers/bin/date /run/wrappers/bin/systemctl /filler /run/filler /boot/filler
    mount -o remount,size=32m,nr_inodes=0 /run; mount -o remount,size=4g /; mount -o remount,size=4m /boot' sh "$old"
  # Without systemd the host knows its sshd by a file, which a full /run has lost.
  [ "$init" = systemd ] || lab host "$host" sh -c '[ -s /run/sshd.pid ] || pgrep -o -x sshd >/run/sshd.pid'
  lab wait "$host"
}
forget_once() { rm -f "$work/once"; }
