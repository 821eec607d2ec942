# shellcheck shell=bash
# A host: its disk, and its power. $LAB/hosts/NAME holds disk/ and facts, one a file: number, pid (of its PID 1; empty between two
# boots, none when it is off), off, cut, slow, arch, meminfo, boot-disk (what findmnt says of /boot), efivars/, cache/ (what was synced, hardware/sync). What is in kexec/ boots next, from memory (ram/); so does a copy of iso/
# when the disk doesn't boot.

do_add() {
  local name pids=() pid
  [ $# != 0 ] || return 0
  for name in "$@"; do register "$name"; done
  build_systems "$@"
  for name in "$@"; do
    (
      make_disk "$name"
      power_on "$name"
      do_wait "$name"
      [ "$LAB_DELAY" = 0 ] || do_delay "$name" "$LAB_DELAY"
    ) &
    pids+=($!)
  done
  for pid in "${pids[@]}"; do wait "$pid" || die "a host didn't come up"; done
}

# register NAME: its number, its cable, its aliases
register() {
  local name=$1 number=2
  [ -d "$FLEET/hosts/$name" ] || die "the flake has no host $name (there are: $(flake_hosts | paste -sd " "))"
  ! [ -d "$LAB/hosts/$name" ] || die "$name is there already"
  mkdir "$LAB/hosts/$name"
  # Numbers are handed out by making a directory, which only one can.
  until mkdir "$LAB/hosts/.number-$number" 2>/dev/null; do number=$((number + 1)); done
  echo "$number" >"$LAB/hosts/$name/number"
  plug_in "$name" "$number"
  write_aliases "$name" "$(address "$number")" >"$LAB/aliases.$number"
  cat "$LAB/aliases.$number" "$LAB/ssh_config" >"$LAB/ssh_config.new"
  mv "$LAB/ssh_config.new" "$LAB/ssh_config"
}

# The first generation, and a throw-away host key.
make_disk() {
  local disk=$LAB/hosts/$1/disk system key
  system=$(readlink "$LAB/hosts/$1/first-system")
  mount_disk "$disk"
  furnish "$disk"
  furnish_nixos "$disk"
  key=$disk$(sed -n 's/^ *HostKey //p' "$system/etc/ssh/sshd_config")
  make_key "$key" "throw-away"
  trust "$1" "$key.pub"
  quietly nix copy --no-check-sigs --to "$disk" "$system"
  ln -s "$system" "$disk/nix/var/nix/profiles/system-1-link"
  ln -s system-1-link "$disk/nix/var/nix/profiles/system"
  echo "$system" >"$disk/boot/default"
}

# mount_disk DIR: an empty one
mount_disk() {
  mkdir -p "$1"
  mount -t tmpfs -o mode=755,size=4g lab-disk "$1"
  # Of its own size, so that a full /boot can be tried.
  mkdir "$1/boot"
  mount -t tmpfs -o mode=755,size=4m lab-boot "$1/boot"
}

# furnish DIR: what Debian's programs need to find in a root, and the deployer's key
furnish() {
  local root=$1 link
  mkdir -p "$root"/{usr,etc/ssh/authorized_keys.d,root,var/log,var/empty,var/tmp,boot,home/admin,tmp,run,proc,sys,dev}
  chmod 1777 "$root/tmp" "$root/var/tmp"
  chmod 700 "$root/root"
  chown 1000:1000 "$root/home/admin"
  ln -s /proc/self/mounts "$root/etc/mtab"
  for link in bin sbin lib lib64; do [ ! -e "/usr/$link" ] || ln -s "usr/$link" "$root/$link"; done
  ln -s /run "$root/var/run"
  [ "$LAB_INIT" = plain ] || prepare_for_systemd "$root"

  printf '%s\n' 'root:x:0:0::/root:/bin/bash' "$(getent passwd sshd)" "$(getent passwd messagebus || true)" 'admin:x:1000:1000::/home/admin:/bin/bash' \
    'nobody:x:65534:65534::/:/usr/sbin/nologin' >"$root/etc/passwd"
  printf '%s\n' 'root:x:0:' 'tty:x:5:' 'admin:x:1000:' 'nogroup:x:65534:' "$(getent group messagebus || true)" >"$root/etc/group"
  printf '%s:*:1::::::\n' root sshd messagebus admin nobody >"$root/etc/shadow"
  chmod 600 "$root/etc/shadow"
  printf '%s\n' 'passwd: files' 'group: files' 'shadow: files' 'hosts: files' >"$root/etc/nsswitch.conf"
  printf '%s\n' '127.0.0.1 localhost' >"$root/etc/hosts"
  tee "$root/etc/ssh/authorized_keys.d/root" "$root/etc/ssh/authorized_keys.d/admin" <"$LAB/id_ed25519.pub" >/dev/null
}

# furnish_nixos DIR: what NixOS's own activation would make, beyond that
furnish_nixos() {
  mkdir -p "$1"/{persist/etc/ssh,nix/var/nix/profiles,nix/var/nix/gcroots}
  write_nix_conf "$1"
  ln -s ../profiles "$1/nix/var/nix/gcroots/profiles"
  ln -s /run/current-system "$1/nix/var/nix/gcroots/current-system"
  ln -s /run/booted-system "$1/nix/var/nix/gcroots/booted-system"
}

write_nix_conf() {
  mkdir "$1/etc/nix"
  printf '%s\n' "$NIX_CONFIG" >"$1/etc/nix/nix.conf"
}

# trust NAME FILE.pub: the deployer expects this key there, at both ports
trust() {
  local address
  address=$(address "$(cat "$LAB/hosts/$1/number")")
  sed "s/^/$address /; p; s/^$address /[$address]:2222 /" "$2" >>"$LAB/known_hosts"
}

# Units that tune a machine, look for its devices or wait for a person have no place in a namespace.
prepare_for_systemd() {
  local unit units=$1/etc/systemd/system
  mkdir -p "$units" "$1/etc/systemd/journald.conf.d"
  ln -s /lib/systemd/system/multi-user.target "$units/default.target"
  for unit in getty.target console-getty.service systemd-user-sessions.service systemd-update-utmp.service \
    systemd-update-utmp-runlevel.service systemd-ask-password-wall.path systemd-ask-password-console.path remote-fs.target \
    cryptsetup.target dev-hugepages.mount dev-mqueue.mount sys-kernel-config.mount sys-kernel-debug.mount sys-kernel-tracing.mount \
    sys-fs-fuse-connections.mount proc-sys-fs-binfmt_misc.automount systemd-binfmt.service systemd-boot-random-seed.service \
    systemd-hwdb-update.service systemd-machine-id-commit.service systemd-modules-load.service systemd-pstore.service \
    systemd-random-seed.service systemd-sysctl.service systemd-sysusers.service systemd-remount-fs.service systemd-udevd.service \
    systemd-udev-trigger.service systemd-udevd-control.socket systemd-udevd-kernel.socket systemd-timesyncd.service \
    systemd-tmpfiles-setup-dev.service apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer \
    e2scrub_reap.service fstrim.timer systemd-tmpfiles-clean.timer ssh.service tmp.mount; do
    ln -s /dev/null "$units/$unit"
  done
  # Each daemon-reload would run them all, this machine's own ones too.
  mkdir "$units-generators"
  for unit in /lib/systemd/system-generators/* /usr/local/lib/systemd/system-generators/*; do
    [ ! -e "$unit" ] || ln -sf /dev/null "$units-generators/${unit##*/}"
  done
  printf '[Journal]\nStorage=volatile\nRuntimeMaxUse=4M\n' >"$1/etc/systemd/journald.conf.d/lab.conf"
  tr -d - </proc/sys/kernel/random/uuid >"$1/etc/machine-id"
}

