# Three answers for each key: the file here, the file on the target's disk, and what its sshd presents. Nobody is logged in to
# for the last: sshd says its key before it asks for anything.
fingerprint() {
  if [ -n "$1" ]; then printf "%s\n" "$1" | ssh-keygen -l -f /dev/stdin | cut -d " " -f 2; else echo none; fi
}
there=$(ask_keys </dev/null)
: >"$stage/presented"
knock </dev/null >/dev/null 2>&1 || :
presented=$(cut -d " " -f 2,3 "$stage/presented")
differs=
for public in "$keys"/*.pub; do
  key=${public##*/}
  key=${key%.pub}
  here=$(cut -d " " -f 1,2 "$public")
  disk=$(printf "%s\n" "$there" | sed -n "s/^$key //p")
  printf "%s\n" "$key" "  here       $(fingerprint "$here")" "  on disk    $(fingerprint "$disk")"
  if [ "$here" != "$disk" ]; then differs="$differs $key"; fi
  if [ "$key" = ssh_host_ed25519_key ]; then
    printf "%s\n" "  presented  $(fingerprint "$presented")"
    if [ "$here" != "$presented" ]; then differs="$differs sshd"; fi
  fi
done
if [ -n "$differs" ]; then
  step "different:$differs"
  exit 1
fi
step "all the same"
