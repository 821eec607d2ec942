# shellcheck shell=sh
# The rest of PID 1's life, once its system is set up. Sourced.

# live plain|systemd|machine
live() {
  [ "$1" != machine ] || exec /lib/systemd/systemd --show-status=0
  [ "$1" = plain ] || exec env container=lab /lib/systemd/systemd --system --log-target=console --show-status=0
  # The statuses are those of a PID 1 that the kernel ends for reboot(2): SIGHUP to restart, SIGINT to power off.
  trap 'shut_down 129' HUP
  trap 'shut_down 130' INT
  # Waiting for a child that never ends also reaps the orphans that PID 1 inherits.
  while :; do
    sleep infinity &
    wait
  done
}

shut_down() {
  kill -s TERM -- -1
  sleep 0.3
  exit "$1"
}
