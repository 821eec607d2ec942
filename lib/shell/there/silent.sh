# Questions that are asked as root only where that asks for nothing.

# as_root_if_silent NAME BECOME...: calls that function, which changes nothing, as root by the words of BECOME; where these ask for a password, or
# may not, as who is logged in. It is told the connection, of which sudo keeps nothing.
as_root_if_silent() {
  local name
  name=$1
  shift
  if "$@" sh -c : </dev/null >/dev/null 2>&1; then
    exec "$@" sh -c "$program
connection=\$2
\$1" sh "$name" "${SSH_CONNECTION-}"
  fi
  "$name"
}
