# A line of what was evaluated for $host, or of why it wasn't.
if said=$(evaluate </dev/null 2>&1); then
  printf "%s %s\n" "$host" "$(printf "%s\n" "$said" | grep "^{" | tail -n 1)"
else
  printf "%s %s\n" "$host" "$(printf "%s\n" "$said" | sed -n "s/^ *error: *//p" | grep . | tail -n 1)"
fi
