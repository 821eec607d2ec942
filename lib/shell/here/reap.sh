# kill -9 runs no trap. This process holds the other end of a pipe that ends with the script, however it ends, and with all
# that it started; then it removes the copies. In a session of its own, so that no signal for the script reaches it.
mkfifo "$stage/alive"
own_session=$(command -v setsid || :)
# shellcheck disable=SC2016
${own_session:+"$own_session"} sh -c 'trap "" HUP INT TERM; read -r _ <"$1/alive" || :; rm -rf "$1"' sh "$stage" </dev/null >/dev/null 2>&1 &
exec 9>"$stage/alive"
