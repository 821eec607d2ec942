# shellcheck disable=SC2154,SC2034 # for deployment.sh, committing.sh
# After a power cut in a moment in which the deployment $1, which $2 has made, may have been writing the boot menu. That is written anew in
# any case: it may be in two halves also where nothing on this disk tells of it.
id=$1
dir=/run/hey/$id
take_lock "$2"
failed=
if unmended; then mend >&2; else boot_entry "$(readlink -e "$profile")" >&2 || failed=yes; fi
if [ -n "$failed" ] || unmended; then echo "unmended yes"; fi
tell
