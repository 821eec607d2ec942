# Where this machine's own system is built. The link to it keeps the garbage collector off until the end.
tmp=$(mktemp -d "$place/hey.XXXXXX")
clean() { rm -rf "$tmp"; }
state="nothing was changed on $target"
