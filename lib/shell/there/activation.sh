# The activation of the deployment $1. It runs as a unit or a process of its own, and one that fails is undone without being told to.
id=$1
dir=/run/hey/$id
# The way back does not wait for ever for one that starts late.
[ -L "$dir/open" ] || exit 0
# Nothing is activated, for the reason $1. (That link is renamed, as this needs no free inode.)
not_begun() {
  mv -T "$dir/started" "$dir/not-begun"
  ln -s none "$dir/status"
  go_back "$1"
  exit 0
}
# Some versions of NixOS would wait for its lock, and undo then what was switched meanwhile.
if holder=$(lock_holder); then not_begun "the lock of NixOS was held by $holder"; fi
now=$(readlink -e /run/current-system)
if [ "$now" != "$(readlink "$dir/prev")" ]; then not_begun "another program has switched it to $now"; fi
status=0
"$(readlink "$dir/new")/bin/switch-to-configuration" test || status=$?
# The program says so before all else, and changes nothing then. Later these could be the words of an activation script.
if [ "$status" -ne 0 ] && [ "$(readlink -e /run/current-system)" = "$now" ] && [ "$(head -n 1 "$dir/log")" = "Could not acquire lock" ]; then
  not_begun "the lock of NixOS was held by another program"
fi
if [ "$status" -eq 4 ]; then ln -s "$(units_in "$dir/log")" "$dir/units"; fi
if inhibited "$status" "$dir/log"; then ln -s yes "$dir/inhibited"; fi
ln -s "$status" "$dir/status"
case $status$(readlink "$dir/on-unit-failure") in
  0* | 4warn) ;;
  4*) go_back "units failed" ;;
  *) go_back "the activation ended with status $status" ;;
esac
