# shellcheck disable=SC2154,SC2034 # with deployment.sh before it
# After a power cut in the middle of a commit: the profile is the generation $2 again (the name of its link), if it is the system $1
# and that does not run.
new=$1
id=recover
dir=$(mktemp -d /run/hey-recover.XXXXXX)
if [ "$(readlink -e "$profile")" = "$new" ] && [ "$(readlink -e /run/current-system)" != "$new" ]; then uncommit "$2"; fi
rm -rf "$dir"
tell
