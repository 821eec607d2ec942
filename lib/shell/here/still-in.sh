# Can this machine still log in, after what was activated there? The first connection outlives a lock-out, and would hide it.
# A login like the first one, which may be asked for something again, by a process that can be ended.
anew() {
  sh -c "echo \$PPID" >"$tmp/login"
  another "$@"
}
# Ends a login that takes too long: to ssh one that hangs looks alive. It ends itself when the file is gone.
limit_login() {
  while [ -e "$tmp/login" ]; do
    sleep 0.2
    clock
    if [ "$now" -gt "$login_ends" ]; then
      login=$(cat "$tmp/login" 2>/dev/null) || :
      if [ -n "$login" ]; then kill "$login" 2>/dev/null || :; fi
    fi
  done
}
# logs_in: whether a new connection comes to run something there; else why not, in $why_not
logs_in() {
  clock
  again_until=$((now + 15))
  login_ends=$((now + 60))
  : >"$tmp/login"
  limit_login </dev/null >/dev/null 2>&1 &
  while :; do
    if came=$(again </dev/null 2>"$tmp/said"); then login_status=0; else login_status=$?; fi
    case $newline$came in *"${newline}boot "?*) break ;; esac
    clock
    # An sshd that starts again is there in a moment; one that has refused the login stays at it.
    if [ "$login_status" -ne 255 ] || [ "$now" -ge "$again_until" ] ||
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
# still_works: whether the first connection still does, and becomes root
still_works() {
  first_connection </dev/null >/dev/null 2>&1 &
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
# shellcheck disable=SC2317 # clean is called at the end of the script
leave_open() {
  clean() {
    for file in "$tmp"/*; do
      if [ "$file" != "$tmp/ssh" ]; then rm -rf "$file" || :; fi
    done
  }
}
# Ends where it can't, with how to go on. The first connection is left open then: it may be the only way in.
still_in() {
  step "log in to $target once more"
  if logs_in; then return 0; fi
  onward=". Look at its console"
  if [ -n "$(heard runs)" ]; then
    # Who takes it back over that connection has changed what nobody else has.
    recorded "$prev" "$(heard runs)"
    if still_works; then
      leave_open
      onward=". The first connection works for 15 minutes more: ssh$tty -S $tmp/ssh $target"
      if [ "$prev" != "$(heard runs)" ]; then
        # What the target has said of itself becomes part of a command: no more of it than a path and a number may have.
        prev=$(printf "%s" "$prev" | tr -cd "A-Za-z0-9+._?=/-")
        from=$(printf "%s" "$from" | tr -cd "0-9")
        onward=". The first connection works for 15 minutes more, and takes it back: ssh$tty -S $tmp/ssh $target $root$prev/bin/switch-to-configuration test"
        if [ "$action" = switch ] && [ -n "$from" ]; then onward="$onward; then: $back --to $from"; fi
      fi
    fi
    if [ "$(heard boots)" != "$(heard runs)" ]; then onward="$onward. A reboot brings $(heard boots)"; fi
  fi
  state="$how; a new connection to $target failed: ${why_not:-without a word} (status 16)$(known_standing)$onward"
  exit 16
}
