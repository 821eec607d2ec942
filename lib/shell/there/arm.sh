# The guard on the target: it is armed before the activation, and takes the machine back by itself unless that is confirmed.

# note_fact NAME VALUE. Ends: where that can not be written.
note_fact() { ln -s "$2" "$dir/$1" || not_armed "$dir can not be written to"; }

# store_script NAME COMMAND...: a file of the deployment that has all of this program in it, and calls that. They are files as systemd, at
# each daemon-reload, reads again what it has written of a unit: 252 then spoils a ";" or "$" in a command.
# Ends: where it can not be written.
store_script() {
  local name
  name=$1
  shift
  stored "$@" >"$dir/$name" || not_armed "$dir can not be written to (is /run full?)"
}

# not_armed WHY. Ends: always.
not_armed() { refuse 1 "it could not be armed: $1"; }

# end_arming: takes away what was begun, unless it is armed.
end_arming() {
  rm -f /run/hey/holder
  if [ -z "$armed" ]; then
    disarm
    rm -rf "$dir"
    unroot
  fi
}

# arm_guard: unless the deployment $id of $system is confirmed within $seconds s, this machine rolls back by itself to what it runs now. What
# was cut short here is brought to its end first. Sets: dir, armed. Ends: where it can not be armed, or may not.
arm_guard() {
  local which shell job
  dir=/run/hey/$id
  take_lock refuse_other
  refuse_switching
  mend_all >&2
  refuse_changed
  if [ -x "$system/bin/switch-to-configuration" ]; then :; else refuse 1 "$system did not arrive"; fi
  if [ -x "$runs/bin/switch-to-configuration" ]; then :; else refuse 1 "what runs there can not be gone back to: $runs has no bin/switch-to-configuration"; fi
  armed=
  trap end_arming EXIT
  trap "exit 129" HUP
  trap "exit 143" TERM
  # Who has lost the connection hears no more of it. What was begun goes on all the same.
  trap "" PIPE
  umask 077
  mkdir "$dir" || not_armed "$dir can not be made"
  note_fact open "$id"
  note_fact by "$held_by"
  note_fact prev "$runs"
  note_fact new "$system"
  if [ "$boots" != nothing ]; then note_fact boots "$boots"; fi
  note_fact on-unit-failure "$on_unit_failure"
  note_fact generation "$generation"
  note_fact bootloader "$bootloader"
  if [ -n "$last_reboot" ]; then note_fact last-reboot yes; fi
  store_script rollback way_back "$id"
  store_script activation activate_apart "$id"
  # shellcheck disable=SC2016
  store_script commit commit_apart "$id" "\"\${2-}\""
  : >"$dir/log"
  if by_systemd; then note_units "$dir" || not_armed "systemd does not say which units have failed, or $dir can not be written to"; fi
  for which in prev new boots; do
    if [ ! -L "$dir/$which" ]; then continue; fi
    root "$which" "$(readlink "$dir/$which")" || not_armed "the disk can not be written to (is it full?)"
  done
  note_fact seconds "$seconds"
  # An activation must begin by then. Its own time, and that for the confirmation, are given later.
  note_fact deadline "$(in_seconds "$seconds")"
  note_fact clock "$id"
  PATH=$runs/sw/bin:$PATH
  shell=$(shell_of "$runs")
  if by_systemd; then
    systemd-run --quiet --collect --no-ask-password --unit="hey-rollback-$id" --description="Back to $runs unless confirmed" \
      --service-type=exec --property=Restart=on-failure --property="RestartForceExitStatus=SIGTERM SIGHUP SIGINT SIGPIPE" \
      --property=RestartSec=1 --property=StartLimitIntervalSec=0 --property=TimeoutStopSec=5s --property=ConditionPathExists="$dir/rollback" \
      --property=IgnoreOnIsolate=yes --property=DefaultDependencies=no --property=OOMScoreAdjust=-1000 --setenv=PATH="$PATH" \
      "$shell" "$dir/rollback" "$id" 9>&- || not_armed "systemd did not take the unit"
    systemctl daemon-reload
    if [ "$(systemctl show --property=ActiveState --value "hey-rollback-$id.service")" = active ] &&
      systemctl show --property=ExecStart --value "hey-rollback-$id.service" | grep -qF "argv[]=$shell $dir/rollback $id ;"; then :; else
      not_armed "systemd does not have the unit as it was set"
    fi
  else
    store_script keeper keep_way_back "$id" "$shell"
    # What it starts inherits that.
    ({ echo -1000 >/proc/self/oom_score_adj; } 2>/dev/null; exec setsid "$shell" "$dir/keeper" </dev/null >>"$dir/log" 2>&1 9>&-) &
    job=$!
    note_fact sleeper "$job"
  fi
  armed=yes
  echo "prev $runs"
  echo "boots $boots"
}

