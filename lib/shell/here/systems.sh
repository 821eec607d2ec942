# The systems of $hosts, for comparison with what runs; one that does not evaluate ends all others, so they are then tried one by one.
set --
for host in $hosts; do set -- "$@" "$host"; done
if found=$(systems_of "$@" 2>/dev/null); then
  printf "%s\n" "$found"
else
  for one in "$@"; do systems_of "$one" 2>/dev/null || step "$one does not evaluate"; done
fi
