# ssh goes as root.

# there NAME WORD...: calls that function on the target, as root, over the one connection of this run.
there() { reach "$target" -- "$(far "$@")"; }

# as_me NAME WORD...: calls that function on the target, as the login itself.
as_me() { reach "$target" -- "$(far "$@")"; }

# there_anew NAME WORD...: the same over a new connection, which asks nobody anything.
there_anew() { fresh "$target" -- "$(far "$@")"; }

# there_again NAME WORD...: the same by a login like the first one, which may be asked something at a terminal.
there_again() { log_in_anew "$target" -- "$(far "$@")" </dev/null; }

# connect: prepares all for it. The first question opens the connection.
connect() { open_connection; }