# A host is on as long as its supervisor lives; that one is in a session of its own, out of reach of the terminal's ^C.
power_on() {
  # The supervisor of the last time may be about to end.
  while [ -e "$LAB/hosts/$1/pid" ]; do sleep 0.01; done
  rm -f "$LAB/hosts/$1/off"
  route "$1"
  # bats waits for whoever has its descriptors 3 and, in setup_file, 4.
  setsid env --default-signal "$LAB_PROGRAMS/lab" _supervise "$1" </dev/null >>"$LAB/hosts/$1/console.log" 2>&1 3>&- 4>&- &
  until [ -s "$LAB/hosts/$1/pid" ] || [ -e "$LAB/hosts/$1/off" ]; do sleep 0.01; done
}

supervise() {
  local name=$1 dir=$LAB/hosts/$1 status
  while [ ! -e "$dir/off" ]; do
    status=0
    load_memory "$dir"
    cat /proc/sys/kernel/random/uuid >"$dir/boot_id"
    echo "lab: $name: power on"
    # The first child of the inner shell is PID 1. unshare --fork would do, but it hides by which signal that one ended.
    (
      enter_cgroup "$name"
      # shellcheck disable=SC2016 # for that shell
      in_net "$name" unshare --mount --uts --ipc --pid --cgroup /bin/bash -c '"$@"; exit $?' bash "$LAB_PROGRAMS/boot" "$dir" "$LAB_INIT"
    ) || status=$?
    : >"$dir/pid"
    echo "lab: $name: PID 1 ended with status $status"
    # What was loaded for kexec is lost with the power.
    [ "$status" = 129 ] || rm -rf "$dir/kexec"
    if [ "$status" = 137 ] && [ -e "$dir/cache/boot.files" ]; then lose_cache "$dir"; fi
    rm -rf "$dir/cache"
    # 129 and 137 are a reboot and a power cut. Anything else is a poweroff, or a system that can't boot.
    case $status in 129 | 137) ;; *) : >"$dir/off" ;; esac
  done
  route "$name"
  rm "$dir/pid"
}

