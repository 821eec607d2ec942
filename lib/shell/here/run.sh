# The beginning and the end of every script.

# step WORDS...: says what is done now, or how it ended. Sets: said.
step() { said="$*"; printf "%s\n" "$verb: $said" >&2 || :; }

# stop WORDS...: says why, and ends the script. Ends: always, with 1.
stop() { step "$@" && exit 1; }

# give_up STATUS WORDS: ends the script, and says that last. Sets: last_words. Ends: always, with that status.
give_up() { last_words=$2 && exit "$1"; }

# at_end FUNCTION: has it called when the script ends, however it ends; the last one that was added goes first. Sets: hooks.
at_end() { hooks="$1 $hooks"; }

# at_last FUNCTION: the same, behind all others. Sets: hooks.
at_last() { hooks="$hooks $1"; }

# begin: from here on one function ends the script, whatever ends it. Sets: said, hooks, last_words, facts, from, changed, tmp, left_open,
# status, ending.
begin() {
  said='' hooks='' last_words='' facts='' from='' changed='' tmp='' left_open='' status=0 ending=''
  at_end say_last_words
  trap 'status=$?; end_run' EXIT
  trap "exit 129" HUP; trap "exit 130" INT; trap "exit 131" QUIT; trap "exit 141" PIPE; trap "exit 143" TERM
}

# end_run: what was added by at_end. A further signal cuts neither that short nor what it calls: a host would be left half-way, and a file here.
# Sets: ending.
end_run() {
  local hook
  trap "" HUP INT QUIT PIPE TERM
  ending=yes
  for hook in $hooks; do "$hook" || :; done
}

# say_last_words: what is true of the target, and what to type, where the script ended before its end.
say_last_words() { if [ "$status" -gt 0 ] && [ -n "$last_words" ]; then step "$last_words"; fi; }

# clean_up: takes the private directories away.
clean_up() {
  # A connection that is left open needs its place.
  if [ -n "$left_open" ]; then find "$tmp" -mindepth 1 ! -name ssh -exec rm -rf {} +; elif [ -n "$tmp" ]; then rm -rf "$tmp"; fi || :
}
