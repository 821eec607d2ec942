# Who will be asked must be there: said before anything is done, not after the build.
if [ -z "${lane-}" ] || [ ! -e "$lane/ask" ]; then
  if (: </dev/tty) 2>/dev/null; then :; else
    step "there is no terminal for the question of --ask; nothing was done. Try: --yes"
    state=
    exit 1
  fi
fi
