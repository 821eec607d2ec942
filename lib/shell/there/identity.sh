# Who this machine is.

# tell_identity: which boot it is, what runs, and by what it is told from others: what the kernel and the system call it, and the keys that sshd
# has. Changes nothing.
tell_identity() {
  tell_boot
  tell_names
}

# tell_names: these alone.
tell_names() {
  local key
  echo "kernel-name $(uname -n)"
  echo "system-name $(head -n 1 /run/current-system/etc/hostname 2>/dev/null)"
  if grep -qs "^VARIANT_ID=\"\{0,1\}installer" /etc/os-release; then echo "installer yes"; fi
  for key in /etc/ssh/ssh_host_ed25519_key /persist/etc/ssh/ssh_host_ed25519_key $(sed -n "s/^ *HostKey  *//p" /etc/ssh/sshd_config 2>/dev/null); do
    if [ -r "$key.pub" ]; then echo "host-key $(cut -d " " -f 1,2 "$key.pub")"; fi
  done
}
