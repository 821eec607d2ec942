# One of several hosts of a run. What is known at the end is noted for whoever looks after all of them.

# join_run: from here on. Sets: answered, current.
join_run() {
  answered=
  current=
  at_end report
}

# report: what is known of the host by now. Fails where it can not be written.
report() {
  local line known=""
  if [ -d "$lane" ]; then
    for line in "answered $answered" "refused $(fact refused)" "current $current" "from $from" "to $(fact_number number)" "runs $(fact runs)" "boots $(fact boots)" "reboot $(changes reboot)" "program $(fact_number program)"; do
      case $line in *" ") ;; *) known="$known$line
" ;; esac
    done
    printf "%s" "$known" >"$lane/facts.new" && mv -f "$lane/facts.new" "$lane/facts"
  fi
}

# wait_for_turn: the host has answered. Sets: answered.
wait_for_turn() {
  answered=yes
  await_turn wait
}

# await_turn FILE: whoever looks after all hosts of a run holds this one here by that file. By hand nobody does. Sets: last_words.
# Ends: where the run has.
await_turn() {
  local keeper
  report || give_up 1 "the run's files can't be written here (is the disk full?); nothing was changed on $target"
  while keeper=$(cat "$lane/$1" 2>/dev/null); do
    if kill -0 "$keeper" 2>/dev/null; then sleep 0.1; else
      give_up 1 "the run has ended before the turn of $target; nothing was changed on it"
    fi
  done
}

# await_agreed: what will change is written down, and this host is held until that is agreed to.
await_agreed() {
  mv -f "$lane/preview.new" "$lane/preview"
  await_turn ask
}

# take_system_of_run: what was built for this host. Sets: system, to_activate, last_words. Ends: where it was not.
take_system_of_run() {
  if system=$(readlink "$lane/system"); then :; else
    give_up 1 "$host was not built; nothing was changed on $target (status 1)"
  fi
  to_activate=$system
}

# agree_to_reboot WHEN: a reboot is held like any change.
agree_to_reboot() {
  if [ "$1" = always ] || [ -n "$(fact reboot)" ]; then
    if [ -e "$lane/ask" ]; then
      echo "$target runs it already, and is only rebooted" >"$lane/preview.new"
      await_agreed
    fi
  fi
}

# hold_or COMMAND...: shows what will change to whoever looks after all hosts of a run, who asks; by hand the command does.
hold_or() {
  if [ -e "$lane/ask" ]; then
    show_preview >"$lane/preview.new"
    await_agreed
  else
    "$@"
  fi
}

# require_terminal_alone. Ends: where nobody looks after all hosts of a run, and there is no terminal to ask on.
require_terminal_alone() { if [ ! -e "$lane/ask" ]; then require_terminal; fi; }
