# shellcheck shell=bash
# PID 1 of the box: a root of its own, the deployer, the hosts, then COMMAND.

inside() {
  PATH=$PATH:/usr/sbin:/sbin
  own_root
  hostname id3-eniac
  ip link set lo up
  set_up_network
  set_up_deployer
  # shellcheck disable=SC2086 # a list of words
  do_add $LAB_HOSTS
  cd "$FLEET" || exit
  # With a handler, not ignored: COMMAND gets ^C as usual, and this shell waits for what it makes of it.
  trap : INT
  local status=0
  "$@" || status=$?
  exit "$status"
}

# The machine's own directories, but with a private /nix, /persist, /run and /etc/ssh, and $LAB on a disk of memory.
own_root() {
  local entry
  mount -t tmpfs -o mode=755 lab-root "$LAB"
  for entry in /*; do
    case $entry in
    /nix | /persist | /run | /proc | "/*") ;;
    *)
      if [ -L "$entry" ]; then
        cp -P "$entry" "$LAB$entry"
      elif [ -d "$entry" ]; then
        mkdir "$LAB$entry"
        mount --rbind "$entry" "$LAB$entry"
      fi
      ;;
    esac
  done
  mkdir "$LAB"/{nix,persist,run,proc,.machine}
  mount -t proc proc "$LAB/proc"
  cd "$LAB" || exit
  pivot_root . .machine
  umount -l /.machine
  rmdir /.machine
  mount -t tmpfs -o mode=755 lab-run /run
  mount -t tmpfs -o mode=755 lab-etc-ssh /etc/ssh
  umount -l "$LAB"
  [ -n "$LAB_KEEP" ] || mount -t tmpfs -o mode=700 lab "$LAB"
}
