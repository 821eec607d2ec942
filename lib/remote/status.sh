# shellcheck disable=SC2154 # with deployment.sh before it
# What this machine is like now, a fact a line. Changes nothing.
tell
echo "booted $(readlink -e /run/booted-system || echo nothing)"
# The link itself, whose date is the generation's.
echo "date $(stat -c %Y "$profile-${now%-link}-link" 2>/dev/null)"
echo "version $(cat /run/current-system/nixos-version 2>/dev/null)"
echo "revision $(/run/current-system/sw/bin/nixos-version --configuration-revision 2>/dev/null)"
echo "kernel $(uname -r)"
if by_systemd; then failed_units | sed "s/^/unit /"; fi
df -P -k / /nix /boot 2>/dev/null | while read -r _ size _ free _ at; do
  case $at in /*) echo "disk $at $size $free" ;; esac
done | sort -u
while read -r key value _; do
  case $key in
    MemTotal:) echo "memory $value" ;;
    MemAvailable:) echo "available $value" ;;
  esac
done </proc/meminfo
read -r load _ </proc/loadavg
echo "load $load"
echo "up $(seconds_up)"
say_armed() { echo "armed $(progress), $left s left, by $(readlink "$dir/by")"; }
if [ -d /run/hey ] && [ ! -r /run/hey ]; then
  echo "armed unknown"
else
  each_open say_armed
  case $(trial_progress) in
    rebooting | starting) echo "armed trial boot, by $(readlink "$trial/by")" ;;
  esac
  if [ -L /run/hey/holder ]; then echo "armed deployment under way, by $(readlink /run/hey/holder)"; fi
fi
