# What this machine is like now.

# tell_armed: the fact of what is armed in $dir.
tell_armed() { echo "armed $(progress)$(if [ -L "$dir/trial" ]; then echo -trial; fi) $left $(readlink "$dir/by")"; }

# tell_status: facts of it; first what can not hang, and "over" last, as half an answer is none. Changes nothing.
tell_status() {
  local link key value load holder size free at
  echo "user $(id -un)"
  tell_facts
  echo "booted $(readlink -e /run/booted-system || echo nothing)"
  link=$(readlink "$profile" || :)
  link=${link#system-}
  # The link itself, which has the date of the generation.
  echo "date $(stat -c %Y "$profile-${link%-link}-link" 2>/dev/null)"
  echo "version $(cat /run/current-system/nixos-version 2>/dev/null)"
  echo "system-name $(head -n 1 /run/current-system/etc/hostname 2>/dev/null)"
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
  if [ "$(id -u)" != 0 ] && { [ -e /run/hey ] || [ -e "$trial" ]; }; then :; else
    echo "armed"
    each_open tell_armed
    case $(trial_progress) in
      rebooting | starting) echo "armed boot 0 $(readlink "$trial/by")" ;;
    esac
    if holder=$(readlink /run/hey/holder); then echo "armed lock 0 $holder"; fi
  fi
  echo "revision $(/run/current-system/sw/bin/nixos-version --configuration-revision 2>/dev/null)"
  # Words of this program: a path that has blanks would be several.
  # shellcheck disable=SC2046
  left_on -k / /nix /boot $(esps) | sed "s/^/disk /"
  left_on -i / /nix | sed "s/^/inodes /"
  if by_systemd; then
    echo "unit"
    { failed_units && looping_units; } | sed "s/^./unit &/"
  fi
  echo "over yes"
}

# tell_health: what may stand in the way of a deployment to it, beside its status; and whether nix takes unsigned paths from this user.
# Changes nothing.
tell_health() {
  local client server port interface part key
  tell_status
  echo "login ${SUDO_USER:-${DOAS_USER:-$(id -un)}}"
  echo "arch $(uname -m)-linux"
  echo "clock $(date +%s)"
  # At which port this connection came in, and by which interface: the one by which packets go back, as NixOS drops those that come by
  # another (networking.firewall.checkReversePath).
  printf "%s\n" "${SSH_CONNECTION-${connection-}}" | while read -r client _ server port; do
    case $client in
      *%*) interface=${client#*%} ;;
      *) interface=$(ip route get "$client" from "$server" 2>/dev/null | sed -n "s/.* dev \([^ ]*\).*/\1/p") ;;
    esac
    echo "port $port"
    echo "interface $interface"
  done
  # What one more kernel takes in /boot, in bytes, and where the kernels are.
  echo "kernels-at $(disk_of_kernels)"
  for part in kernel initrd; do echo "$part-size $(stat -L -c %s "/run/current-system/$part" 2>/dev/null)"; done
  for key in /etc/ssh/ssh_host_ed25519_key /persist/etc/ssh/ssh_host_ed25519_key; do
    if [ -r "$key.pub" ]; then echo "key $(ssh-keygen -l -f "$key.pub" 2>/dev/null | cut -d " " -f 2) $(cut -d " " -f 1,2 "$key.pub")"; fi
  done
  if nix_trusts "${SUDO_USER:-${DOAS_USER:-$(id -un)}}"; then :; else echo "untrusted $(no_trust "${SUDO_USER:-${DOAS_USER:-$(id -un)}}")"; fi
}
