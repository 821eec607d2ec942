step "$action on $target"
state="the connection to $target was lost in the middle: what was started there goes on by itself. Look: $look; then type the same line again"
if activate </dev/null; then
  state=
else
  ended=$?
  # Any other status is the activation's own, and the target has said what it means.
  if [ "$ended" -ne 255 ]; then state=; fi
  exit "$ended"
fi
