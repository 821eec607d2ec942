# The activation of the deployment $1. It runs as a unit or a process of its own, and one that fails is undone without being told to.
id=$1
dir=/run/hey/$id
# The way back does not wait for ever for one that starts late.
[ -L "$dir/open" ] || exit 0
status=0
"$(readlink "$dir/new")/bin/switch-to-configuration" test || status=$?
if [ "$status" -eq 4 ]; then ln -s "$(units_in "$dir/log")" "$dir/units"; fi
if inhibited "$status" "$dir/log"; then ln -s yes "$dir/inhibited"; fi
ln -s "$status" "$dir/status"
case $status$(readlink "$dir/on-unit-failure") in
  0* | 4warn) ;;
  4*) go_back "units failed" ;;
  *) go_back "the activation ended with status $status" ;;
esac
