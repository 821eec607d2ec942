if (: </dev/tty) 2>/dev/null; then
  printf "%s\nType %s to go on: " "$danger" "$name" >/dev/tty
  IFS= read -r answer </dev/tty || answer=
  if [ "$answer" = "$name" ]; then
    :
  else
    step "that is not $name; nothing was done"
    exit 1
  fi
else
  step "$danger, and there is no terminal to ask on; nothing was done. Try: --yes"
  exit 1
fi
