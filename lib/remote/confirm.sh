# Confirms the deployment $1, over a connection that proves that this machine can be reached, and commits it where $2 is "commit".
# The other words are shell commands that must succeed before. Says how it stands.
id=$1
dir=/run/hey/$id
new=$(readlink "$dir/new")
commit=$2
shift 2
finish() {
  stands
  tell
  exit 0
}
wait_for() {
  printf "waits %s\n" "$*"
  finish
}
status=$(readlink "$dir/status")
if [ -z "$new" ] || [ -L "$dir/verdict" ] || [ -z "$status" ]; then finish; fi
on=$(readlink "$dir/on-unit-failure")
case $status$on in 0* | 4warn) ;; *) finish ;; esac
if [ "$(readlink -e /run/current-system)" != "$new" ]; then wait_for "/run/current-system is not yet $new"; fi
if by_systemd; then
  failed=$(systemctl list-units --failed --plain --no-legend --full | cut -d " " -f 1 | LC_ALL=C sort | LC_ALL=C comm -13 "$dir/failed" - | tr "\n" " ")
  if [ -n "$failed" ]; then
    if [ "$on" = rollback ]; then wait_for "failed since the deployment began: $failed"; fi
    ln -sfn "$failed" "$dir/units"
  fi
fi
for check in "$@"; do
  left=$(($(readlink "$dir/deadline") - $(seconds_up)))
  checked=0
  # Into a file: what a check leaves running would hold the connection open.
  timeout -k 2 "$([ "$left" -gt 0 ] && echo "$left" || echo 1)" sh -c "$check" </dev/null >"$dir/check" 2>&1 || checked=$?
  cat "$dir/check" >&2
  if [ "$checked" -ne 0 ]; then wait_for "--check-remote failed (status $checked): $check"; fi
done
# From here on it is done to the end, whoever hangs up. The way back takes the same link first: there is one winner.
trap "" HUP INT PIPE TERM
ln -s confirmed "$dir/verdict" 2>/dev/null || finish
disarm
if [ "$commit" = commit ]; then
  if commit; then ln -s yes "$dir/committed"; else ln -s no "$dir/committed"; fi
fi
archive
finish
