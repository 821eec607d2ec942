# The password for sudo on the target: in a variable of this shell alone, which no program gets to see, and never in a trace of it.
set +a +x
unset secret
secret=
if (: </dev/tty) 2>/dev/null; then
  terminal=$(stty -g </dev/tty)
  # Whatever ends the script meanwhile, the terminal shows again what is typed.
  clean() {
    stty "$terminal" </dev/tty
    echo >/dev/tty
  }
  stty -echo </dev/tty
  printf "%s" "[$verb] password of $who for sudo: " >/dev/tty
  IFS= read -r secret </dev/tty || :
  clean
  clean() { :; }
  if [ -z "$secret" ]; then
    step "no password was typed; nothing was done"
    exit 1
  fi
else
  step "there is no terminal to ask for the password on; nothing was done. Let sudo need none there (NOPASSWD), and leave --ask-elevate-password out"
  exit 1
fi
# Both are builtins of the shell, so that the password is in no process's arguments.
say_secret() { printf "%s\n" "$secret" 2>/dev/null || :; }
# with_secret [COMMAND...]: what a command's stdin is there, behind sudo's
with_secret() {
  say_secret
  printf "%s\n" "$secret_end" 2>/dev/null || :
  "$@"
}
