# shellcheck disable=SC2154 # with deployment.sh before it
# Starts the activation of the deployment $1, if nobody has yet and there is time; then says its log from the byte $2 on, until it ends.
id=$1
dir=/run/hey/$id
# The verdict of the way back is given under this lock too: no activation starts behind it.
exec 9>/run/hey/lock
flock -w 10 9 || :
if [ -L "$dir/open" ] && [ ! -L "$dir/not-begun" ] && ln -s yes "$dir/started" 2>/dev/null; then
  apart activation
  if ! by_systemd; then ln -s "$job" "$dir/activator"; fi
fi
exec 9>&-
ended() { [ -L "$dir/status" ] || [ ! -L "$dir/open" ]; }
process() {
  if by_systemd; then
    systemctl show --property=MainPID --value "hey-activation-$id.service" 2>/dev/null || echo 0
  else
    readlink "$dir/activator"
  fi
}
# While systemd itself is renewed it knows of no process for a moment.
for _ in 1 2 3 4 5 6 7 8 9 10; do
  pid=$(process)
  if ended || [ "${pid:-0}" -gt 0 ]; then break; fi
  sleep 0.1
done
if [ "${pid:-0}" -gt 0 ]; then
  tail -c "+$(($2 + 1))" -s 0.05 --pid="$pid" -f "$dir/log" 2>/dev/null
else
  tail -c "+$(($2 + 1))" "$dir/log" 2>/dev/null
fi
# What something else has ended (a lack of memory, say) left no status.
if ended || activating || ended; then exit 0; fi
ln -s ended "$dir/status" && go_back "the activation was ended from outside"