# in_seconds SECONDS: when that is, in whole seconds of the clock, the one that has begun not counted: never too early.
in_seconds() { echo "$(($(seconds_up) + $1 + 1))"; }

# give_time SECONDS: so long from now it goes on unconfirmed. Where that can not be written the deadline is as it was.
give_time() { ln -s "$(in_seconds "$1")" "$dir/given" && mv -T "$dir/given" "$dir/deadline"; }

# start_activation LINES: starts the activation of the deployment $id, if nobody has yet and there is time; then says its log behind so many
# lines, until it ends. Sets: dir. Ends: where it has ended.
start_activation() {
  local pid
  dir=/run/hey/$id
  # The verdict of the way back is given under this lock too: no activation starts behind it.
  exec 9>/run/hey/lock
  flock -w 10 9 || :
  if [ -L "$dir/open" ] && [ ! -L "$dir/not-begun" ] && ln -s yes "$dir/started" 2>/dev/null; then
    give_time "$activation_timeout"
    start_apart activation
    if ! by_systemd; then ln -s "$job" "$dir/activator"; fi
  fi
  exec 9>&-
  # While systemd itself is renewed it knows of no process for a moment.
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    pid=$(activating_process)
    if activation_ended || [ "${pid:-0}" -gt 0 ]; then break; fi
    sleep 0.1
  done
  if [ "${pid:-0}" -gt 0 ]; then
    tail -n "+$(($1 + 1))" -s 0.02 --pid="$pid" -f "$dir/log" 2>/dev/null
  else
    tail -n "+$(($1 + 1))" "$dir/log" 2>/dev/null
  fi
  # What something else has ended (a lack of memory, say) left no status.
  if activation_ended || activating || activation_ended; then exit 0; fi
  ln -s ended "$dir/status" && go_back "the activation was ended from outside"
}

# activation_ended: whether that of the deployment in $dir is over, or the deployment is.
activation_ended() { [ -L "$dir/status" ] || [ ! -L "$dir/open" ]; }

# activating_process: the number of the process that activates.
activating_process() {
  if by_systemd; then
    main_process "hey-activation-$id.service"
  else
    readlink "$dir/activator"
  fi
}

# activate_apart ID: the activation of that deployment, as its file "activation": a unit or a process of its own. One that fails is undone
# without being told to. Sets: id, dir. Ends: where it comes too late.
activate_apart() {
  local status holder now
  id=$1
  dir=/run/hey/$id
  # The way back does not wait for ever for one that starts late.
  [ -L "$dir/open" ] || exit 0
  # Some versions of NixOS would wait for its lock, and undo then what was switched meanwhile.
  if holder=$(lock_holder); then not_begun "the lock of NixOS was held by $holder"; fi
  now=$(readlink -e /run/current-system)
  if [ "$now" != "$(readlink "$dir/prev")" ]; then not_begun "another program has switched it to $now"; fi
  status=0
  if "$(readlink "$dir/new")/bin/switch-to-configuration" test; then rm -f /run/hey/keys; else status=$?; fi
  # The program says so before all else, and changes nothing then. Later these could be the words of an activation script.
  if [ "$status" -ne 0 ] && [ "$(readlink -e /run/current-system)" = "$now" ] && [ "$(head -n 1 "$dir/log")" = "Could not acquire lock" ]; then
    not_begun "the lock of NixOS was held by another program"
  fi
  if [ "$status" -eq 4 ]; then ln -s "$(units_in "$dir/log")" "$dir/units"; fi
  if inhibited "$status" "$dir/log"; then ln -s yes "$dir/inhibited"; fi
  give_time "$(readlink "$dir/seconds")"
  ln -s "$status" "$dir/status"
  case $status$(readlink "$dir/on-unit-failure") in
    0* | 4warn) ;;
    4*) if units_decide; then go_back "units failed"; fi ;;
    *) go_back "the activation ended with status $status" ;;
  esac
}

# not_begun WHY: nothing is activated. (That link is renamed, as this needs no free inode.) Ends: always.
not_begun() {
  mv -T "$dir/started" "$dir/not-begun"
  ln -s none "$dir/status"
  go_back "$1"
  exit 0
}
