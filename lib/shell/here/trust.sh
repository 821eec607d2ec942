# Which hey.toml the user trusts. lib/inventory/trust.ts reads what is noted here.

# sum_of: the SHA-256 of stdin in hex; nothing where no program here tells it.
sum_of() {
  {
    if command -v sha256sum >/dev/null 2>&1; then sha256sum
    elif command -v shasum >/dev/null 2>&1; then shasum -a 256
    else openssl dgst -sha256 -r; fi
  } | cut -d " " -f 1
}

# trust_note PATH: where it is noted that the file of that path is trusted.
trust_note() { printf "%s" "$notes/trusted/$(printf "%s" "$1" | sum_of)"; }

# keep_trust FILE SUM PATH: notes that the file, without links at PATH, is trusted as it is, if it has that sum. Sets: notes, by.
# Fails: where it hasn't, or this user has no directory for notes.
keep_trust() {
  local fresh note noted
  noted=
  fresh=
  find_notes
  note=$(trust_note "$3")
  if [ -n "$notes" ] && (umask 077 && mkdir -p "${note%/*}") && fresh=$(mktemp "$note.XXXXXX") &&
    printf "%s\n%s\n" "$3" "$2" >"$fresh" && cat "$1" >>"$fresh" &&
    [ "$(sed 1,2d "$fresh" | sum_of)" = "$2" ] && mv -f "$fresh" "$note"; then noted=yes; fi
  if [ -n "$fresh" ]; then rm -f "$fresh"; fi
  [ -n "$noted" ]
}

# offer_trust FILE SUM PATH CONSENT: shows what there is to trust, and notes that the file is trusted: with CONSENT "yes", or where a
# person agrees. Sets: notes, by. Ends: where nobody does, or the file has changed meanwhile, with 1.
offer_trust() {
  show_settings
  if [ "$4" = yes ]; then
    :
  elif [ -t 1 ] && (: </dev/tty) 2>/dev/null; then
    if agreed_to "Trust these settings?"; then :; else stop "it is not trusted"; fi
  else
    stop "it is not trusted: there is no terminal for the question. Try: --yes"
  fi
  if keep_trust "$@"; then :; else stop "$1 has changed meanwhile, or the note of it can't be written; it is not trusted"; fi
  step "trusted: $1, as it is now. Type the same line again after a change"
}

# forget_trust FILE PATH: takes that back. Sets: notes, by.
forget_trust() {
  find_notes
  if [ -n "$notes" ]; then rm -f "$(trust_note "$2")"; fi
  step "not trusted any more: $1"
}
