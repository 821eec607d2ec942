# Only what a new connection has proven goes into known_hosts; an old connection, or an open port, would prove nothing.
proven=
if [ -n "$changed" ]; then
  printf "%s\n" "$name $(cut -d " " -f 1,2 "$keys/ssh_host_ed25519_key.pub")" >"$stage/pinned"
  # shellcheck disable=SC2086
  for pause in 0 $patience; do
    sleep "$pause"
    if reach_pinned true </dev/null 2>"$stage/why"; then
      proven=yes
      break
    fi
  done
  if [ -n "$proven" ]; then
    step "$name presents the new key to a new connection"
  elif [ -n "$persist" ]; then
    step "the keys are in place; sshd presents another one until it starts with these, and both are known here. The new one: $(cat "$stage/pinned")"
    exit 0
  else
    cat "$stage/why"
    step "the keys are in place, but $name does not present the new one: restart sshd there, through a session that is still open or the console"
    exit 1
  fi
elif [ -n "$persist" ]; then
  step "the target has these keys already"
  exit 0
fi
