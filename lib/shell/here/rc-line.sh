if [ -f "$rc" ] && grep -qxF -e "$line" "$rc"; then
  step "$rc has it already: $line"
else
  # On NixOS such a file is often a link into the store, made by home-manager.
  if [ -e "$rc" ] && [ ! -w "$rc" ]; then
    step "$rc can't be written to; put this line where it is made from: $line"
    exit 1
  fi
  mkdir -p "${rc%/*}"
  # A last line that has no end would take ours with it.
  if [ -s "$rc" ] && [ -n "$(tail -c 1 "$rc")" ]; then
    printf "\n" >>"$rc"
  fi
  step "into $rc: $line"
  printf "%s\n" "$line" >>"$rc"
fi
