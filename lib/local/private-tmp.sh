tmp=$(mktemp -d "$place/hey.XXXXXX")
trap 'reach -O exit "$target" >/dev/null 2>&1 || :; rm -rf "$tmp"' EXIT
