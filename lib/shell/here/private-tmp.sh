tmp=$(mktemp -d "$place/hey.XXXXXX")
clean() {
  reach -O exit "$target" >/dev/null 2>&1 || :
  rm -rf "$tmp" || :
}
state="nothing was changed on $target"
