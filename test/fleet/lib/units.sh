# shellcheck shell=sh
# shellcheck disable=SC2154 # $system and its settings
# What the real program does with units, by the lists of unit-changes.sh: before and after the activation script. Sourced.

# would_units: what dry-activate says of them.
would_units() {
  tell stop "would stop the following units"
  tell skip "would NOT stop the following changed units"
  echo "would activate the configuration..." >&2
  by_activation dry-activation
  tell reload "would reload the following units"
  tell restart "would restart the following units"
  tell start "would start the following units"
}

stop_units() {
  tell stop "stopping the following units"
  if [ -s "$lists/stop" ]; then xargs -r systemctl stop <"$lists/stop" 9>&-; fi
  need_bus_for_jobs
  tell skip "NOT restarting the following changed units"
}

# jobs VERB LIST: all of them at once, and it is waited for them all. A job that something else ends is no failure.
jobs_of() {
  while read -r unit; do
    {
      said=$(systemctl "$1" "$unit" 2>&1) || case $said in *canceled*) ;; *) echo "$unit" >>"$lists/failed-to-$1" ;; esac
    } 9>&- &
  done <"$lists/$2"
  wait
  need_bus_for_jobs
}

# run_jobs VERB LIST WORDS
run_jobs() {
  [ -s "$lists/$2" ] || return 0
  [ -z "$3" ] || tell "$2" "$3"
  jobs_of "$1" "$2"
}

# start_targets: all of them at once: they run, so that only what they want now is started.
start_targets() {
  said=$(xargs -r systemctl start <"$lists/targets" 2>&1 9>&-) || case $said in *canceled*) ;; *) printf '%s\n' "$said" >&2 && return 1 ;; esac
  need_bus_for_jobs
}

# settle_units BEFORE: in the place of that system. Sets: failed, to 4 where something did not come up
settle_units() {
  failed=0
  if [ "$systemd" != "$(sed -n "s/^systemd='\(.*\)'/\1/p" "$1/settings")" ]; then
    echo "restarting systemd..." >&2
    systemctl daemon-reexec 9>&-
  fi
  need_bus "Failed to reset failed units"
  systemctl reset-failed 9>&-
  systemctl daemon-reload 9>&-
  settle_link
  reload_users || failed=4
  echo "restarting sysinit-reactivation.target" >&2
  systemctl restart sysinit-reactivation.target 9>&- || failed=4
  run_jobs reload reload "reloading the following units"
  rm -f /run/nixos/reload-list
  run_jobs restart restart "restarting the following units"
  rm -f /run/nixos/restart-list
  tell start "starting the following units"
  run_jobs start start ""
  start_targets || failed=4
  rm -f /run/nixos/start-list
  for verb_of in reload restart start; do
    [ ! -s "$lists/failed-to-$verb_of" ] || { sed "s/^/Failed to $verb_of /" "$lists/failed-to-$verb_of" >&2; failed=4; }
  done
  [ -z "$unit_journal" ] || fail_unit
  sleep 0.25
  need_bus "Failed to list systemd units"
  tell_failed || failed=4
  return "$failed"
}
