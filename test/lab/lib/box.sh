# shellcheck shell=bash
# The outer side: the private directory, the namespaces around everything, and the end of it all.

namespaces() {
  echo --mount --net --uts --ipc --pid --fork --kill-child
  [ "$(id -u)" = 0 ] || echo --user --map-root-user --map-auto
}

run() {
  local hosts="vps-ultraman vps-pacman core01.example.org" init=plain keep="" delay=0
  while [ $# != 0 ]; do
    case $1 in
    --hosts) hosts=${2-} ;;
    --init) init=${2-} ;;
    --delay) delay=${2-} ;;
    --keep)
      keep=yes
      shift
      continue
      ;;
    --)
      shift
      break
      ;;
    *) die "unknown option: $1 (see: lab help)" ;;
    esac
    shift 2 || die "an option lacks its value"
  done
  [ $# != 0 ] || die "no command after --"
  case $init in plain | systemd) ;; *) die "--init is plain or systemd" ;; esac
  case $delay in *[!0-9]* | "") die "--delay is a number of milliseconds" ;; esac
  needs "$init" || exit

  LAB="" cgroup=""
  trap tear_down EXIT
  trap 'ended 129' HUP
  trap 'ended 143' TERM
  trap interrupted INT
  LAB=$(mktemp -d "${TMPDIR:-/tmp}/hey-lab.XXXXXX")
  case $LAB in *[[:space:]]*) die "TMPDIR has a blank in it: $LAB" ;; esac

  if [ "$init" = systemd ]; then
    # The name has the whole path: other labs have their cgroups in the same directory.
    cgroup=$(findmnt -n -t cgroup2 -o TARGET | head -n 1)/lab${LAB//\//-}
    mkdir "$cgroup"
  fi

  # A box dies with this shell, even when that is killed. In the background, so that a trap runs at once; stdin stays the caller's.
  # A background job ignores ^C, and a caller may ignore more: the box starts with the signals of a fresh machine.
  # shellcheck disable=SC2046 # a list of words
  LAB=$LAB LAB_HOSTS=$hosts LAB_INIT=$init LAB_KEEP=$keep LAB_DELAY=$delay LAB_CGROUP=$cgroup \
    env --default-signal setpriv --pdeathsig KILL unshare $(namespaces) "$LAB_PROGRAMS/lab" _inside "$@" <&0 &
  wait "$!" || exit
  exit
}

# is_there: whether the box runs. The box is this shell's only job, so $! is its PID. A variable would be too late: a trap can run before it is set.
is_there() { [ -n "${!:-}" ] && kill -0 "$!" 2>/dev/null; }

# ended STATUS: ends this shell with that status, and with the clean-up. No further signal interrupts that.
ended() {
  trap '' HUP INT TERM
  exit "$1"
}

# interrupted: a ^C. The terminal sends it to COMMAND as well. Where COMMAND ends within 3 s, its status is the lab's.
interrupted() {
  local deadline=$((SECONDS + 3))
  while is_there && [ "$SECONDS" -lt "$deadline" ]; do sleep 0.05; done
  if is_there || [ -z "${!:-}" ]; then ended 130; fi
  wait "$!" || ended "$?"
  ended 0
}

# state PID: the letter that ps shows for its state; nothing where there is no such process.
state() {
  local words=()
  { read -ra words <"/proc/$1/stat"; } 2>/dev/null || :
  echo "${words[2]-}"
}

# end_box: kills the box, and waits until none of its processes is left. unshare passes no TERM on to its child, PID 1 of the box. If unshare were
# killed first, the child would live on for a moment. So this stops unshare, then kills the child. The kernel makes PID 1 a zombie when it has
# killed all other processes of the box.
end_box() {
  is_there || return 0
  local child children=()
  kill -s STOP "$!" || return 0
  until [[ $(state "$!") = [TZ] || ! -e /proc/$! ]]; do sleep 0.01; done
  { read -ra children <"/proc/$!/task/$!/children"; } 2>/dev/null || :
  for child in ${children[@]+"${children[@]}"}; do
    kill -s KILL "$child" || :
    until [[ $(state "$child") = Z || ! -e /proc/$child ]]; do sleep 0.01; done
  done
  kill -s KILL "$!" || :
  wait "$!" 2>/dev/null || :
}

tear_down() {
  trap '' HUP INT TERM
  end_box
  [ -n "$LAB" ] || return 0
  if [ -n "$cgroup" ]; then
    while [ -d "$cgroup" ] && ! find "$cgroup" -depth -type d -exec rmdir {} + 2>/dev/null; do sleep 0.05; done
  fi
  if [ -n "$keep" ]; then
    echo "lab: kept $LAB" >&2
  elif [ "$(id -u)" = 0 ]; then
    rm -rf --one-file-system "$LAB"
  else
    # Files of subordinate users can be removed only as their root.
    unshare --user --map-root-user --map-auto rm -rf --one-file-system "$LAB"
  fi
}
