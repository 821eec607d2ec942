# One of several hosts of a run. What is known at the end is noted for whoever looks after all of them.
answered=
current=
report() {
  if [ -d "$lane" ]; then
    for fact in "answered $answered" "refused $(heard refused)" "current $current" "from $from" "to $(heard number)" "runs $(heard runs)" "boots $(heard boots)" "reboot $(changes reboot)"; do
      case $fact in *" ") ;; *) printf "%s\n" "$fact" ;; esac
    done >"$lane/facts.new" && mv -f "$lane/facts.new" "$lane/facts"
  fi
}
