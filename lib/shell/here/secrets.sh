# The secrets that a system declares, and whether its host can decrypt them.

# read_declared: what the host is to decrypt, and with which keys, of what nix said. Sets: identities, odd_identities, secrets.
read_declared() {
  identities=$(printf "%s\n" "$declared" | sed -n "s/^identity //p")
  # Words for the other side, where a shell splits them and sees nothing else in them.
  odd_identities=$(printf "%s\n" "$identities" | LC_ALL=C grep "[^A-Za-z0-9._/@:+,=-]" || :)
  identities=$(printf "%s\n" "$identities" | LC_ALL=C grep -v "[^A-Za-z0-9._/@:+,=-]" | tr "\n" " " || :)
  secrets=$(printf "%s\n" "$declared" | sed -n "s/^secret //p")
}

# tag KEY: how age names the recipient of an ssh key: four bytes of its hash, in base64 without padding.
tag() {
  local hash bits
  hash=$(printf "%s" "$1" | base64 -d | sha256sum | cut -c 1-8)
  hash=$((0x$hash))
  for bits in $((hash >> 26)) $(((hash >> 20) & 63)) $(((hash >> 14) & 63)) $(((hash >> 8) & 63)) $(((hash >> 2) & 63)) $(((hash & 3) << 4)); do
    printf "%s" ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/ | cut -c "$((bits + 1))"
  done | tr -d "\n"
}

# header FILE: the lines of an age file that name its recipients. Fails: of what is no ordinary file, or an empty one, as those of /proc are: a
# reader may wait for it for ever.
header() {
  [ -f "$1" ] && [ -s "$1" ] &&
    if head -c 11 "$1" | grep -q "^-----BEGIN"; then
      head -c 131072 "$1" | sed "1d;/^-----END/d" | base64 -d 2>/dev/null
    else
      head -c 65536 "$1"
    fi | LC_ALL=C sed -n "/^-> /p;/^---/q"
}

# judged: the secrets of the host, each behind "lost" where it is no recipient, or "odd" where its recipients can't be read. One that is no ssh
# key may be its own, where it has such a key.
judged() {
  local tags type key secret file named
  tags=$(all_of recipient | while read -r type key; do echo "-> $type $(tag "$key") "; done)
  printf "%s\n" "$secrets" | while read -r secret file; do
    if [ ! -r "$file" ]; then file=$flake_dir/${file#/nix/store/*/}; fi
    if named=$(header "$file" 2>/dev/null) && [ -n "$named" ]; then :; else
      printf "%s\n" "odd $secret"
      continue
    fi
    # age adds a recipient that is none, so that nobody relies on what they are.
    if [ -n "$(all_of identity)" ] && printf "%s\n" "$named" | grep -q -v -e "^-> ssh-" -e "^-> [^ ]*-grease"; then continue; fi
    if [ -n "$tags" ] && printf "%s\n" "$named" | sed "s/\$/ /" | grep -q -F -e "$tags"; then continue; fi
    printf "%s\n" "lost $secret"
  done
}

# named_in NAME JUDGEMENT: what is behind that name in it, on a line for a terminal: a flake names its secrets as it likes.
named_in() { printf "%s\n" "$2" | sed -n "s/^$1 //p" | plain_text "~" | tr "\n" " " | sed "s/ \$//"; }

# say_secrets: which the host can't decrypt. Sets: blind.
say_secrets() {
  local judgement
  if [ -z "$secrets" ]; then return; fi
  if [ -n "$odd_identities" ]; then
    blind="whether it decrypts its secrets with $(printf "%s\n" "$odd_identities" | plain_text "~" | tr "\n" " " | sed "s/ \$//")"
  elif [ -z "$(all_of identity)$(all_of recipient)" ]; then
    echo "  secrets can't be decrypted there, as it has none of these keys: ${identities% }"
  else
    judgement=$(judged)
    if [ -n "$(named_in lost "$judgement")" ]; then echo "  secrets that are not encrypted to a key of this host: $(named_in lost "$judgement")"; fi
    if [ -n "$(named_in odd "$judgement")" ]; then blind="for whom these secrets are encrypted: $(named_in odd "$judgement")"; fi
  fi
}
