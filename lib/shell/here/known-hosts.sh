# What this machine knows of the target's key.

# own_known_hosts: the user's files of ssh that may have it, a line each. The first one is written to.
own_known_hosts() {
  {
    printf "%s\n" "$known_hosts"
    each_of "$known_also"
  } | grep . || :
}

# each_of FILES: a line each.
each_of() { printf "%s\n" "$1" | tr "|" "\n"; }

# known_keys FILE: the keys of this type that the file has for the target.
known_keys() { ssh-keygen -F "$known_as" -f "$1" 2>/dev/null | tr -d "\r" | grep -v "^[#@]" | sed -n "s/.* ssh-ed25519 \([^ ]*\).*/\1/p" || :; }

# own_keys: those of the user's files.
own_keys() {
  local file
  own_known_hosts | while IFS= read -r file; do known_keys "$file"; done
}

# former_keys: those of them that are not the one that is sent.
former_keys() { own_keys | grep -v -F -x "${expected##* }" | sort -u || :; }

# is_known_already: whether the one that is sent is one of them.
is_known_already() { own_keys | grep -F -x "${expected##* }" >/dev/null; }

# expect_key [REMEDY]: the key that is sent is known here before it is there: whatever ends this script in between, the target stays reachable.
# Not where ssh would insist on that key at once: there it goes by another one, which stays as it is. Sets: known_hosts, expected, added.
# Ends: where it can't become known here, and there is a REMEDY to type; and where it can't be seen what ssh would do.
expect_key() {
  local seen
  added=
  expected="$known_as ssh-ed25519 $(cut -d " " -f 2 "$keys/ssh_host_ed25519_key.pub")"
  if [ -z "$known_hosts" ]; then
    require_any_key "${1-}"
    return 0
  fi
  (umask 077 && mkdir -p "${known_hosts%/*}" && touch "$known_hosts") 2>/dev/null || :
  # A link, into dotfiles say, stays a link.
  if [ -e "$known_hosts" ]; then known_hosts=$(readlink -f "$known_hosts"); fi
  if is_known_already; then return 0; fi
  if [ ! -w "$known_hosts" ]; then
    if [ -z "${1-}" ]; then return 0; fi
    give_up 1 "$known_hosts can't be written, so ssh would not know the new key of $known_as; nothing was sent to $target or changed on it (status 1). Let it have the line: $expected. Or: $1"
  fi
  lines_for_key >"$stage/added"
  whole_lines "$known_hosts" "$stage/added" >"$stage/known"
  seen=$(key_now)
  case $seen in
    taken) ;;
    other) return 0 ;;
    *) give_up 1 "it can't be seen whether ssh would still know $known_as; nothing was sent to $target or changed on it (status 1)${seen:+: $seen}" ;;
  esac
  at_end forget_expected
  added=yes
  if printf "%s\n" "$(end_last_line "$known_hosts" && cat "$stage/added")" >>"$known_hosts"; then :; else
    give_up 1 "$known_hosts can't be written; nothing was sent to $target or changed on it (status 1)"
  fi
}

# require_any_key REMEDY. Sets: last_words. Ends: where ssh has no file of the user's for a new key, and knows the target by another file.
require_any_key() {
  local file
  if [ -z "$1" ] || [ "$takes_any_key" = yes ]; then return 0; fi
  file=$(each_of "$known_globally" | while IFS= read -r file; do if [ -n "$(known_keys "$file")" ]; then echo "$file"; fi; done | sed q)
  if [ -z "$file" ]; then return 0; fi
  give_up 1 "ssh knows $known_as by $file, and has no file of the user's for its new key (UserKnownHostsFile); nothing was sent to $target or changed on it (status 1). Let it have the line: $expected. Or: $1"
}

# lines_for_key: all lines that speak of the target's former keys, of the new one. Whatever names it has there, ssh knows it by them.
lines_for_key() {
  local former file
  former=$(former_keys)
  own_known_hosts | while IFS= read -r file; do
    if [ -r "$file" ]; then with_new_key "$former" only "$file" | grep -v -F -x -f "$known_hosts" || :; fi
  done >"$stage/lines"
  cat "$stage/lines"
  if [ -z "$(known_keys "$stage/lines")" ]; then own_line; fi
}

# own_line: the line for the target's name alone.
own_line() {
  printf "%s\n" "$expected" >"$stage/line"
  if [ "$hash_known_hosts" = yes ]; then ssh-keygen -q -H -f "$stage/line" >/dev/null 2>&1 || :; fi
  cat "$stage/line"
}

# end_last_line FILE: the line end that its last line may lack.
end_last_line() { if [ -n "$(tail -c 1 "$1")" ]; then echo; fi; }

