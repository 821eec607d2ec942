# The target is this machine.

# there NAME WORD...: calls that function here, as root.
# shellcheck disable=SC2086
there() { $become sh -c 'program=$1; eval "$program"; eval "$2"' sh "$on_target" "$(for_target && quoted "$@")"; }

# as_me NAME WORD...: calls that function here.
as_me() { sh -c 'program=$1; eval "$program"; eval "$2"' sh "$on_target" "$(for_target && quoted "$@")"; }
