# shellcheck shell=bash
# A host: its disk, and its power. $LAB/hosts/NAME holds disk/ and facts, one a file: number, pid (of its PID 1), off, cut, slow.

known() {
  [ -n "${1-}" ] && [ -e "$LAB/hosts/$1/number" ] && return
  die "no such host: ${1-} (see: lab add)"
}

do_add() {
  local name pids=() pid
  for name in "$@"; do
    [ -d "$FLEET/hosts/$name" ] || die "the flake has no host $name (there are: $(flake_hosts | paste -sd " "))"
    ! [ -d "$LAB/hosts/$name" ] || die "$name is there already"
    mkdir "$LAB/hosts/$name"
    # Numbers are handed out by making a directory, which only one can.
    local number=2
    until mkdir "$LAB/hosts/.number-$number" 2>/dev/null; do number=$((number + 1)); done
    echo "$number" >"$LAB/hosts/$name/number"
    plug_in "$name" "$number"
    write_aliases "$name" "$(address "$number")" >"$LAB/aliases.$number"
    cat "$LAB/aliases.$number" "$LAB/ssh_config" >"$LAB/ssh_config.new"
    mv "$LAB/ssh_config.new" "$LAB/ssh_config"
  done
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

# The first generation, a throw-away host key, and what Debian's programs need to find.
make_disk() {
  local disk=$LAB/hosts/$1/disk system key address
  system=$(readlink "$LAB/hosts/$1/first-system")
  address=$(address "$(cat "$LAB/hosts/$1/number")")
  mkdir "$disk"
  mount -t tmpfs -o mode=755,size=4g "lab-disk" "$disk"
  mkdir -p "$disk"/{usr,etc/nix,etc/ssh/authorized_keys.d,root,var/log,var/empty,var/tmp,persist/etc/ssh,boot,home,tmp,run,proc,sys,dev,nix/var/nix/profiles,nix/var/nix/gcroots}
  # Of its own size, so that a full /boot can be tried.
  mount -t tmpfs -o mode=755,size=4m lab-boot "$disk/boot"
  chmod 1777 "$disk/tmp" "$disk/var/tmp"
  chmod 700 "$disk/root"
  ln -s /proc/self/mounts "$disk/etc/mtab"
  local link
  for link in bin sbin lib lib64; do [ ! -e "/usr/$link" ] || ln -s "usr/$link" "$disk/$link"; done
  ln -s /run "$disk/var/run"
  [ "$LAB_INIT" = plain ] || prepare_for_systemd "$disk"

  printf '%s\n' 'root:x:0:0::/root:/bin/bash' "$(getent passwd sshd)" "$(getent passwd messagebus || true)" 'admin:x:1000:1000::/home/admin:/bin/bash' \
    'nobody:x:65534:65534::/:/usr/sbin/nologin' >"$disk/etc/passwd"
  printf '%s\n' 'root:x:0:' 'tty:x:5:' 'admin:x:1000:' 'nogroup:x:65534:' "$(getent group messagebus || true)" >"$disk/etc/group"
  printf '%s:*:1::::::\n' root sshd messagebus admin nobody >"$disk/etc/shadow"
  chmod 600 "$disk/etc/shadow"
  mkdir "$disk/home/admin" && chown 1000:1000 "$disk/home/admin"
  printf '%s\n' 'passwd: files' 'group: files' 'shadow: files' 'hosts: files' >"$disk/etc/nsswitch.conf"
  printf '%s\n' '127.0.0.1 localhost' >"$disk/etc/hosts"
  printf '%s\n' "$NIX_CONFIG" >"$disk/etc/nix/nix.conf"
  tee "$disk/etc/ssh/authorized_keys.d/root" "$disk/etc/ssh/authorized_keys.d/admin" <"$LAB/id_ed25519.pub" >/dev/null

  key=$disk$(sed -n 's/^ *HostKey //p' "$system/etc/ssh/sshd_config")
  make_key "$key" "throw-away"
  sed "s/^/$address /; p; s/^$address /[$address]:2222 /" "$key.pub" >>"$LAB/known_hosts"

  quietly nix copy --no-check-sigs --to "$disk" "$system"
  ln -s "$system" "$disk/nix/var/nix/profiles/system-1-link"
  ln -s system-1-link "$disk/nix/var/nix/profiles/system"
  ln -sfn ../profiles "$disk/nix/var/nix/gcroots/profiles"
  ln -s /run/current-system "$disk/nix/var/nix/gcroots/current-system"
  ln -s /run/booted-system "$disk/nix/var/nix/gcroots/booted-system"
  echo "$system" >"$disk/boot/default"
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
  printf '[Journal]\nStorage=volatile\nRuntimeMaxUse=4M\n' >"$1/etc/systemd/journald.conf.d/lab.conf"
  tr -d - </proc/sys/kernel/random/uuid >"$1/etc/machine-id"
}

# A host is on as long as its supervisor lives; that one is in a session of its own, out of reach of the terminal's ^C.
power_on() {
  rm -f "$LAB/hosts/$1/off" "$LAB/hosts/$1/pid"
  route "$1"
  setsid env --default-signal "$LAB_PROGRAMS/lab" _supervise "$1" </dev/null >>"$LAB/hosts/$1/console.log" 2>&1 3>&- &
  until [ -s "$LAB/hosts/$1/pid" ]; do sleep 0.01; done
}

supervise() {
  local name=$1 dir=$LAB/hosts/$1 status
  while [ ! -e "$dir/off" ]; do
    status=0
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
    # 129 and 137 are a reboot and a power cut. Anything else is a poweroff, or a system that can't boot.
    case $status in 129 | 137) ;; *) : >"$dir/off" ;; esac
  done
  route "$name"
}

# systemd wants the root of a cgroup tree; plain init has no use for one.
enter_cgroup() {
  [ -n "$LAB_CGROUP" ] || return 0
  mkdir -p "$LAB_CGROUP/$1"
  # 0 is whoever writes it.
  echo 0 >"$LAB_CGROUP/$1/cgroup.procs"
}

do_host() {
  known "${1-}"
  local name=$1 pid
  shift
  pid=$(cat "$LAB/hosts/$name/pid")
  [ -n "$pid" ] || die "$name is off"
  # shellcheck disable=SC2016 # for the host's shell
  exec nsenter -t "$pid" --mount --uts --ipc --net --pid env -i TERM="${TERM:-dumb}" HOME=/root USER=root LANG=C.UTF-8 \
    PATH=/run/wrappers/bin:/run/current-system/sw/bin:/usr/sbin:/usr/bin:/sbin:/bin /bin/sh -c 'cd && exec "$@"' sh "${@:-/bin/bash}"
}

do_wait() {
  known "${1-}"
  local deadline=$((SECONDS + 30))
  until timeout 10 ssh -F "$LAB/ssh_config" -o ControlPath=none -o ConnectTimeout=1 "$1" true </dev/null 2>/dev/null; do
    [ "$SECONDS" -lt "$deadline" ] || die "$1 doesn't answer by ssh; its console: $(tail -n 3 "$LAB/hosts/$1/console.log")"
    sleep 0.05
  done
}

do_reboot() {
  do_host "${1-}" reboot
}

do_power_cut() {
  known "${1-}"
  local pid
  pid=$(cat "$LAB/hosts/$1/pid")
  [ -n "$pid" ] || die "$1 is off"
  if [ "${2-}" = --stay-down ]; then : >"$LAB/hosts/$1/off"; fi
  kill -s KILL "$pid"
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
