# Can this machine still log in, after what was activated there? The first connection outlives a lock-out, and would hide it.

# log_in_anew WORD...: a login like the first one, which may be asked for something again, by a process that can be ended. (-S in
# NIX_SSHOPTS would win over ControlPath.)
# shellcheck disable=SC2086
log_in_anew() {
  sh -c "echo \$PPID" >"$tmp/login"
  exec ssh $new_options -S none "$@"
}

# limit_login SECOND: ends a login that takes longer than until then: to ssh one that hangs looks alive. It ends itself when the file is gone.
limit_login() {
  local login
  while [ -e "$tmp/login" ]; do
    sleep 0.2
    clock
    if [ "$now" -gt "$1" ]; then
      login=$(cat "$tmp/login" 2>/dev/null) || :
      if [ -n "$login" ]; then kill "$login" 2>/dev/null || :; fi
    fi
  done
}

# logs_in: whether a new connection comes to run something there. Sets: why_not.
logs_in() {
  local until_when login_ends heard status
  clock
  until_when=$((now + 15))
  login_ends=$((now + 60))
  : >"$tmp/login"
  limit_login "$login_ends" </dev/null >/dev/null 2>&1 &
  while :; do
    status=0
    heard=$(there_again tell_boot 2>"$tmp/said") || status=$?
    case $newline$heard in *"${newline}boot "?*) break ;; esac
    clock
    # An sshd that starts again is there in a moment; one that has refused the login stays at it.
    if [ "$status" -ne 255 ] || [ "$now" -ge "$until_when" ] ||
      grep -q -e "Permission denied" -e "Host key verification failed" "$tmp/said"; then
      why_not=$(tail -n 1 "$tmp/said" | LC_ALL=C tr -cd " -~")
      if [ "$now" -gt "$login_ends" ]; then why_not="it took longer than 60 s"; fi
      rm -f "$tmp/login"
      return 1
    fi
    sleep 1
  done
  rm -f "$tmp/login"
}

# still_works: whether the first connection still does, and becomes root.
still_works() {
  local job first_until
  there true </dev/null >/dev/null 2>&1 &
  job=$!
  clock
  first_until=$((now + 5))
  while kill -0 "$job" 2>/dev/null; do
    clock
    if [ "$now" -gt "$first_until" ]; then
      kill "$job" 2>/dev/null || :
      return 1
    fi
    sleep 0.1
  done
  wait "$job"
}

# still_in ACTION: ends where it can't, with how to go on. The first connection is left open then: it may be the only way in.
# Sets: last_words, left_open. Ends: where it can't.
still_in() {
  local onward old_system old_number
  step "log in to $target once more"
  if logs_in; then return 0; fi
  onward=". Look at its console"
  if [ -n "$(fact runs)" ]; then
    # Who takes it back over that connection has changed what nobody else has.
    record "$prev" "$(fact runs)"
    if still_works; then
      left_open=yes
      onward=". The first connection works for 15 minutes more: ssh$with_tty -S $tmp/ssh $target"
      if [ "$prev" != "$(fact runs)" ]; then
        # What the target has said of itself becomes part of a command: no more of it than a path and a number may have.
        old_system=$(printf "%s" "$prev" | tr -cd "A-Za-z0-9+._?=/-")
        old_number=$(printf "%s" "$from" | tr -cd "0-9")
        onward=". The first connection works for 15 minutes more, and takes it back: ssh$with_tty -S $tmp/ssh $target $type_become$old_system/bin/switch-to-configuration test"
        if [ "$1" = switch ] && [ -n "$old_number" ]; then onward="$onward; then: $type_rollback --to $old_number"; fi
      fi
    fi
    if [ "$(fact boots)" != "$(fact runs)" ]; then onward="$onward. A reboot brings $(fact boots)"; fi
  fi
  last_words="$how; a new connection to $target failed: ${why_not:-without a word} (status 16)$(known_standing)$onward"
  exit 16
}
