# shellcheck shell=bash
# What the machine must have. Every complaint is one line that says what to do.

# needs INIT
needs() {
  local missing=() program
  for program in nix:nix-bin nix-store:nix-bin git:git age:age ssh:openssh-client ssh-keygen:openssh-client sshd:openssh-server ip:iproute2 \
    unshare:util-linux nsenter:util-linux setpriv:util-linux perl:perl-base; do
    PATH=$PATH:/usr/sbin:/sbin command -v "${program%:*}" >/dev/null || missing+=("${program#*:}")
  done
  if [ "$1" = systemd ] && ! [ -x /lib/systemd/systemd ]; then missing+=(systemd dbus); fi
  if [ "$(id -u)" != 0 ] && ! command -v newuidmap >/dev/null; then missing+=(uidmap); fi
  if [ ${#missing[@]} != 0 ]; then
    lacks "programs are missing: apt-get install $(printf '%s\n' "${missing[@]}" | sort -u | paste -sd ' ')" || return
  fi
  getent passwd sshd >/dev/null || lacks "no user 'sshd' on this machine: apt-get install openssh-server" || return
  if [ "$(id -u)" != 0 ]; then
    if [ "$1" = systemd ]; then lacks "--init systemd needs root, for a cgroup of its own" || return; fi
    grep -qE "^($(id -un)|$(id -u)):" /etc/subuid && grep -qE "^($(id -un)|$(id -u)):" /etc/subgid ||
      lacks "no subordinate ids: usermod --add-subuids 100000-165535 --add-subgids 100000-165535 $(id -un)" || return
  fi
  if [ "$1" = systemd ] && ! findmnt -t cgroup2 >/dev/null; then
    lacks "no cgroup2 is mounted here, which --init systemd needs: mount -t cgroup2 cgroup2 /sys/fs/cgroup" || return
  fi
  # shellcheck disable=SC2046 # a list of words
  unshare $(namespaces) true 2>/dev/null ||
    lacks "this machine doesn't let $(id -un) make namespaces: run it as root, or outside of a container" || return
}

lacks() {
  echo "lab: $*" >&2
  return 2
}

check() {
  local init=plain
  case $# in
  0) ;;
  2) [ "$1" = --init ] && init=$2 ;;
  *) die "usage: lab check [--init plain|systemd]" ;;
  esac
  needs "$init"
}
