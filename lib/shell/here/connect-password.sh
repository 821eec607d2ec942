# ssh goes as a user who becomes root there by sudo and a password, which is asked for here, once.

# there NAME WORD...: calls that function on the target, as root, over the one connection of this run. What it reads follows the password.
there() { with_secret | reach "$target" -- "$become$(far "$@")"; }

# there_anew NAME WORD...: the same over a new connection, which asks nobody anything.
there_anew() { with_secret | fresh "$target" -- "$become$(far "$@")"; }

# there_again NAME WORD...: the same by a login like the first one, which may be asked something at a terminal.
there_again() { with_secret </dev/null | log_in_anew "$target" -- "$become$(far "$@")"; }

# with_secret: the password, where it ends, and stdin. sudo takes it off stdin, a byte at a time and only where it needs it; what is left of it
# is skipped there.
with_secret() {
  say_secret
  printf "%s\n" "$secret_end" 2>/dev/null || :
  cat
}

# say_secret: by a builtin of the shell, so that the password is in no process's arguments.
say_secret() { if [ -n "$secret" ]; then printf "%s\n" "$secret" 2>/dev/null || :; fi; }

# connect: asks for the password, and finds out whether the login becomes root there by it, before anything is built, sent or changed.
# Sets: facts, secret. Ends: where it does not.
connect() {
  ask_secret
  open_connection
  step "become root on $target by sudo"
  if facts=$(say_secret | heard 60 reach "$target" -- "$(far becomes_root sudo secret)"); then
    if [ "$(fact password)" = unneeded ]; then secret=; fi
  else
    not_answered "$?"
  fi
}

# ask_secret: the password, in a variable of this shell alone, which no program gets to see, and never in a trace of it. Sets: secret, terminal.
# Ends: where none is typed, or nobody is there.
ask_secret() {
  set +a +x
  unset secret
  secret=
  require_terminal_for_secret
  terminal=$(stty -g </dev/tty)
  # Whatever ends the script meanwhile, the terminal shows again what is typed.
  at_end show_typing
  stty -echo </dev/tty
  printf "%s" "[$verb] password of $target for sudo: " >/dev/tty
  IFS= read -r secret </dev/tty || :
  show_typing
  if [ -z "$secret" ]; then
    step "no password was typed; nothing was done"
    exit 1
  fi
}

# show_typing: once. Sets: terminal.
show_typing() {
  if [ -z "$terminal" ]; then return 0; fi
  stty "$terminal" </dev/tty
  terminal=
  echo >/dev/tty
}
