# Says what this machine is, a fact a line, name first. Changes nothing.
set -u
echo "user $(id -un)"
if [ "$(id -u)" = 0 ]; then
  echo "root yes"
elif sudo -n true 2>/dev/null; then
  echo "root by sudo"
else
  echo "root no"
fi
echo "name $(uname -n)"
echo "arch $(uname -m)-linux"
while read -r key value _; do
  case $key in MemTotal:) echo "memory $value" ;; esac
done </proc/meminfo
if [ -r /etc/os-release ]; then
  # shellcheck disable=SC1091
  . /etc/os-release
  echo "os ${PRETTY_NAME-${NAME-unknown}}"
  echo "kind ${ID-unknown} ${VARIANT_ID-}"
fi
if [ -e /run/current-system ]; then echo "system $(readlink -f /run/current-system)"; fi
lsblk -o NAME,SIZE,TYPE,FSTYPE,MOUNTPOINT 2>/dev/null | while IFS= read -r line; do echo "disk $line"; done
