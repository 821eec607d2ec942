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
  if [ -L "$dir/open" ]; then flock -w 10 /run/hey/lock mv -T "$dir/open" "$dir/rolled-back" 2>/dev/null || give_verdict || :; fi
  if [ ! -L "$dir/rolled-back" ] && [ ! -L "$dir/open" ]; then exit 0; fi
  take_back "$(readlink "$dir/prev")" "$(readlink "$dir/new")"
}

# keep_way_back ID SHELL: begins the way back of that deployment again until it is over, where no systemd does. Runs as its file "keeper". Who
# kills one of the two has not ended the other. Where no process can be made this ends, and begins itself anew without one.
# Sets: id, dir, shell.
keep_way_back() {
  local begun up
  id=$1
  dir=/run/hey/$id
  shell=$2
  trap keep_on EXIT
  while unsettled; do
    "$shell" "$dir/rollback" "$id"
    read -r begun _ </proc/uptime
    # A second; "sleep" would be a process.
    while unsettled && read -r up _ </proc/uptime && [ "${up%%.*}" = "${begun%%.*}" ]; do :; done
  done
}

# keep_on: the keeper, once more. Ends: unless it is over.
keep_on() { if unsettled; then exec "$shell" "$dir/keeper"; fi; }

# unsettled: whether the deployment in $dir is not over, and not confirmed.
unsettled() { [ -L "$dir/open" ] || [ -L "$dir/rolled-back" ]; }

# give_verdict: the deployment in $dir is rolled back, unless another verdict was given.
give_verdict() { mv -T "$dir/open" "$dir/rolled-back" 2>/dev/null; }

# take_back OLD NEW: stops what the deployment in $dir has begun, and activates what ran before, until that runs.
take_back() {
  local status now
  ln -s "not confirmed in time" "$dir/why" 2>/dev/null || :
  echo "hey: rolling back to $1: $(readlink "$dir/why")"
  if [ -L "$dir/started" ] && systemd_hangs; then reboot_into "$1" "$2"; fi
  stop_activation
  status=0
  if [ -L "$dir/started" ] && ! nothing_activated "test" "$1" "$dir/log"; then
    activate_old "$1" "$2" || status=$?
    start_again
  fi
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
      *)
        if ! holding >/dev/null; then reboot_into "$1" "$2"; fi
        came_out not-rolled-back
        ;;
    esac
  fi
  archive
}

# systemd_hangs: whether systemd gives no answer for 40 seconds. Nothing can be activated then.
systemd_hangs() {
  by_systemd || return 1
  for _ in 1 2; do
    timeout 20 systemctl show --property=Version >/dev/null 2>&1
    if [ "$?" -ne 124 ]; then return 1; fi
  done
}

# reboot_into OLD NEW: the last resort of the deployment in $dir, where the old system can not be made to run: this machine reboots, if that brings
# the old system, and nobody else has switched it. After the reboot nothing is armed, so there is never a second one. Returns where it may not.
reboot_into() {
  [ -L "$dir/last-reboot" ] || return 0
  if superseded "$1" "$2" || unmended || [ "$(readlink -e "$profile")" != "$1" ] || [ -n "$(entry_once)" ] || ! boots_by_default "$1"; then return 0; fi
  echo "hey: $1 can not be made to run, and this machine reboots into it"
  ln -s yes "$dir/rebooting" 2>/dev/null
  unroot
  # Who waits is still to hear that.
  sleep 5
  if by_systemd; then
    # In order, if there is an order; then without stopping anything; then without asking systemd.
    if timeout 10 systemctl start --no-block --job-mode=replace-irreversibly reboot.target; then sleep 60; fi
    if timeout 10 systemctl reboot --force; then sleep 60; fi
    timeout 10 sync
    systemctl reboot --force --force
  else
    "$1/sw/bin/reboot"
  fi
  sleep 60
  rm -f "$dir/rebooting"
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
  local status tries first most
  tries=0 first=0
  while :; do
    await_lock
    if superseded "$1" "$2"; then return 0; fi
    status=0
    most=600
    # Units that this boot has never begun with are waited for in vain.
    if by_systemd && finishing; then most=90; fi
    # Its checks before a switch may need what the new system has just broken.
    NIXOS_NO_CHECK=1 NIXOS_INSTALL_BOOTLOADER=0 timeout -k 10 "$most" "$1/bin/switch-to-configuration" test 8<&- || status=$?
    if [ "$most-$status-$(readlink -e /run/current-system)" = "90-124-$1" ]; then return 4; fi
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

# start_again: what ran when the deployment in $dir was armed, was stopped by its activation, and is wanted by nothing in the old system: a
# unit that somebody has started by hand. What can not be started is noted.
start_again() {
  local unit left_out=""
  by_systemd || return 0
  for unit in $(edited "$(cat "$dir/log")" "s/^stopping the following units: //p" | tr -d "," | tr " " "\n" | deciding); do
    if ! grep -qxF "$unit" "$dir/active" || goes_on "$unit"; then continue; fi
    echo "hey: $unit ran before, and is started again"
    timeout 60 systemctl start "$unit" || left_out="$left_out$unit "
  done
  if [ -n "$left_out" ]; then ln -s "${left_out% }" "$dir/stopped" || :; fi
}
