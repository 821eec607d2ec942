# Before root is needed: is it there to go back to?
if answer=$(ask); then
  from=$(heard_number number)
else
  ended=$?
  refused "$ended"
  exit "$ended"
fi
