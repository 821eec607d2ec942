# Only entries of this type are replaced: the target's other host keys are as they were.
entry="$name $(cut -d " " -f 1,2 "$keys/ssh_host_ed25519_key.pub")"
(umask 077 && mkdir -p "${known_hosts%/*}" && touch "$known_hosts")
found=$(ssh-keygen -F "$name" -f "$known_hosts" | grep -v "^[#@]" || :)
others=$(printf "%s\n" "$found" | grep -v " ssh-ed25519 " || :)
ours=$(printf "%s\n" "$found" | grep " ssh-ed25519 " | cut -d " " -f 2,3 || :)
if [ "$name $ours" = "$entry" ]; then
  step "$known_hosts has this key of $name"
else
  step "put the key of $name into $known_hosts"
  if [ -n "$found" ]; then
    ssh-keygen -R "$name" -f "$known_hosts" >/dev/null
  fi
  printf "%s\n" ${others:+"$others"} "$entry" >>"$known_hosts"
fi
