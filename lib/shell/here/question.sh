# Questions to a person, on the terminal.

# require_terminal: who will be asked must be there: said before anything is done, not after the build. Sets: last_words.
# Ends: where nobody is.
require_terminal() {
  if (: </dev/tty) 2>/dev/null; then :; else
    step "there is no terminal for the question of --ask; nothing was done. Try: --yes"
    last_words=
    exit 1
  fi
}

# require_terminal_for_secret: the same for a password. Ends: where nobody is there.
require_terminal_for_secret() {
  if (: </dev/tty) 2>/dev/null; then :; else
    step "there is no terminal to ask for the password on; nothing was done. Let sudo need none there (NOPASSWD), and leave --ask-elevate-password out"
    exit 1
  fi
}

# forget_typed: what was typed before a question could be read is no answer to it: taken off the terminal, a half line too. Sets: interrupted.
# Ends: at a ^C.
forget_typed() {
  local terminal
  # A ^C counts, but not before the terminal is again as it was.
  interrupted=
  trap "interrupted=yes" INT
  terminal=$(stty -g </dev/tty)
  stty -icanon min 0 time 0 </dev/tty || :
  sed d </dev/tty || :
  stty "$terminal" </dev/tty
  trap "exit 130" INT
  if [ -n "$interrupted" ]; then exit 130; fi
}

# question TEXT: what a person says to it; nothing at the end of the input. Sets: reply.
question() {
  forget_typed
  printf "%s" "$1" >/dev/tty
  IFS= read -r reply </dev/tty || reply=
}

# agreed_to TEXT: whether that is a yes.
agreed_to() {
  question "$1 [y/N] "
  case $reply in
    [yY] | [yY][eE][sS]) ;;
    *) return 1 ;;
  esac
}

# ask_name NAME DANGER. Sets: last_words. Ends: unless that name is typed.
ask_name() {
  if (: </dev/tty) 2>/dev/null; then
    printf "%s\n" "$2" >/dev/tty
    question "Type $1 to go on: "
    if [ "$reply" = "$1" ]; then
      :
    else
      step "that is not $1; nothing was done"
      last_words=
      exit 1
    fi
  else
    step "$2, and there is no terminal to ask on; nothing was done. Try: --yes"
    last_words=
    exit 1
  fi
}
