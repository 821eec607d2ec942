# shellcheck disable=SC2034 # for deployment.sh
# After a power cut in the middle of the commit of the deployment $1, which $2 has made.
id=$1
dir=/run/hey/$id
take_lock "$2"
mend >&2
tell
