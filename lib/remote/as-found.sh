# shellcheck disable=SC2154 # between generation.sh and activate.sh, for which it sets the words
# On this machine itself, $1 is the action and $2 says who asks.
system=$(readlink -e "$profile-$found-link")
set -- "$system" "$1" "$2" force none "$system" 0 "$found"
