# shellcheck disable=SC2034 # for deployment.sh
# How the deployment $1 stands. Changes nothing.
id=$1
dir=/run/hey/$id
stands
tell