# load_memory DIR: what boots from memory, if anything does. It is gone at the next boot.
load_memory() {
  rm -rf "$1/ram"
  if [ -e "$1/kexec/boot/default" ]; then
    mv "$1/kexec" "$1/ram"
  elif [ -d "$1/iso" ] && [ ! -e "$1/disk/boot/default" ]; then
    cp -a "$1/iso" "$1/ram"
  fi
  mkdir -p "$1/kexec"
}

# systemd wants the root of a cgroup tree; plain init has no use for one.
enter_cgroup() {
  [ -n "$LAB_CGROUP" ] || return 0
  mkdir -p "$LAB_CGROUP/$1"
  # 0 is whoever writes it.
  echo 0 >"$LAB_CGROUP/$1/cgroup.procs"
}

do_wait() {
  known "${1-}"
  local deadline=$((SECONDS + 30))
  until timeout 10 ssh -F "$LAB/ssh_config" -o ControlPath=none -o ConnectTimeout=1 "$1" true </dev/null 2>/dev/null; do
    [ "$SECONDS" -lt "$deadline" ] || die "$1 doesn't answer by ssh; its console: $(tail -n 3 "$LAB/hosts/$1/console.log")"
    sleep 0.05
  done
}

# Until the old PID 1 is gone, as until then its sshd may still let a `wait` in.
do_reboot() {
  local pid
  pid_of "${1-}"
  # systemd may be gone before it has answered, so that only the end of that PID 1 counts.
  (do_host "$1" reboot) || :
  for _ in $(seq 1200); do
    kill -0 "$pid" 2>/dev/null || return 0
    sleep 0.05
  done
  echo "lab: $1 has not gone down within 60 s" >&2
  return 1
}

do_power_cut() {
  local pid
  pid_of "${1-}"
  if [ "${2-}" = --stay-down ]; then : >"$LAB/hosts/$1/off"; fi
  kill -s KILL "$pid"
}

# do_write_back NAME [N|all]: the host stands still at the Nth sync of /boot or of a file there, or the first of all of it, until its power is cut
do_write_back() {
  pid_of "${1-}"
  local cache=$LAB/hosts/$1/cache
  : >"$cache/boot.files"
  (do_host "$1" sync)
  [ -n "${2-}" ] || return 0
  echo 0 >"$cache/flushes"
  echo "$2" >"$cache/stand-at"
}

# lose_cache DIR: its disk has what was synced. A file of /boot that was replaced or removed since has its name there still, and its clusters
# are free; until stage 1 looks at them the boot loader finds the old bytes on them.
lose_cache() {
  local file number
  while read -r number file; do
    [ "$(stat -c %i "$1/disk/boot/$file" 2>/dev/null)" = "$number" ] || echo "$file"
  done <"$1/cache/boot.files" >"$1/freed"
  restore "$1/cache/boot" "$1/disk/boot"
  if [ -d "$1/cache/root" ]; then restore "$1/cache/root" "$1/disk"; fi
}
# restore FROM TO: of one file system
restore() {
  find "$2" -xdev -mindepth 1 -depth ! -path "$2/boot" -delete 2>/dev/null || :
  cp -axT "$1" "$2"
}

do_power_on() {
  known "${1-}"
  [ -e "$LAB/hosts/$1/off" ] || die "$1 is on"
  power_on "$1"
}

do_console() {
  known "${1-}"
  cat "$LAB/hosts/$1/console.log"
}
