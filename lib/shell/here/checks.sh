# Commands of the user's that must succeed before a guarded deployment stays.

# end_check SIGNAL: the check that runs, if one does, with all that it has started.
end_check() { if [ -n "$checking" ]; then kill -s "$1" -- "-$checking" 2>/dev/null || kill -s "$1" "$checking" 2>/dev/null; fi; }

# check_here COMMAND: whether it succeeds while there is time. Sets: checking, failing.
check_here() {
  local own_session checked signal
  # A process group of its own where there is setsid, so that it ends with all that it has started.
  own_session=$(command -v setsid || :)
  # Into a file: what a check leaves running would hold our own output open.
  ${own_session:+"$own_session"} sh -c "$1" </dev/null >"$tmp/said" 2>&1 &
  checking=$!
  while kill -0 "$checking" 2>/dev/null && [ "$(left)" -gt 0 ]; do sleep 0.1; done
  if kill -0 "$checking" 2>/dev/null; then
    for signal in TERM KILL; do
      if end_check "$signal"; then sleep 0.2; fi
    done
  fi
  checked=0
  wait "$checking" || checked=$?
  checking=
  if [ "$checked" -ne 0 ]; then
    failing="--check failed (status $checked): $1"
    return 1
  fi
}

# check_there COMMAND...: whether all succeed on the target. Sets: facts, failing.
check_there() { facts=$(heard "$(($(left) + 5))" there_anew check_remotely "$@" </dev/null 2>"$tmp/said") || unanswered; }
