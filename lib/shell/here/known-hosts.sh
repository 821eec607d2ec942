# The target's former key of this type gives way to the new one wherever it stands, whatever names, hashes or comments are on
# those lines: one machine has one key, at every port. Its keys of other types stay, unless it was
# installed anew and they stand under its name alone.
key=${expected##* }
if [ -w "$known_hosts" ] && [ -w "${known_hosts%/*}" ]; then
  entries() { ssh-keygen -F "$name" -f "$known_hosts" | tr -d "\r" | grep -v "^[#@]" || :; }
  former=$(entries | sed -n "s/.* ssh-ed25519 \([^ ]*\).*/\1/p" | grep -v -F -x "$key" || :)
  if [ -n "$former" ]; then step "the new key of $name takes the place of the former one in $known_hosts"; fi
  if [ -n "$former$reinstalled" ]; then
    # Lines that begin with @ (@revoked) speak of keys, not of this machine.
    edits=
    for old in $former; do edits="$edits/^[^@]/s|$old|$key|g;"; done
    new=$(mktemp "$known_hosts.XXXXXX")
    cp -p "$known_hosts" "$new"
    awk -v name="$name" -v anew="$reinstalled" -v added="${former:+$expected}" \
      '$0 == added || (anew && $1 == name && $2 != "ssh-ed25519") { next } { print }' "$known_hosts" | sed "$edits" >"$new"
    mv -f "$new" "$known_hosts"
  fi
else
  step "$known_hosts can't be written; the line for it: $expected"
fi
