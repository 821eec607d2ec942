# What will change on the target, against what it runs, and the question of --ask. Where others are deployed to as well, whoever looks
# after all of them shows and asks.
# What nix writes beyond ASCII has another place there; nothing else may come through.
arrow=$(printf "\342\206\222")
values() {
  printf "%s\n" "$answer" | LC_ALL=C sed -n "s/$colour//g;s/$arrow/->/g;s/$(printf "\342\210\205")/none/g;s/$(printf "\316\265")/none/g;s/^$1 //p" |
    LC_ALL=C tr -cd "\n -~"
}
# nix colours even what no terminal sees.
colour="$(printf "\033")\[[0-9;]*m"
amount() { if [ "$1" -lt 104857600 ]; then echo "$(($1 / 1024)) KiB"; else echo "$(($1 / 1048576)) MiB"; fi; }
# tag KEY: how age names the recipient of an ssh key: four bytes of its hash, in base64 without padding
tag() {
  hash=$(printf "%s" "$1" | base64 -d | sha256sum | cut -c 1-8)
  hash=$((0x$hash))
  for bits in $((hash >> 26)) $(((hash >> 20) & 63)) $(((hash >> 14) & 63)) $(((hash >> 8) & 63)) $(((hash >> 2) & 63)) $(((hash & 3) << 4)); do
    printf "%s" ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/ | cut -c "$((bits + 1))"
  done | tr -d "\n"
}
# header FILE: the lines of an age file that name its recipients
header() {
  if head -c 11 "$1" | grep -q "^-----BEGIN"; then
    sed "1d;/^-----END/d" "$1" | base64 -d 2>/dev/null
  else
    cat "$1"
  fi | head -c 65536 | LC_ALL=C sed -n "/^-> /p;/^---/q"
}
# judged: the secrets of the host, each behind "lost" where it is no recipient, or "odd" where its recipients can't be read. One that is no
# ssh key may be its own, where it has such a key.
judged() {
  tags=$(values recipient | while read -r type key; do echo "-> $type $(tag "$key") "; done)
  printf "%s\n" "$secrets" | while read -r secret file; do
    if [ ! -r "$file" ]; then file=$flake_dir/${file#/nix/store/*/}; fi
    if named=$(header "$file" 2>/dev/null) && [ -n "$named" ]; then :; else
      printf "%s\n" "odd $secret"
      continue
    fi
    # age adds a recipient that is none, so that nobody relies on what they are.
    if [ -n "$(values identity)" ] && printf "%s\n" "$named" | grep -q -v -e "^-> ssh-" -e "^-> [^ ]*-grease"; then continue; fi
    if [ -n "$tags" ] && printf "%s\n" "$named" | sed "s/\$/ /" | grep -q -F -e "$tags"; then continue; fi
    printf "%s\n" "lost $secret"
  done
}
# of NAME: what is behind that name in $judgement, on a line
of() { printf "%s\n" "$judgement" | sed -n "s/^$1 //p" | tr "\n" " " | sed "s/ \$//"; }
say_secrets() {
  if [ -z "$secrets" ]; then return; fi
  if [ -n "$odd_identities" ]; then
    blind="whether it decrypts its secrets with $(printf "%s" "$odd_identities" | tr "\n" " ")"
  elif [ -z "$(values identity)$(values recipient)" ]; then
    echo "  secrets can't be decrypted there, as it has none of these keys: ${identities% }"
  else
    judgement=$(judged)
    if [ -n "$(of lost)" ]; then echo "  secrets that are not encrypted to a key of this host: $(of lost)"; fi
    if [ -n "$(of odd)" ]; then blind="for whom these secrets are encrypted: $(of odd)"; fi
  fi
}
# size_of LINE: the first or the second of two, in bytes
size_of() { number 15 "$(values size | sed -n "$1p")"; }
show_preview() {
  echo "$target, against what it runs now:"
  if [ "$(heard same)" = yes ]; then echo "  it runs this system already"; fi
  values package | grep . | sed "s/->/$arrow/g;s/^/  /" || :
  before=$(size_of 1)
  after=$(size_of 2)
  if [ -n "$before" ] && [ -n "$after" ]; then echo "  size: $(amount "$before") now, $(amount "$after") then"; fi
  values unit | grep . | sed "s/^/  /" || :
  if [ -n "$(heard reboot)" ]; then echo "  reboot needed: $(changes reboot)"; fi
  blind=
  say_secrets
  { values unseen && printf "%s\n" "$blind"; } | grep . | uniq | sed "s/^/  could not be found out: /" || :
}
step "what will change on $target"
shown=
known=$answer
if answer=$(preview); then :; else
  state="what will change on $target could not be found out; nothing was changed on it (status 1)"
  exit 1
fi
if [ -n "${lane-}" ] && [ -e "$lane/ask" ]; then
  show_preview >"$lane/preview.new"
  await_agreed
else
  # Who is asked must have seen it.
  if [ -n "$asks" ] && [ ! -t 1 ]; then show_preview >/dev/tty; fi
  show_preview
  if [ -z "$asks" ] || agreed "Go on with $target?"; then :; else
    state="not agreed to; nothing was changed on $target (status 1)"
    exit 1
  fi
fi
# Who was to see what will change, and is asked nothing, has agreed to none of what could not be shown.
if [ -z "$asks" ] && [ -n "$(values unseen)$blind" ]; then
  state="not all of what will change on $target could be found out; nothing was changed on it (status 1)$instead"
  exit 1
fi
# A person takes their time, and a link may have gone meanwhile.
if [ -n "$asks" ]; then
  if still_there; then :; else
    state="$target can't be reached any more; nothing was changed on it (status 1)"
    exit 1
  fi
fi
shown=" $(heard shown | tr -cd "A-Za-z0-9 +._?=/-")"
answer=$known
