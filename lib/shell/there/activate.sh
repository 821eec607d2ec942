# The activation of a system that is there, as nixos-rebuild does it.

# set_profile SYSTEM GENERATION: the profile becomes that system: as the generation of that number, or as a "new" one.
set_profile() {
  if [ "$2" = new ]; then limited nix-env -p "$profile" --set "$1"; else limited nix-env -p "$profile" --switch-generation "$2"; fi
}

# activate_system ACTION SYSTEM: takes the lock, sets the profile to $system, and activates SYSTEM: that, or a specialisation of it. The
# activation runs on when the connection is lost, even where it would write: its output goes to a file, and only the reader of that file
# hangs on the connection. Where nothing was activated the profile is put back. Sets: dir, job. Ends: always, with a status of hey itself.
activate_system() {
  local action="$1" status why="" said
  set -e
  # The second must not set a profile that it then can not activate.
  take_lock refuse_other
  refuse_switching
  refuse_activating
  refuse_changed
  # A garbage collector may have come by while somebody was asked.
  if [ -x "$2/bin/switch-to-configuration" ]; then :; else refuse 1 "$2 is not there any more"; fi
  # In files, as systemd may spoil a "$" in a command; and before anything is changed, as /run may be full.
  dir=$(mktemp -d /run/hey-activation.XXXXXX) || refuse 1 "no directory can be made in /run there (is it full?)"
  if printf "" >"$dir/log" && stored switch_noting "\"\$@\"" >"$dir/run"; then :; else
    rm -rf "$dir"
    refuse 1 "/run can not be written to there (is it full?)"
  fi
  (refuse_unready "$action" "$2") || {
    status=$?
    rm -rf "$dir"
    exit "$status"
  }
  echo "begun yes"
  case $action in switch | boot) take_profile ;; esac
  if start_switch "$2" "$action"; then
    tail -n +1 -s 0.02 --pid="$job" -f "$dir/log" >&2 9>&- &
  else
    why="the activation could not be started (does another one run there?)"
  fi
  # Who has lost the connection hears no more of it; what was begun comes to its end all the same.
  trap "" PIPE
  wait
  said=$(what_came_of "$action" "$(readlink "$dir/status" || echo none)" "$why")
  status=${said##*ends }
  case $action-$said in
    switch-*"untouched yes"* | boot-*"untouched yes"*) put_back >&2 || : ;;
    # What runs now has not come up as it should: it is not what it would be by another deployment of the same.
    switch-* | test-*) if [ "$status" -eq 0 ]; then rm -f /run/hey/failed /run/hey/keys; else ln -sfn "$2" /run/hey/failed; fi ;;
  esac
  if [ -e "$dir/unmended" ]; then
    said="unmended yes
$said"
  else
    case $action in switch | boot) if menu_on_disk; then rm -f "$marker"; fi ;; esac
  fi
  rm -rf "$dir"
  printf "%s\n" "${said%ends *}"
  tell_facts
  exit "$status"
}

# what_came_of ACTION ENDED WHY: facts of an activation in which the program of NixOS ended with that status, or with none; and last the status of hey
# for it.
what_came_of() {
  local status="1" why="$3" untouched=""
  if [ "$2" != 0 ] && nothing_activated "$1" "$runs" "$dir/log"; then untouched=yes; fi
  case $2-$untouched in
    0-*) status=0 ;;
    4-*)
      status=4
      echo "units $(units_in "$dir/log")"
      ;;
    100-yes)
      # Another init: the program has written the boot menu, where that was asked for, and leaves the rest to the next boot.
      echo "inhibited yes"
      if [ "$1" != boot ]; then untouched=""; fi
      ;;
    # By a signal, to the unit or to the program alone.
    none-* | 129-* | 1[3-8]?-* | 19[0-2]-*) why=${why:-the activation was cut before its end} ;;
    *-yes)
      if lock_was_held; then
        status=13
        why="another program has taken the lock of NixOS meanwhile"
      elif grep -q "^Failed to install bootloader" "$dir/log"; then
        why="the boot loader could not be installed (is /boot full?)"
      fi
      ;;
  esac
  if inhibited "$2" "$dir/log"; then echo "inhibited yes"; elif [ -n "$why" ]; then echo "why $why"; fi
  if [ -n "$untouched" ]; then echo "untouched yes"; fi
  case $2-$why in 0-* | none-* | *" was cut "*) ;; *) echo "program $2" ;; esac
  echo "ends $status"
}

