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

  LAB=$(mktemp -d "${TMPDIR:-/tmp}/hey-lab.XXXXXX")
  case $LAB in *[[:space:]]*) rmdir "$LAB" && die "TMPDIR has a blank in it: $LAB" ;; esac
  box="" cgroup=""
  local deadline=0 killed="" status=0
  trap tear_down EXIT
  trap 'killed=129' HUP
  trap 'killed=143' TERM
  # The terminal sends ^C to COMMAND as well, and what COMMAND makes of it counts, if it is quick.
  trap 'killed=130; deadline=$((SECONDS + 3))' INT

  if [ "$init" = systemd ]; then
    cgroup=$(findmnt -n -t cgroup2 -o TARGET | head -n 1)/${LAB##*/}
    mkdir "$cgroup"
  fi

  # A box dies with this shell, even when that is killed. In the background, so that a trap runs at once; stdin stays the caller's.
  # A background job ignores ^C, and a caller may ignore more: the box starts with the signals of a fresh machine.
  # shellcheck disable=SC2046 # a list of words
  LAB=$LAB LAB_HOSTS=$hosts LAB_INIT=$init LAB_KEEP=$keep LAB_DELAY=$delay LAB_CGROUP=$cgroup \
    env --default-signal setpriv --pdeathsig KILL unshare $(namespaces) "$LAB_PROGRAMS/lab" _inside "$@" <&0 &
  box=$!
  wait "$box" || status=$?
  if [ -n "$killed" ]; then
    # The trap ended that wait early.
    while kill -0 "$box" 2>/dev/null && [ "$SECONDS" -lt "$deadline" ]; do sleep 0.05; done
    status=$killed
    kill -0 "$box" 2>/dev/null || wait "$box" || status=$?
  fi
  exit "$status"
}

# unshare passes no TERM on; killing it kills PID 1 of the box, and with that everything in it.
end_box() {
  [ -n "$box" ] && kill -s KILL "$box" 2>/dev/null || return 0
  wait "$box" 2>/dev/null || true
}

tear_down() {
  trap '' HUP INT TERM
  end_box
  if [ -n "${cgroup-}" ]; then
    until find "$cgroup" -depth -type d -exec rmdir {} + 2>/dev/null; do sleep 0.05; done
  fi
  if [ -n "${keep-}" ]; then
    echo "lab: kept $LAB" >&2
  elif [ "$(id -u)" = 0 ]; then
    rm -rf --one-file-system "$LAB"
  else
    # Files of subordinate users can be removed only as their root.
    unshare --user --map-root-user --map-auto rm -rf --one-file-system "$LAB"
  fi
}
