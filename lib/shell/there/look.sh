# shellcheck disable=SC2034 # for deployment.sh
# How the deployment $1 stands, and whether it could be confirmed now. Changes nothing.
id=$1
dir=/run/hey/$id
if [ "$(progress)" = open ]; then ready || :; fi
stands
tell
