# The key that is sent is known here before it is there: whatever ends this script in between, the target stays reachable.
expected="$name ssh-ed25519 $(cut -d " " -f 2 "$keys/ssh_host_ed25519_key.pub")"
(umask 077 && mkdir -p "${known_hosts%/*}" && touch "$known_hosts") 2>/dev/null || :
# A link, into dotfiles say, stays a link.
if [ -e "$known_hosts" ]; then known_hosts=$(readlink -f "$known_hosts"); fi
if [ -w "$known_hosts" ] && [ -z "$(ssh-keygen -F "$name" -f "$known_hosts" | grep -F "${expected#* }" || :)" ]; then
  if [ -n "$(tail -c 1 "$known_hosts")" ]; then echo >>"$known_hosts"; fi
  printf "%s\n" "$expected" >>"$known_hosts"
fi
