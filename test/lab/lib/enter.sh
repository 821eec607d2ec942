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
  # shellcheck disable=SC2016 # for the host's shell
  exec -c nsenter -t "$pid" --mount --uts --ipc --net --pid /bin/sh -c 'export TERM="$1" HOME=/root USER=root LANG=C.UTF-8
    export PATH=/run/wrappers/bin:/run/current-system/sw/bin:/usr/sbin:/usr/bin:/sbin:/bin
    shift && cd && exec "$@"' sh "${TERM:-dumb}" "${@:-/bin/bash}"
}
