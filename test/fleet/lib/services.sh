# shellcheck shell=sh
# shellcheck disable=SC2154 # settings of the system
# Makes the running sshd and link what this system declares. Sourced with $system and its settings.

sshd_changed() {
  [ "$(sshd_running)" != "$(sshd_wanted)" ]
}

# Both print the configuration that sshd has, or nothing when it is off.
sshd_wanted() {
  if [ "$sshd" = on ]; then cat "$system/etc/ssh/sshd_config"; fi
}
sshd_running() {
  if kill -0 "$(cat /run/sshd.pid 2>/dev/null)" 2>/dev/null; then cat /run/sshd.config 2>/dev/null; fi
}

# sshd's first start makes the key that it lacks, as in NixOS: after the activation, which so could decrypt nothing.
make_host_key() {
  [ -s "$host_key" ] && return
  mkdir -p "$(dirname "$host_key")"
  ssh-keygen -q -t ed25519 -N "" -f "$host_key" </dev/null
}

# settle: without systemd
settle() {
  settle_link
  settle_sshd_daemon
}

settle_link() {
  for interface in $(ip -o link show | sed 's/^[0-9]*: \([^:@]*\).*/\1/'); do
    [ "$interface" = lo ] || ip link set "$interface" "$link"
  done
  ip link set lo up
  if [ "$firewall" = closed ]; then
    ip route replace blackhole 10.23.0.1
  else
    ip route del blackhole 10.23.0.1 2>/dev/null || :
  fi
}

settle_sshd_daemon() {
  sshd_changed || return 0
  pid=$(cat /run/sshd.pid 2>/dev/null) && kill "$pid" 2>/dev/null
  # The port is free only when the listener is gone; its sessions live on.
  while [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null; do sleep 0.02; done
  rm -f /run/sshd.pid
  [ "$sshd" = on ] || return 0
  mkdir -p /run/sshd
  cp "$system/etc/ssh/sshd_config" /run/sshd.config
  # 9 is the switch lock: a daemon that inherits it would hold it for ever.
  # Without setsid: as a session leader and child of PID 1 sshd thinks that it is a daemon already, and never returns.
  if ! /usr/sbin/sshd -f /etc/ssh/sshd_config </dev/null 9>&-; then
    echo "warning: the following units failed: sshd.service" >&2
    return 4
  fi
}
