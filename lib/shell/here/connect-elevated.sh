# ssh goes as a user who becomes root there, without a password.

# there NAME WORD...: calls that function on the target, as root, over the one connection of this run.
there() { reach "$target" -- "$become$(far "$@")"; }

# as_me NAME WORD...: calls that function on the target, as the login itself.
as_me() { reach "$target" -- "$(far "$@")"; }

# there_anew NAME WORD...: the same over a new connection, which asks nobody anything.
there_anew() { fresh "$target" -- "$become$(far "$@")"; }

# there_again NAME WORD...: the same by a login like the first one, which may be asked something at a terminal.
there_again() { log_in_anew "$target" -- "$become$(far "$@")" </dev/null; }

# connect [PASSWORD [trusted]]: finds out whether the login becomes root there, before anything is built, sent or changed. PASSWORD is "later"
# where the program asks for one itself; with "trusted" nix there must take paths from the login. Sets: facts, nix_store.
# Ends: where it does not.
connect() {
  if [ "${1-}" = later ]; then require_terminal_for_secret; fi
  open_connection
  step "become root on $target by $elevate"
  if facts=$(heard 60 reach "$target" -- "$(far becomes_root "$elevate" "${1-none}" "${2-}")" </dev/null); then
    take_nix_store
  else
    not_answered "$?"
  fi
}
