# The way back of the deployment $1, unless that is confirmed. It must go also where nothing can be written.
id=$1
dir=/run/hey/$id
verdict() { ln -s rolled-back "$dir/verdict" 2>/dev/null; }
flock -w 10 /run/hey/lock ln -s rolled-back "$dir/verdict" 2>/dev/null || verdict || exit 0
prev=$(readlink "$dir/prev")
ln -s "not confirmed in time" "$dir/why" 2>/dev/null || :
echo "hey: going back to $prev: $(readlink "$dir/why")"
# A hung activation holds switch-to-configuration's own lock.
if by_systemd; then
  systemctl stop "hey-activate-$id.service" 2>/dev/null
  # Units that were started too often start again, sshd among them. What had failed before stays as it was.
  for unit in sshd.service sshd.socket $(systemctl list-units --failed --plain --no-legend --full | cut -d " " -f 1); do
    grep -qxF "$unit" "$dir/failed" || systemctl reset-failed "$unit" 2>/dev/null
  done
elif activator=$(readlink "$dir/activator"); then
  for signal in TERM TERM TERM KILL; do
    if kill -s "$signal" -- "-$activator" 2>/dev/null; then sleep 0.5; fi
  done
fi
disarm
# Its checks before a switch may need what the new system has just broken.
status=0
if [ -L "$dir/started" ]; then
  for _ in 1 2 3; do
    status=0
    NIXOS_NO_CHECK=1 NIXOS_INSTALL_BOOTLOADER=0 "$prev/bin/switch-to-configuration" test || status=$?
    case $status in 0 | 2 | 4) break ;; esac
    sleep 1
  done
fi
echo "hey: back: $(readlink /run/current-system) runs (status $status)"
archive
