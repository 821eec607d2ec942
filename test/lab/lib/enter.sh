# shellcheck shell=bash
# Into a host by its namespaces, without ssh. By itself, as tests do that thousands of times.

known() {
  [ -n "${1-}" ] && [ -e "$LAB/hosts/$1/number" ] && return
  die "no such host: ${1-} (see: lab add)"
}

# pid_of NAME: of its PID 1, as $pid
pid_of() {
  known "${1-}"
  pid=
  { read -r pid <"$LAB/hosts/$1/pid"; } 2>/dev/null || [ -n "$pid" ] || die "$1 is off"
}

do_host() {
  local pid
  pid_of "${1-}"
  shift
  # A host that goes down stops what it ends, and nsenter, where it has forked, stops along with its child, for ever. So it is the shell that
  # forks, and it must not take the last command for its own.
  # shellcheck disable=SC2016 # for the host's shell
  exec -c nsenter -t "$pid" --mount --uts --ipc --net --pid --no-fork /bin/sh -c 'export TERM="$1" HOME=/root USER=root LANG=C.UTF-8
    export PATH=/run/wrappers/bin:/run/current-system/sw/bin:/usr/sbin:/usr/bin:/sbin:/bin
    shift && cd && "$@"
    exit "$?"' sh "${TERM:-dumb}" "${@:-/bin/bash}"
}
