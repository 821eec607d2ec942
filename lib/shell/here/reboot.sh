# A reboot of the target, proven by another boot_id over a new connection: an open port says nothing.

# reboot_there WHEN SECONDS: reboots it, "if-needed" only where one is owed, and waits so long for it. Sets: last_words, changed, facts.
# Ends: where it is not seen back, or runs another system.
reboot_there() {
  local before boot expected until_when status
  last_words="$target was not rebooted: it can't be reached by a login that asks nothing, so it would not be seen back (status 1)"
  if facts=$(booted_anew) && [ -n "$(fact boot)" ]; then :; else exit 1; fi
  step "reboot $target, and wait for it at most $2 s"
  last_words="the connection was lost while $target was told to reboot; it is not known whether it does"
  before=$changed
  changed=yes
  if facts=$(heard 120 there reboot_soon "$1" </dev/null); then :; else
    status=$?
    if [ "$status" -eq 124 ]; then
      last_words="$target was given up on, as it has not answered in time; it is not known whether it reboots. Look: $type_shell $where"
      status=1
    fi
    # It may have been deployed to until here.
    if [ -n "$(fact refused)" ]; then
      changed=$before
      last_words="$(fact refused); $target was not rebooted (status $status)"
    fi
    exit "$status"
  fi
  if [ "$(fact unneeded)" = yes ]; then
    changed=$before
    last_words=
    step "no reboot is needed: $(standing)"
    return 0
  fi
  boot=$(fact boot)
  expected=$(fact boots)
  if [ -z "$boot" ] || [ -z "$expected" ]; then
    give_up 1 "$target did not say which system it boots, so it is not known whether it is rebooted (status 1). Look: $type_shell $where"
  fi
  last_words="$target was told to reboot, and was not seen back yet. Look: $type_shell $where"
  clock
  until_when=$((now + $2))
  while :; do
    sleep 0.5
    if facts=$(booted_anew 2>"$tmp/said") && [ -n "$(fact boot)" ] && [ "$(fact boot)" != "$boot" ]; then break; fi
    clock
    if [ "$now" -ge "$until_when" ]; then
      said_lately 5
      case $(fact boot) in
        "") last_words="$target was not seen back within $2 s (status 30). Look at its console" ;;
        *) last_words="$target answers, but has not gone down within $2 s (status 30). Look: $type_shell $where systemctl list-jobs" ;;
      esac
      exit 30
    fi
  done
  if [ "$(fact runs)" != "$expected" ]; then
    give_up 32 "$target was rebooted, but runs $(fact runs), not $expected (status 32). Look at its boot menu, on its console"
  fi
  record "$expected"
  last_words=
  step "rebooted: $(standing)"
}

# booted_anew: which boot it is, over a new connection, as the login itself.
booted_anew() { heard 30 fresh "$target" -- "$(far tell_boot)" </dev/null; }
