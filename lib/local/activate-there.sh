step "$action on $target"
lost="the connection to $target was lost in the middle: what was started there goes on by itself. Look: $shell $where readlink /run/current-system; then type the same line again"
state=$lost
case $action in
  switch | test) recorded "$(heard runs)" "$system" ;;
esac
if answer=$(activate </dev/null); then ended=0; else ended=$?; fi
refused "$ended"
case $action-$(heard runs) in
  dry-activate-* | *-) ;;
  *) recorded "$(heard runs)" ;;
esac
# Any other status is the activation's own.
case $ended in
  0) state=$(standing) ;;
  4) state="activated, but some units failed: $(heard units) (status 4); $(standing). Look: $shell $where systemctl --failed" ;;
  255) state=$lost ;;
  *) state="the activation failed (status $ended); $(standing). Look at what it said; then type the same line again" ;;
esac
if [ "$ended" -gt 0 ]; then exit "$ended"; fi
step "$state"
