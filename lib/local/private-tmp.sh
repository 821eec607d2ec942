# Not under TMPDIR: the path of a socket may have some hundred bytes at most, and macOS's TMPDIR takes half of them.
tmp=$(mktemp -d /tmp/hey.XXXXXX)
trap 'reach -O exit "$target" >/dev/null 2>&1 || :; rm -rf "$tmp"' EXIT
