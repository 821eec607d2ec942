# Waits for the host as itself: only the key that was sent is taken, over a new connection each time.
printf "%s\n" "$name $(cut -d " " -f 1,2 "$keys/ssh_host_ed25519_key.pub")" >"$stage/pinned"
system=${wanted#* }
deadline=$(($(date +%s) + limit))
strangers=0
step "wait for $target, at most $limit s"
while :; do
  if answer=$(ask_pinned </dev/null 2>"$stage/why"); then break; fi
  if grep -q -e "Host key verification failed" -e "IDENTIFICATION HAS CHANGED" "$stage/why"; then strangers=$((strangers + 1)); else strangers=0; fi
  if [ "$strangers" -ge 5 ]; then
    step "$target came back with another host key than the one sent (status 31). Look at its console: is it this machine, and was --extra-files unpacked? Then: hey ops push-keys $host $target"
    exit 31
  fi
  if [ "$(date +%s)" -ge "$deadline" ]; then
    cat "$stage/why"
    step "installed, but $target was not seen back within $limit s (status 30). Look at its console; then: ssh $login"
    exit 30
  fi
  sleep 2
done
running=$(printf "%s\n" "$answer" | sed -n "s/^system //p")
failed=$(printf "%s\n" "$answer" | sed -n "s/^failed //p")
if [ "$running" = "$system" ]; then
  :
else
  step "$target answers with the right key, but runs $running, not $system (status 32). Then: hey ops deploy $host $target"
  exit 32
fi
if [ -n "$failed" ]; then
  step "$target runs the system that was installed, but secrets could not be decrypted: $failed failed (status 33)"
  tell_recipient "$keys/ssh_host_ed25519_key.pub"
  exit 33
fi
step "$host is installed: $target presents the key that was sent and runs $running"