# nothing_activated ACTION OLD LOG: whether an activation that has failed has begun with nothing but the boot menu. Only then is the profile
# put back. The log has its words only where there was room for them: then there is some for one more byte.
nothing_activated() {
  case $1 in
    boot) true ;;
    *)
      [ "$(readlink -e /run/current-system)" = "$2" ] && echo 2>/dev/null >>"$3" &&
        ! grep -q -e "^stopping the following " -e "^NOT restarting the following " -e "^activating the configuration" "$3"
      ;;
  esac
}

# lock_was_held: whether the program of NixOS has ended as another one held its lock.
lock_was_held() { [ "$(head -n 1 "$dir/log")" = "Could not acquire lock" ]; }

# take_profile: the profile becomes $system; until the boot menu is on the disk that is noted there, as of a guarded one. Ends: where it could
# not be set.
take_profile() {
  local before
  # Over, as the lock was given; but it may be what is booted once. What armed it knows how to end it.
  if [ -L "$trial/id" ] && ! sh "$trial/end" >&2; then
    rm -rf "$dir"
    refuse 1 "what a trial boot has left there can not be cleared away (is /boot full?)"
  fi
  before=$(readlink "$profile") || :
  rm -f "$marker"
  if ln -s "unguarded $system $before $(generations | head -n 1)" "$marker" && set_profile "$system" "$generation" >&2; then :; else
    if [ "$(readlink "$profile")" = "$before" ]; then
      rm -rf "$dir" "$marker"
      tell_facts
      refuse 1 "its profile could not be set (disk full?)"
    fi
    put_back >&2 || :
    rm -rf "$dir"
    echo "why nix-env failed behind the new profile, and nothing was activated"
    tell_facts
    exit 1
  fi
  on_disk || :
}

# put_back: the profile, and what boots, are what they were before take_profile, unless somebody else has changed that since. Where the boot
# menu can not be written, the note on the disk stays, and "unmended" in $dir.
put_back() {
  if [ "$(readlink -e "$profile")" != "$system" ]; then return; fi
  uncommit_profile
  # Who was refused the lock has not written the boot menu.
  if lock_was_held; then return; fi
  boot_entry "$(readlink -e "$profile")" 9>&- || : >"$dir/unmended"
}

# switch_noting SYSTEM ACTION PATH DIR [BOOTED]: the activation, as its file "run"; with BOOTED that becomes what boots, when SYSTEM runs. The
# status is noted on the spot: systemd-run --wait says 0 too where D-Bus goes away, and where SIGTERM ends the unit. The note is made by the
# ln of the system that runs now; the activation itself has the PATH that it would have without it. Ends: always.
switch_noting() {
  local status="0"
  ln -s "$$" "$4/process"
  "$1/bin/switch-to-configuration" "$2" || status=$?
  case $status in
    0 | 2 | 4) if [ -z "${5-}" ] || "$5/bin/switch-to-configuration" "boot"; then :; else status=1; fi ;;
  esac
  PATH=$3
  ln -s "$status" "$4/status"
  exit "$status"
}

# run_by SYSTEM ACTION COMMAND...: the file "run", by that command. The menu of systemd-boot has the generations: a specialisation that is
# switched to would leave in it what boots as it was.
run_by() {
  local what="$1" action="$2" booted=""
  shift 2
  if [ "$action" = switch ] && [ "$what" != "$system" ] && by_systemd_boot; then
    action="test"
    booted=$system
  fi
  "$@" "$(shell_of "$runs")" "$dir/run" "$what" "$action" "$runs/sw/bin:$PATH" "$dir" "$booted" 9>&-
}

# start_switch SYSTEM ACTION: starts it, as a process or a unit of its own. Sets: job.
start_switch() {
  if ! by_systemd; then
    run_by "$1" "$2" env -i PATH="$PATH" LOCALE_ARCHIVE="$(locale_archive)" NIXOS_INSTALL_BOOTLOADER="$bootloader" setsid >"$dir/log" 2>&1 </dev/null &
    job=$!
    return 0
  fi
  run_by "$1" "$2" systemd-run --quiet --collect --no-ask-password --service-type=exec --unit="$switch_unit" \
    --setenv=LOCALE_ARCHIVE="$(locale_archive)" --setenv=NIXOS_INSTALL_BOOTLOADER="$bootloader" \
    --property=StandardOutput="append:$dir/log" --property=StandardError="append:$dir/log" >&2 || return 1
  await_unit "$switch_unit.service" &
  job=$!
}

# await_unit UNIT: until it has ended. systemd is asked when its process is gone.
await_unit() {
  local pid
  pid=$(main_process "$1")
  # It ends early where who reads what it says has gone.
  if [ "${pid:-0}" -gt 0 ]; then tail -s 0.02 --pid="$pid" -f /dev/null >/dev/null 2>&1 || :; fi
  while goes_on "$1"; do sleep 0.05; done
}
