# The rollback, which runs with nobody there. It must go also where nothing can be written.

# way_back ID: rolls that deployment back, unless it is confirmed: at its deadline, or as soon as the link "clock" is gone. Runs as its file
# "rollback", from the arming on. It waits by itself: systemd begins a timer of --on-active anew at each daemon-reload, and none of its timers
# counts the time that a machine sleeps. Where no process can be made this ends, and systemd starts it again.
# Sets: id, dir, left. Ends: where there is nothing to roll back.
way_back() {
  local ends up
  id=$1
  dir=/run/hey/$id
  while [ -L "$dir/clock" ] && [ -L "$dir/open" ]; do
    # It is given more time when the activation begins, and when it ends.
    ends=$(readlink "$dir/deadline") || if [ -d "$dir" ]; then exit 1; else exit 0; fi
    read -r up _ </proc/uptime
    left=$((ends - ${up%%.*}))
    if [ "$left" -le 0 ]; then break; fi
    if [ "$left" -gt 1 ]; then sleep 1; else sleep 0.1; fi
  done
  # By now it may be over.
  if [ -e "$dir/rollback" ]; then exec 8<"$dir/rollback"; else exit 0; fi
  # Who only looks whether it runs holds the lock for a moment too; another one has done it when it lets go.
  flock -w 5 8 && [ -d "$dir" ] || exit 0
  flock -w 10 /run/hey/lock mv -T "$dir/open" "$dir/rolled-back" 2>/dev/null || give_verdict || :
  if [ ! -L "$dir/rolled-back" ] && [ ! -L "$dir/open" ]; then exit 0; fi
  take_back "$(readlink "$dir/prev")" "$(readlink "$dir/new")"
}

# give_verdict: the deployment in $dir is rolled back, unless another verdict was given.
give_verdict() { mv -T "$dir/open" "$dir/rolled-back" 2>/dev/null; }

# take_back OLD NEW: stops what the deployment in $dir has begun, and activates what ran before, until that runs.
take_back() {
  local status now
  ln -s "not confirmed in time" "$dir/why" 2>/dev/null || :
  echo "hey: rolling back to $1: $(readlink "$dir/why")"
  stop_activation
  status=0
  if [ -L "$dir/started" ]; then activate_old "$1" "$2" || status=$?; fi
  # Emergency mode has stopped what logins need, and an activation starts only what should run already.
  if by_systemd && ! systemctl is-active --quiet sysinit.target; then systemctl start --no-block default.target; fi
  # That of the old system, where it has not come to that: a login reads much of what is there.
  if [ "$(readlink /etc/static)" = "/run/hey-mixed-$id" ]; then relink /etc/static "$1/etc"; fi
  rm -rf "/run/hey-mixed-$id"
  now=$(readlink -e /run/current-system)
  echo "hey: $now runs (status $status)"
  # What came of it, as a name of the same link. Nothing is said to be rolled back that is not.
  if [ -L "$dir/not-begun" ]; then
    came_out not-activated
  elif superseded "$1" "$2"; then
    came_out superseded
  else
    case $status$now in
      [024]"$1") ;;
      *) came_out not-rolled-back ;;
    esac
  fi
  archive
}

# came_out VERDICT: another one than rolled-back.
came_out() { mv -T "$dir/rolled-back" "$dir/$1" 2>/dev/null; }

# stop_activation: a hung one holds the lock of NixOS.
stop_activation() {
  local unit activator signal
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
}

# superseded OLD NEW: whether somebody else has switched this machine meanwhile. Then nothing is left to undo.
superseded() {
  local own
  case $(readlink -e /run/current-system) in
    "" | "$1" | "$2") return 1 ;;
  esac
  # A service of the new system may have gone on to a specialisation of it.
  for own in "$2"/specialisation/*; do
    if [ "$(readlink -e "$own")" = "$(readlink -e /run/current-system)" ]; then return 1; fi
  done
}

# holding: who holds the lock of NixOS. In a container /proc/locks does not show one whose process has ended and left it to another.
holding() {
  lock_holder && return
  [ -e "$nixos_lock" ] || return 1
  flock -n -s -E 75 "$nixos_lock" true
  if [ "$?" -eq 75 ]; then echo "a process that can not be seen"; else return 1; fi
}

# await_lock: however long another program holds the lock of NixOS: it may have switched this machine by then.
await_lock() {
  local known holder
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

# activate_old OLD NEW: tried until the old system runs. One that is broken ends it: six times, within ten minutes and what the last one takes.
# With the status of the last one.
activate_old() {
  local status tries first
  tries=0 first=0
  while :; do
    await_lock
    if superseded "$1" "$2"; then return 0; fi
    status=0
    # Its checks before a switch may need what the new system has just broken.
    NIXOS_NO_CHECK=1 NIXOS_INSTALL_BOOTLOADER=0 limited "$1/bin/switch-to-configuration" test 8<&- || status=$?
    case $status in 0 | 2 | 4) return "$status" ;; esac
    # Another program was faster, which is not the fault of the old system.
    if holding >/dev/null; then continue; fi
    tries=$((tries + 1))
    if [ "$tries" -eq 1 ]; then first=$(seconds_up); fi
    if [ "$tries" -ge 6 ] || [ $(($(seconds_up) - first)) -ge 600 ]; then return "$status"; fi
    if by_systemd && ! bus_answers; then restore_bus "$1" "$2"; fi
    sleep "$tries"
  done
}
