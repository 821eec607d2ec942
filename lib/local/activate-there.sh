step "$action on $target"
lost="the connection to $target was lost in the middle: what was started there goes on by itself. Look: $shell $where readlink /run/current-system; then type the same line again"
state=$lost
touched=yes
case $action in
  switch | test) recorded "$(heard runs)" "$runs" ;;
esac
if answer=$(activate </dev/null); then ended=0; else ended=$?; fi
if [ -n "$(heard refused)" ]; then touched=; fi
refused "$ended"
if [ "$(heard inhibited)" = yes ] && [ -n "$reboots" ]; then
  step "it can't be switched to while the host runs, so it is made what boots"
  action=boot
  shown=
  if answer=$(activate </dev/null); then ended=0; else ended=$?; fi
fi
case $action-$(heard runs) in
  dry-activate-* | *-) ;;
  *) recorded "$(heard runs)" ;;
esac
# Any other status is the activation's own.
case $ended$(heard inhibited) in
  0) state="$(standing)$(owed)" ;;
  4) state="activated, but some units failed: $(heard units) (status 4); $(standing)$(owed). Look: $shell $where systemctl --failed" ;;
  255) state=$lost ;;
  *yes) state="it can't be switched to while the host runs (status $ended); $(standing). Type the same line with --boot, or --boot --reboot" ;;
  *) state="the activation failed (status $ended); $(standing). Look at what it said; then type the same line again" ;;
esac
if [ "$ended" -gt 0 ]; then exit "$ended"; fi
step "$state"
state=
afterwards
