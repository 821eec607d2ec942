# The activation of a system that is there, as nixos-rebuild does it.

# set_profile SYSTEM GENERATION: the profile becomes that system: as the generation of that number, or as a "new" one.
set_profile() {
  if [ "$2" = new ]; then limited nix-env -p "$profile" --set "$1"; else limited nix-env -p "$profile" --switch-generation "$2"; fi
}

# activate_system ACTION SYSTEM: takes the lock, sets the profile to $system, and activates SYSTEM: that, or a specialisation of it. The
# activation runs on when the connection is lost, even where it would write: its output goes to a file, and only the reader of that file
# hangs on the connection. Sets: dir, job. Ends: always, with the status of the activation.
activate_system() {
  local action="$1" status why="" units="" blocked=""
  set -e
  # The second must not set a profile that it then can not activate.
  take_lock
  refuse_switching
  refuse_changed
  # A garbage collector may have come by while somebody was asked.
  if [ -x "$2/bin/switch-to-configuration" ]; then :; else refuse 1 "$2 is not there any more"; fi
  # In files, as systemd may spoil a "$" in a command; and before anything is changed, as /run may be full.
  dir=$(mktemp -d /run/hey-activation.XXXXXX) || refuse 1 "no directory can be made in /run there (is it full?)"
  if printf "" >"$dir/log" && stored switch_noting "\"\$@\"" >"$dir/run"; then :; else
    rm -rf "$dir"
    refuse 1 "/run can not be written to there (is it full?)"
  fi
  echo "begun yes"
  case $action in switch | boot) take_profile ;; esac
  if start_switch "$2" "$action"; then
    tail -n +1 -s 0.1 --pid="$job" -f "$dir/log" >&2 9>&- &
  else
    why="the activation could not be started (does another one run there?)"
  fi
  wait
  status=$(readlink "$dir/status") || status=none
  case $status in
    4) units=$(units_in "$dir/log") ;;
    # By a signal, to the unit or to the program alone.
    none | 129 | 1[3-8]? | 19[0-2])
      status=1
      why=${why:-the activation was cut before its end}
      ;;
  esac
  if inhibited "$status" "$dir/log"; then blocked=yes; fi
  rm -rf "$dir"
  # What runs now has not come up as it should: it is not what it would be by another deployment of the same.
  if [ "$status" -eq 0 ]; then rm -f /run/hey/failed; else ln -sfn "$2" /run/hey/failed; fi
  if [ "$status" -eq 4 ]; then echo "units $units"; fi
  if [ -n "$why" ]; then echo "why $why"; elif [ -n "$blocked" ]; then echo "inhibited yes"; fi
  tell_facts
  exit "$status"
}

# take_profile: the profile becomes $system. Ends: where it could not be set.
take_profile() {
  local before
  # Over, as the lock was given; but it may be what is booted once. What armed it knows how to end it.
  if [ -L "$trial/id" ] && ! sh "$trial/end" >&2; then
    rm -rf "$dir"
    refuse 1 "what a trial boot has left there can not be cleared away (is /boot full?)"
  fi
  before=$(readlink "$profile") || :
  if set_profile "$system" "$generation" >&2; then :; else
    rm -rf "$dir"
    tell_facts
    if [ "$(readlink "$profile")" = "$before" ]; then refuse 1 "its profile could not be set (disk full?)"; fi
    echo "why nix-env failed behind the new profile, and nothing was activated"
    exit 1
  fi
  rm -f "$marker"
  on_disk || :
}

# switch_noting SYSTEM ACTION PATH DIR: the activation, as its file "run". The status is noted on the spot: systemd-run --wait says 0 too where
# D-Bus goes away, and where SIGTERM ends the unit. The note is made by the ln of the system that runs now; the activation itself has the PATH
# that it would have without it. Ends: always.
switch_noting() {
  local status="0"
  "$1/bin/switch-to-configuration" "$2" || status=$?
  PATH=$3
  ln -s "$status" "$4/status"
  exit "$status"
}

# run_by SYSTEM ACTION COMMAND...: the file "run", by that command.
run_by() {
  local what="$1" action="$2"
  shift 2
  "$@" "$(shell_of "$runs")" "$dir/run" "$what" "$action" "$runs/sw/bin:$PATH" "$dir" 9>&-
}

# start_switch SYSTEM ACTION: starts it, as a process or a unit of its own. Sets: job.
start_switch() {
  local unit="nixos-rebuild-switch-to-configuration"
  if ! by_systemd; then
    run_by "$1" "$2" env -i PATH="$PATH" LOCALE_ARCHIVE="$(locale_archive)" NIXOS_INSTALL_BOOTLOADER="$bootloader" setsid >"$dir/log" 2>&1 </dev/null &
    job=$!
    return 0
  fi
  run_by "$1" "$2" systemd-run --quiet --collect --no-ask-password --service-type=exec --unit="$unit" \
    --setenv=LOCALE_ARCHIVE="$(locale_archive)" --setenv=NIXOS_INSTALL_BOOTLOADER="$bootloader" \
    --property=StandardOutput="append:$dir/log" --property=StandardError="append:$dir/log" >&2 || return 1
  # systemd is asked once a second, and when the end is noted.
  while goes_on "$unit.service"; do
    for _ in 1 2 3 4 5 6 7 8 9 10; do
      sleep 0.1
      if [ -L "$dir/status" ]; then break; fi
    done
  done &
  job=$!
}
