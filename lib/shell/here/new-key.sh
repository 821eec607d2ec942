(umask 077 && mkdir -p "${key%/*}")
fresh=$(mktemp -d "${key%/*}/.new-key.XXXXXX")
