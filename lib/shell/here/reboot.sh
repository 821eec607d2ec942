# Reboots the target, and waits for another boot_id over a new connection.
afterwards() {
  state="$target was not rebooted: it can't be reached by a login that asks nothing, so it would not be seen back (status 1)"
  if answer=$(booted </dev/null) && [ -n "$(heard boot)" ]; then :; else exit 1; fi
  step "reboot $target, and wait for it at most $limit s"
  state="the connection was lost while $target was told to reboot; it is not known whether it does"
  before=$touched
  touched=yes
  if answer=$(reboot_there </dev/null); then :; else
    ended=$?
    # It may have been deployed to until here.
    if [ -n "$(heard refused)" ]; then
      touched=$before
      state="$(heard refused); $target was not rebooted (status $ended)"
    fi
    exit "$ended"
  fi
  if [ "$(heard unneeded)" = yes ]; then
    touched=$before
    state=
    step "no reboot is needed: $(standing)"
    return 0
  fi
  boot=$(heard boot)
  wanted=$(heard boots)
  state="$target was told to reboot, and was not seen back yet. Look: $shell $where"
  clock
  until_when=$((now + limit))
  while :; do
    sleep 0.5
    if answer=$(booted </dev/null 2>"$tmp/said") && [ -n "$(heard boot)" ] && [ "$(heard boot)" != "$boot" ]; then break; fi
    clock
    if [ "$now" -ge "$until_when" ]; then
      cat "$tmp/said" >&2
      case $(heard boot) in
        "") state="$target was not seen back within $limit s (status 30). Look at its console" ;;
        *) state="$target answers, but has not gone down within $limit s (status 30). Look: $shell $where systemctl list-jobs" ;;
      esac
      exit 30
    fi
  done
  if [ "$(heard runs)" != "$wanted" ]; then
    state="$target was rebooted, but runs $(heard runs), not $wanted (status 32). Look at its boot menu, on its console"
    exit 32
  fi
  recorded "$wanted"
  state=
  step "rebooted: $(standing)"
}
