# Before root is needed: is it there to go back to?
if answer=$(ask); then :; else
  ended=$?
  refused "$ended"
  exit "$ended"
fi
