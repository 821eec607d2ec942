# Can this machine still log in, after what was activated there? The first connection outlives a lock-out, and would hide it.

# log_in_anew WORD...: a login like the first one, which may be asked for something again. (-S in NIX_SSHOPTS would win over ControlPath.)
log_in_anew() {
  eval "set -- $new_options -S none \"\$@\""
  at_either_port "$@"
}

# logs_in: whether a new connection comes to run something there. Sets: why_not.
logs_in() {
  local until_when booted status
  clock
  until_when=$((now + 15))
  while :; do
    status=0
    booted=$(heard 60 there_again tell_boot 2>"$tmp/said") || status=$?
    if printf "%s\n" "$booted" | grep "^boot ." >/dev/null; then break; fi
    clock
    # An sshd that starts again is there in a moment; one that has refused the login stays at it.
    if [ "$status" -ne 255 ] || [ "$now" -ge "$until_when" ] ||
      grep -q -e "Permission denied" -e "Host key verification failed" "$tmp/said"; then
      why_not=$(tail -n 1 "$tmp/said" | LC_ALL=C tr -cd " -~" | cut -c 1-400)
      if [ "$status" = 124 ]; then why_not="it took longer than 60 s"; fi
      return 1
    fi
    sleep 1
  done
}

# still_works: whether the first connection still does, and becomes root.
still_works() { heard 5 there true </dev/null >/dev/null 2>&1; }

# still_in ACTION: ends where it can't, with how to go on. The first connection is left open then: it may be the only way in.
# Sets: last_words, left_open. Ends: where it can't.
still_in() {
  local onward old_system
  if [ -z "$why_not" ]; then
    step "log in to $target once more"
    if logs_in; then return 0; fi
  fi
  onward=". Look at its console"
  if [ -n "$(fact runs)" ]; then
    # Who takes it back over that connection has changed what nobody else has.
    record "$prev" "$(fact runs)"
    if still_works; then
      left_open=yes
      onward=". The first connection works for 15 minutes more: ssh$with_tty -S $tmp/ssh $target"
      # What the target has said of itself becomes part of a command.
      old_system=$(store_path "$prev")
      if [ -n "$old_system" ] && [ "$prev" != "$(fact runs)" ]; then
        onward=". The first connection works for 15 minutes more, and takes it back: ssh$with_tty -S $tmp/ssh $target $type_become$old_system/bin/switch-to-configuration test"
        if [ "$1" = switch ] && [ -n "$from" ]; then onward="$onward; then: $type_rollback --to $from"; fi
      fi
    fi
    if [ "$(fact boots)" != "$(fact runs)" ]; then onward="$onward. A reboot brings $(fact boots)"; fi
  fi
  give_up 16 "$how; a new connection to $target failed: ${why_not:-without a word} (status 16)$(known_standing)$onward"
}
