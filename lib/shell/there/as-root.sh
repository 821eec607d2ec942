# Runs the script $1 as root by the words after it; where these ask for a password, or may not, as who is logged in. Its own $1 is the
# connection, of which sudo keeps nothing.
script=$1
shift
if "$@" sh -c : </dev/null >/dev/null 2>&1; then exec "$@" sh -c "$script" sh "${SSH_CONNECTION-}"; fi
exec sh -c "$script"
