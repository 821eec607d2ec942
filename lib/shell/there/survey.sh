# A machine before and after an installation.

# survey_machine: what it is, a fact a line. Changes nothing.
survey_machine() {
  local key value line
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
  if [ -e /run/current-system ]; then
    echo "system $(readlink -f /run/current-system)"
    echo "runs $(readlink -f /run/current-system)"
  fi
  tell_names
  lsblk -o NAME,SIZE,TYPE,FSTYPE,MOUNTPOINT 2>/dev/null | while IFS= read -r line; do echo "disk $line"; done
}

# tell_installed: which system runs here, and which units of agenix or sops-nix have failed. An initrd and an installer are no system.
tell_installed() {
  local unit
  if grep -qs "^VARIANT_ID=\"\{0,1\}installer" /etc/os-release; then return 0; fi
  echo "system $(readlink -f /run/current-system)"
  if [ -d /run/systemd/system ]; then
    systemctl list-units --failed --plain --no-legend | while read -r unit _; do
      case $unit in *agenix* | *sops*) echo "failed $unit" ;; esac
    done
  fi
}
