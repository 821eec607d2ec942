# Before anything is built, sent or changed: does the login become root there?
step "become root on $target by $program"
if answer=$(prove_root </dev/null); then
  if [ "$(heard password)" = unneeded ]; then
    say_secret() { :; }
  fi
else
  ended=$?
  refused "$ended"
  state="$target can't be reached; nothing was changed on it (status 1)"
  exit 1
fi
