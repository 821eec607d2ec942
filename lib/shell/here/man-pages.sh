# Each page is what the command that a person would type for it says, and is there whole or not at all.
mkdir -p "$dir"
for page in $pages; do
  set -- "${page#hey}"
  "$help" --man ${1:+"${1#-}"} >"$dir/$page.1.new"
  mv -f "$dir/$page.1.new" "$dir/$page.1"
done
