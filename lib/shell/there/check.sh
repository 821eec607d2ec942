# shellcheck disable=SC2154 # with deployment.sh before it
# Runs the checks of the deployment $1, shell commands, until one fails. Decides nothing: this connection may be dead when they end.
id=$1
dir=/run/hey/$id
shift
for check in "$@"; do
  left=$(($(readlink "$dir/deadline") - $(seconds_up)))
  checked=0
  # Into a file: what a check leaves running would hold the connection open.
  timeout -k 2 "$([ "$left" -gt 0 ] && echo "$left" || echo 1)" sh -c "$check" </dev/null >"$dir/check" 2>&1 || checked=$?
  # It has gone back, and is over: that is not this check's fault.
  if [ ! -d "$dir" ]; then
    echo "over yes"
    break
  fi
  cat "$dir/check" >&2
  if [ "$checked" -ne 0 ]; then
    printf "waits --check-remote failed (status %s): %s\n" "$checked" "$check"
    break
  fi
done
