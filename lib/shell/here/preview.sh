# What will change on the target, against what it runs, shown before it does, and the question whether it may.

# amount BYTES: for a person.
amount() { if [ "$1" -lt 104857600 ]; then echo "$(($1 / 1024)) KiB"; else echo "$(($1 / 1048576)) MiB"; fi; }

# size_of LINE: the first or the second of two, in bytes.
size_of() { number 15 "$(all_of size | sed -n "$1p")"; }

# first_lines NUMBER: so many of stdin, as far as a person reads each, and that there are more.
first_lines() {
  local text lines
  text=$(cut -c 1-300)
  if [ -z "$text" ]; then return 0; fi
  lines=$(printf "%s\n" "$text" | wc -l)
  printf "%s\n" "$text" | head -n "$1"
  if [ "$lines" -gt "$1" ]; then echo "and $((lines - $1)) lines more"; fi
}

# show_preview: what will change, as $facts say.
show_preview() {
  local before after
  echo "$target, against what it runs now:"
  if [ "$(fact same)" = yes ]; then echo "  it runs this system already"; fi
  all_of package | grep . | first_lines 1000 | sed "s/->/$arrow/g;s/^/  /" || :
  before=$(size_of 1)
  after=$(size_of 2)
  if [ -n "$before" ] && [ -n "$after" ]; then echo "  size: $(amount "$before") now, $(amount "$after") then"; fi
  all_of unit | grep . | first_lines 300 | sed "s/^/  /" || :
  if [ -n "$(fact reboot)" ]; then echo "  reboot needed: $(changes reboot)"; fi
  show_judged
  say_secrets
  { all_of unseen && printf "%s\n" "$blind"; } | grep . | uniq | sed "s/^/  could not be found out: /" || :
}

# preview_there ACTION: asks the target what would change there by it. Sets: facts, known, agreed, blind, last_words. Ends: where it can't tell, or
# the new system refuses to be switched to.
preview_there() {
  step "what will change on $target"
  agreed=
  blind=
  known=$facts
  # shellcheck disable=SC2086
  if facts=$(heard 1800 there compare_systems "$to_activate" "$1" $identities </dev/null) && [ -n "$(fact shown)" ]; then :; else
    give_up 1 "what will change on $target could not be found out; nothing was changed on it (status 1)"
  fi
  if [ "$1" != dry-activate ] && [ -n "$(fact refusal)" ]; then
    show_preview
    give_up 1 "the new system refuses to be switched to: $(short "$(fact refusal)"); nothing was changed on $target (status 1)"
  fi
}

# ask_about_it: shows it, and asks. Who is asked must have seen it. Sets: last_words. Ends: unless the answer is yes.
ask_about_it() {
  if [ ! -t 1 ]; then show_preview >/dev/tty; fi
  show_preview
  if agreed_to "Go on with $target?"; then :; else
    give_up 1 "not agreed to; nothing was changed on $target (status 1)"
  fi
}

# require_all_shown [INSTEAD]: who was to see what will change, and is asked nothing, has agreed to none of what could not be shown.
# Sets: last_words. Ends: where something could not.
require_all_shown() {
  if [ -n "$(all_of unseen)$blind" ]; then
    give_up 1 "not all of what will change on $target could be found out; nothing was changed on it (status 1)${1-}"
  fi
}

# require_still_there: a person takes their time, and a link may have gone meanwhile. Sets: last_words. Ends: where it has.
require_still_there() {
  if heard 60 there true </dev/null; then :; else
    give_up 1 "$target can't be reached any more; nothing was changed on it (status 1)"
  fi
}

# go_on_as_shown: what was shown is what may be changed, whatever it was before. Sets: agreed, first_seen, facts.
go_on_as_shown() {
  first_seen=
  agreed=$(shown)
  facts=$known
}
