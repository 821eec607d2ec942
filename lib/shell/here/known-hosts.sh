# What this machine knows of the target's key.

# expect_key: the key that is sent is known here before it is there: whatever ends this script in between, the target stays reachable.
# Sets: known_hosts, expected.
expect_key() {
  expected="$known_as ssh-ed25519 $(cut -d " " -f 2 "$keys/ssh_host_ed25519_key.pub")"
  (umask 077 && mkdir -p "${known_hosts%/*}" && touch "$known_hosts") 2>/dev/null || :
  # A link, into dotfiles say, stays a link.
  if [ -e "$known_hosts" ]; then known_hosts=$(readlink -f "$known_hosts"); fi
  if [ -w "$known_hosts" ] && [ -z "$(ssh-keygen -F "$known_as" -f "$known_hosts" | grep -F "${expected#* }" || :)" ]; then
    if [ -n "$(tail -c 1 "$known_hosts")" ]; then echo >>"$known_hosts"; fi
    printf "%s\n" "$expected" >>"$known_hosts"
  fi
}

# known_entries: its lines there.
known_entries() { ssh-keygen -F "$known_as" -f "$known_hosts" | tr -d "\r" | grep -v "^[#@]" || :; }

# replace_key [anew]: the target's former key of this type gives way to the new one wherever it stands, whatever names, hashes or comments are on
# those lines: one machine has one key, at every port. Its keys of other types stay, unless it was installed anew and they stand under its name
# alone.
replace_key() {
  local key former edits old new
  key=${expected##* }
  if [ -w "$known_hosts" ] && [ -w "${known_hosts%/*}" ]; then
    former=$(known_entries | sed -n "s/.* ssh-ed25519 \([^ ]*\).*/\1/p" | grep -v -F -x "$key" || :)
    if [ -n "$former" ]; then step "the new key of $known_as takes the place of the former one in $known_hosts"; fi
    if [ -n "$former${1-}" ]; then
      # Lines that begin with @ (@revoked) speak of keys, not of this machine.
      edits=
      for old in $former; do edits="$edits/^[^@]/s|$old|$key|g;"; done
      new=$(mktemp "$known_hosts.XXXXXX")
      cp -p "$known_hosts" "$new"
      awk -v name="$known_as" -v anew="${1-}" -v added="${former:+$expected}" \
        '$0 == added || (anew && $1 == name && $2 != "ssh-ed25519") { next } { print }' "$known_hosts" | sed "$edits" >"$new"
      mv -f "$new" "$known_hosts"
    fi
  else
    step "$known_hosts can't be written; the line for it: $expected"
  fi
}

# say_key: the line for known_hosts.
say_key() { step "for $known_hosts: $known_as $(cut -d " " -f 1,2 "$keys/ssh_host_ed25519_key.pub")"; }
