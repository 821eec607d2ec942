# The way back of the deployment $1, unless that is confirmed. It must go also where nothing can be written.
id=$1
dir=/run/hey/$id
exec 8<"$dir/rollback"
# Who only looks whether it runs holds the lock for a moment too; another one has done it when it lets go.
flock -w 5 8 && [ -d "$dir" ] || exit 0
verdict() { mv -T "$dir/open" "$dir/rolled-back" 2>/dev/null; }
flock -w 10 /run/hey/lock mv -T "$dir/open" "$dir/rolled-back" 2>/dev/null || verdict || :
if [ ! -L "$dir/rolled-back" ] && [ ! -L "$dir/open" ]; then exit 0; fi
prev=$(readlink "$dir/prev")
ln -s "not confirmed in time" "$dir/why" 2>/dev/null || :
echo "hey: going back to $prev: $(readlink "$dir/why")"
# A hung activation holds switch-to-configuration's own lock.
if by_systemd; then
  systemctl stop "hey-activation-$id.service" 2>/dev/null
  # Units that were started too often start again, sshd among them. What had failed before stays as it was.
  for unit in sshd.service sshd.socket $(failed_units); do
    grep -qxF "$unit" "$dir/failed" || systemctl reset-failed "$unit" 2>/dev/null
  done
elif activator=$(readlink "$dir/activator"); then
  for signal in TERM TERM TERM KILL; do
    if kill -s "$signal" -- "-$activator" 2>/dev/null; then sleep 0.5; fi
  done
fi
disarm
status=0
if [ -L "$dir/started" ]; then
  for _ in 1 2 3; do
    status=0
    # Its checks before a switch may need what the new system has just broken.
    NIXOS_NO_CHECK=1 NIXOS_INSTALL_BOOTLOADER=0 limited "$prev/bin/switch-to-configuration" test 8<&- || status=$?
    case $status in 0 | 2 | 4) break ;; esac
    sleep 1
  done
fi
# Emergency mode has stopped what logins need, and an activation starts only what should run already.
if by_systemd && ! systemctl is-active --quiet sysinit.target; then systemctl start --no-block default.target; fi
ln -s "$(readlink -e /run/current-system)" "$dir/back" 2>/dev/null || :
echo "hey: back: $(readlink /run/current-system) runs (status $status)"
archive
