# A shell that redirects to it has made it, without anything in it.
if [ -n "$file" ] && [ -s "$file" ]; then there=yes; else there=; fi
printf "%s\n" "$text"
answer=
if [ -z "$file" ]; then
  step "shown only: the flake is no directory here"
elif [ -n "$there" ]; then
  step "shown only: $file is there already. Try: move it away"
  exit 1
elif [ "$consent" = yes ]; then
  answer=y
elif [ -t 1 ] && (: </dev/tty) 2>/dev/null; then
  printf "Write this to %s? [y/N] " "$file" >/dev/tty
  IFS= read -r answer </dev/tty || answer=
  case $answer in [yY] | [yY][eE][sS]) ;; *) step "nothing was written" ;; esac
else
  step "shown only. Try: --yes, or redirect it to $file"
fi
case $answer in
  [yY] | [yY][eE][sS])
    printf "%s\n" "$text" >"$file"
    step "written to $file"
    ;;
esac
