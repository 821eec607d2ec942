# shellcheck disable=SC2154 # with deployment.sh before it
# What this machine is like now, a fact a line; first what can't hang, and "over" last, as half an answer is none. Changes nothing.
echo "user $(id -un)"
tell
echo "booted $(readlink -e /run/booted-system || echo nothing)"
# The link itself, whose date is the generation's.
echo "date $(stat -c %Y "$profile-${now%-link}-link" 2>/dev/null)"
echo "version $(cat /run/current-system/nixos-version 2>/dev/null)"
echo "kernel $(uname -r)"
while read -r key value _; do
  case $key in
    MemTotal:) echo "memory $value" ;;
    MemAvailable:) echo "available $value" ;;
  esac
done </proc/meminfo
read -r load _ </proc/loadavg
echo "load $load"
echo "cores $(nproc)"
echo "up $(seconds_up)"
say_armed() { echo "armed $(progress)$(if [ -L "$dir/trial" ]; then echo -trial; fi) $left $(readlink "$dir/by")"; }
if [ "$(id -u)" != 0 ] && { [ -e /run/hey ] || [ -e "$trial" ]; }; then :; else
  echo "armed"
  each_open say_armed
  case $(trial_progress) in
    rebooting | starting) echo "armed boot 0 $(readlink "$trial/by")" ;;
  esac
  if holder=$(readlink /run/hey/holder); then echo "armed lock 0 $holder"; fi
fi
echo "revision $(/run/current-system/sw/bin/nixos-version --configuration-revision 2>/dev/null)"
# A network's file system may hang.
timeout 3 df -P -k / /nix /boot 2>/dev/null | while read -r _ size _ free _ at; do
  case $at in /*) echo "disk $at $size $free" ;; esac
done | sort -u
if by_systemd; then
  echo "unit"
  failed_units | sed "s/^/unit /"
fi
echo "over yes"