# has_new_key FILE.
has_new_key() { known_keys "$1" | grep -F -x "${expected##* }" >/dev/null; }

# whole_lines FILE...: all of their lines.
whole_lines() {
  local file
  for file in "$@"; do cat "$file" && end_last_line "$file"; done
}

# with_new_key FORMER HOW FILE: its lines, with the new key in the place of those. HOW is "only" for nothing but the lines that have one. Else those
# that were added are left out; with "anew" also the target's keys of other types that stand under its name alone.
with_new_key() {
  awk -v former="$(printf "%s" "$1" | tr "\n" " ")" -v how="$2" -v key="${expected##* }" -v name="$known_as" -v added="${added:+$stage/added}" '
    BEGIN {
      count = split(former, old, " ")
      if (how != "only" && added != "") while ((getline line <added) > 0) drop[line] = 1
    }
    $0 in drop || (how == "anew" && $1 == name && $2 != "ssh-ed25519") { next }
    {
      line = $0
      found = 0
      # Lines that begin with @ (@revoked) speak of keys, not of this machine.
      if (line !~ /^[ \t]*[@#]/) for (i = 1; i <= count; i++) if (at = index(line, old[i])) {
        line = substr(line, 1, at - 1) key substr(line, at + length(old[i]))
        found = 1
      }
      if (how != "only" || found) print line
    }' "$3"
}

# key_now: "taken" where ssh takes the key that the target presents just now, if its file has what is in $stage/known; "other" where it does not;
# else what ssh has said. It says what it makes of a key before anybody logs in.
key_now() {
  local said also
  also=$(each_of "$known_also" | sed -n "s/..*/ \"&\"/p" | tr -d "\n")
  for _ in 1 2; do
    if said=$(heard 30 knock_as_user "$also" </dev/null 2>&1 >/dev/null); then said="Permission denied"; fi
    # A host that leads there says the same, and then ssh says more.
    said=$(printf "%s\n" "$said" | grep . | tail -n 1 | cut -c 1-200)
    case $said in
      *"Permission denied"*) echo taken && return ;;
      *"ost key verification failed"*) echo other && return ;;
    esac
  done
  echo "$said"
}

# knock_as_user ALSO: tries the target's key with the files that the user has for it, and logs nobody in.
knock_as_user() {
  set -- "\"$stage/known\"$1"
  (calling && eval "exec ssh -o \"UserKnownHostsFile=\$1\" $judging_options $own_options \"\$target\" -- true")
}

# forget_expected: what was added for a key that did not go is taken out again.
forget_expected() { if [ -n "$added" ] && [ -z "$changed" ]; then rewrite_known_hosts "" before "$known_hosts"; fi; }

# rewrite_known_hosts FORMER HOW FILE: puts what with_new_key makes of it in its place, whole. HOW is "before" as well, where the new key is not to
# be known: else the user's first file knows it. Fails: where it can't.
rewrite_known_hosts() {
  local file new
  file=$(readlink -f "$3")
  new=$file.${tmp##*/}
  # Whoever takes the private directory away takes that, too.
  printf "%s\n" "$new" >"$stage/beside"
  if cp -p "$file" "$new" 2>/dev/null && with_new_key "$1" "$2" "$file" >"$new" &&
    { [ "$2" = before ] || [ "$3" != "$known_hosts" ] || has_new_key "$new" || own_line >>"$new"; }; then
    mv -f "$new" "$file"
  else
    rm -f "$new"
    return 1
  fi
}

# replace_key [anew]: the target's former key of this type gives way to the new one wherever it stands in the user's files, whatever names, hashes
# or comments are on those lines: one machine has one key, at every port. Its keys of other types stay, unless it was installed anew and they
# stand under its name alone.
replace_key() {
  local former file
  if [ -z "$known_hosts" ]; then return 0; fi
  former=$(former_keys)
  if [ -n "$former" ]; then step "the new key of $known_as takes the place of the former one in $known_hosts"; fi
  if [ -z "$former${1-}" ] && is_known_already; then return 0; fi
  own_known_hosts | while IFS= read -r file; do
    if [ ! -e "$file" ] || { [ "$file" != "$known_hosts" ] && [ -z "$(known_keys "$file")" ]; }; then continue; fi
    if rewrite_known_hosts "$former" "${1:-after}" "$file"; then continue; fi
    if is_known_already; then step "$file can't be written; the former key of $known_as stays known there"; else
      step "$file can't be written; the line for it: $expected"
    fi
  done
}

# say_key: the line for known_hosts, before it is true: whatever ends this script, it has been said. Sets: expected.
say_key() {
  expected="$known_as $(cut -d " " -f 1,2 "$keys/ssh_host_ed25519_key.pub")"
  step "for ${known_hosts:-known_hosts}, once the key is there: $expected"
}
