if (: </dev/tty) 2>/dev/null; then
  printf "%s\n" "$danger" >/dev/tty
  question "Type $name to go on: "
  if [ "$reply" = "$name" ]; then
    :
  else
    step "that is not $name; nothing was done"
    exit 1
  fi
else
  step "$danger, and there is no terminal to ask on; nothing was done. Try: --yes"
  exit 1
fi
