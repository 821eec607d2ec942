# The target's former key of this type gives way to the new one wherever it stands, whatever names, hashes or comments are on
# those lines: one machine has one key, at every port. Its keys of other types stay, unless it was installed anew.
key=${expected##* }
if [ -w "$known_hosts" ] && [ -w "${known_hosts%/*}" ]; then
  entries() { ssh-keygen -F "$name" -f "$known_hosts" | tr -d "\r" | grep -v "^[#@]" || :; }
  if [ -n "$reinstalled" ]; then
    others=$(entries | grep -v " ssh-ed25519 " || :)
    if [ -n "$others" ]; then
      ssh-keygen -R "$name" -f "$known_hosts" >/dev/null
      printf "%s\n" "$expected" >>"$known_hosts"
    fi
  fi
  former=$(entries | sed -n "s/.* ssh-ed25519 \([^ ]*\).*/\1/p" | grep -v -F -x "$key" || :)
  if [ -n "$former" ]; then
    step "the new key of $name takes the place of the former one in $known_hosts"
    edits=
    for old in $former; do edits="${edits}s|$old|$key|g;"; done
    new=$(mktemp "$known_hosts.XXXXXX")
    cp -p "$known_hosts" "$new"
    grep -v -F -x "$expected" "$known_hosts" | sed "$edits" >"$new"
    mv -f "$new" "$known_hosts"
  fi
else
  step "$known_hosts can't be written; the line for it: $expected"
fi
