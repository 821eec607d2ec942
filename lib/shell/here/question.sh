# What was typed before a question could be read is no answer to it: taken off the terminal, a half line too.
forget_typed() {
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
# question TEXT: what a person says to it, in $reply; nothing at the end of the input
question() {
  forget_typed
  printf "%s" "$1" >/dev/tty
  IFS= read -r reply </dev/tty || reply=
}
# agreed TEXT: whether that is a yes
agreed() {
  question "$1 [y/N] "
  case $reply in
    [yY] | [yY][eE][sS]) ;;
    *) return 1 ;;
  esac
}
