step "ask $target"
if facts=$(ask_facts </dev/null); then
  # Only printable ASCII of its answers goes on.
  facts=$(printf "%s\n" "$facts" | LC_ALL=C tr -cd "\n -~")
else
  step "$target can't be reached (ssh says why above); nothing was done"
  exit 255
fi
