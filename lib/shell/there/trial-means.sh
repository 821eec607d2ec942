# shellcheck disable=SC2218 # of boot-loader.sh
# Whether this machine has what a trial boot needs. Changes nothing.
need_loader
