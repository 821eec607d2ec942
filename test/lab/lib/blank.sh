# shellcheck shell=bash
# Machines without NixOS: Debian on a disk, the NixOS installer in memory.

do_blank() {
  local name=${1-} installer="" memory="" arch="" dir
  [ $# = 0 ] || shift
  while [ $# != 0 ]; do
    case $1 in
    --installer) installer=yes ;;
    --memory | --arch)
      [ $# -gt 1 ] || die "$1 lacks its value"
      local "${1#--}=$2"
      shift
      ;;
    *) die "unknown option: $1 (see: lab help)" ;;
    esac
    shift
  done
  case $memory in *[!0-9]*) die "--memory is a number of MiB" ;; esac
  dir=$LAB/hosts/$name
  if [ -n "$name" ] && [ -e "$dir/number" ]; then
    forget_machine "$name"
  else
    register "$name"
  fi
  mount_disk "$dir/disk"
  echo "what the disk held" >"$dir/disk/old-data"
  if [ -n "$installer" ]; then
    lay_installer "$dir/iso"
    be_strange "$name" "$dir/iso"
  else
    lay_debian "$dir/disk"
    be_strange "$name" "$dir/disk"
  fi
  [ -z "$arch" ] || echo "$arch" >"$dir/arch"
  [ -z "$memory" ] || sed "s/^MemTotal:.*/MemTotal:       $((memory * 1024)) kB/" /proc/meminfo >"$dir/meminfo"
  power_on "$name"
  do_wait "$name"
}

# forget_machine NAME: off, whatever it was doing, with its cable plugged in, without its disk and what it was
forget_machine() {
  local dir=$LAB/hosts/$1 address
  : >"$dir/off"
  while [ -e "$dir/pid" ]; do
    # Nothing to kill between two boots.
    xargs -r kill -s KILL <"$dir/pid" 2>/dev/null || true
    sleep 0.01
  done
  umount -R "$dir/disk"
  rm -rf "$dir/iso" "$dir/arch" "$dir/meminfo" "$dir/cut"
  address=$(address "$(cat "$dir/number")")
  sed -i "/^\[\?${address//./\\.}[] ]/d" "$LAB/known_hosts"
}

# be_strange NAME ROOT: a host key that no secret is for, but that the deployer has met
be_strange() {
  make_key "$2/etc/ssh/ssh_host_ed25519_key" "throw-away"
  trust "$1" "$2/etc/ssh/ssh_host_ed25519_key.pub"
}

lay_debian() {
  lay_foreign "$1" rescue $'Port 22\nPort 2222'
  printf '%s\n' ID=debian 'NAME="Debian GNU/Linux"' 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"' 'VERSION_ID="12"' >"$1/etc/os-release"
}

# Its sshd is at port 22 and nowhere else, and it has no host key yet.
lay_installer() {
  lay_foreign "$1" nixos 'Port 22'
  write_nix_conf "$1"
  mkdir "$1/mnt"
  printf '%s\n' ID=nixos NAME=NixOS 'PRETTY_NAME="NixOS 25.11 (Xantusia)"' VARIANT_ID=installer 'VARIANT="NixOS Installer"' >"$1/etc/os-release"
}

# lay_foreign ROOT HOSTNAME PORTS
lay_foreign() {
  local root=$1 system=$1/opt/lab
  furnish "$root"
  mkdir -p "$system" "$root/etc/systemd/system/multi-user.target.wants"
  cp "$LAB_PROGRAMS/foreign/init" "$FLEET/lib/pid1.sh" "$FLEET/lib/power.sh" "$system/"
  chmod 755 "$system/init" "$system/power.sh"
  cp "$FLEET/lib/sshd.service" "$root/etc/systemd/system/"
  ln -s ../sshd.service "$root/etc/systemd/system/multi-user.target.wants/"
  echo "$2" >"$root/etc/hostname"
  { echo "$3" && cat "$LAB_PROGRAMS/foreign/sshd_config"; } >"$root/etc/ssh/sshd_config"
  echo "${system#"$root"}" >"$root/boot/default"
}
