# One of several hosts of a run. What is known at the end is noted for whoever looks after all of them.
answered=
current=
# await_turn FILE: whoever looks after all hosts of a run holds this one here by that file. By hand nobody does.
await_turn() {
  report
  while keeper=$(cat "$lane/$1" 2>/dev/null); do
    if kill -0 "$keeper" 2>/dev/null; then sleep 0.1; else
      state="the run has ended before the turn of $target; nothing was changed on it"
      exit 1
    fi
  done
}
# await_agreed: what will change is written down, and this host is held until that is agreed to
await_agreed() {
  mv -f "$lane/preview.new" "$lane/preview"
  await_turn ask
}
report() {
  if [ -d "$lane" ]; then
    for fact in "answered $answered" "refused $(heard refused)" "current $current" "from $from" "to $(heard_number number)" "runs $(heard runs)" "boots $(heard boots)" "reboot $(changes reboot)"; do
      case $fact in *" ") ;; *) printf "%s\n" "$fact" ;; esac
    done >"$lane/facts.new" && mv -f "$lane/facts.new" "$lane/facts"
  fi
}
