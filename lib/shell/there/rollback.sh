# shellcheck disable=SC2154 # with deployment.sh before it
# Rolls back the deployment $1, unless that is confirmed: at its deadline, or as soon as the link "clock" is gone. It must do so also where
# nothing can be written.
# It waits by itself. systemd begins a timer of --on-active anew at each daemon-reload, and none of its timers counts the time that a
# machine sleeps. Where no process can be made this ends, and systemd starts it again.
id=$1
dir=/run/hey/$id
# For bus.sh: an /etc that all users may read.
mixed=/run/hey-mixed-$id
ends=$(readlink "$dir/deadline") || if [ -d "$dir" ]; then exit 1; else exit 0; fi
while [ -L "$dir/clock" ] && [ -L "$dir/open" ]; do
  read -r up _ </proc/uptime
  left=$((ends - ${up%%.*}))
  if [ "$left" -le 0 ]; then break; fi
  if [ "$left" -gt 1 ]; then sleep 1; else sleep 0.1; fi
done
# By now it may be over.
if [ -e "$dir/rollback" ]; then exec 8<"$dir/rollback"; else exit 0; fi
# Who only looks whether it runs holds the lock for a moment too; another one has done it when it lets go.
flock -w 5 8 && [ -d "$dir" ] || exit 0
verdict() { mv -T "$dir/open" "$dir/rolled-back" 2>/dev/null; }
flock -w 10 /run/hey/lock mv -T "$dir/open" "$dir/rolled-back" 2>/dev/null || verdict || :
if [ ! -L "$dir/rolled-back" ] && [ ! -L "$dir/open" ]; then exit 0; fi
prev=$(readlink "$dir/prev")
new=$(readlink "$dir/new")
ln -s "not confirmed in time" "$dir/why" 2>/dev/null || :
echo "hey: rolling back to $prev: $(readlink "$dir/why")"
# A hung activation holds the lock of NixOS.
if by_systemd; then
  timeout 60 systemctl stop "hey-activation-$id.service" 2>/dev/null
  # Units that were started too often start again, sshd among them. What had failed before stays as it was.
  for unit in sshd.service sshd.socket $(failed_units); do
    grep -qxF "$unit" "$dir/failed" || systemctl reset-failed "$unit" 2>/dev/null
  done
else
  if activator=$(readlink "$dir/activator"); then
    for signal in TERM TERM TERM KILL; do
      if kill -s "$signal" -- "-$activator" 2>/dev/null; then sleep 0.5; fi
    done
  fi
  disarm
fi

# Whether somebody else has switched this machine meanwhile. Then nothing is left to undo.
superseded() {
  case $(readlink -e /run/current-system) in
    "" | "$prev" | "$new") return 1 ;;
  esac
  # A service of the new system may have gone on to a specialisation of it.
  for own in "$new"/specialisation/*; do
    if [ "$(readlink -e "$own")" = "$(readlink -e /run/current-system)" ]; then return 1; fi
  done
}
# Who holds the lock of NixOS. In a container /proc/locks does not show one whose process has ended and left it to another.
holding() {
  lock_holder && return
  [ -e "$nixos_lock" ] || return 1
  flock -n -s -E 75 "$nixos_lock" true
  if [ "$?" -eq 75 ]; then echo "a process that can not be seen"; else return 1; fi
}
# However long another program holds the lock of NixOS: it may have switched this machine by then.
await_lock() {
  known=
  while holder=$(holding); do
    if [ "$holder" != "$known" ]; then
      known=$holder
      echo "hey: waiting for the lock of NixOS, which $holder holds"
      ln -sfn "$holder" "$dir/held" 2>/dev/null || :
    fi
    sleep 1
  done
  rm -f "$dir/held"
}
# Tried until the old system runs. One that is broken ends it: six times, within ten minutes and what the last one takes.
status=0
tries=0
while [ -L "$dir/started" ]; do
  await_lock
  if superseded; then break; fi
  status=0
  # Its checks before a switch may need what the new system has just broken.
  NIXOS_NO_CHECK=1 NIXOS_INSTALL_BOOTLOADER=0 limited "$prev/bin/switch-to-configuration" test 8<&- || status=$?
  case $status in 0 | 2 | 4) break ;; esac
  # Another program was faster, which is not the fault of the old system.
  if holding >/dev/null; then continue; fi
  tries=$((tries + 1))
  if [ "$tries" -eq 1 ]; then first=$(seconds_up); fi
  if [ "$tries" -ge 6 ] || [ $(($(seconds_up) - first)) -ge 600 ]; then break; fi
  if by_systemd && ! bus_answers; then restore_bus; fi
  sleep "$tries"
done
# Emergency mode has stopped what logins need, and an activation starts only what should run already.
if by_systemd && ! systemctl is-active --quiet sysinit.target; then systemctl start --no-block default.target; fi
# The old system's own, where it has not come to that: a login reads much of what is there.
if [ "$(readlink /etc/static)" = "$mixed" ]; then again /etc/static "$prev/etc"; fi
rm -rf "$mixed"
now=$(readlink -e /run/current-system)
echo "hey: $now runs (status $status)"
# What came of it, as a name of the same link. Nothing is said to be rolled back that is not.
ended() { mv -T "$dir/rolled-back" "$dir/$1" 2>/dev/null; }
if [ -L "$dir/not-begun" ]; then
  ended not-activated
elif superseded; then
  ended superseded
else
  case $status$now in
    [024]"$prev") ;;
    *) ended not-rolled-back ;;
  esac
fi
archive
