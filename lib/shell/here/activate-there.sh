step "$action on $target"
lost="the connection to $target was lost in the middle: what was started there goes on by itself. Look: $shell $where readlink /run/current-system; then type the same line again"
state=$lost
touched=yes
prev=$(heard runs)
case $action in
  switch | test) recorded "$prev" "$runs" ;;
esac
if answer=$(activate </dev/null); then ended=0; else ended=$?; fi
activated "$ended"
if [ "$(heard inhibited)" = yes ] && [ -n "$reboots" ]; then
  step "it can't be switched to while the host runs, so it is made what boots"
  action=boot
  shown=
  if answer=$(activate </dev/null); then ended=0; else ended=$?; fi
  activated "$ended"
fi
case $action-$(heard runs) in
  dry-activate-* | *-) ;;
  *) recorded "$(heard runs)" ;;
esac
# Without facts it is ssh's status; any other is the activation's own.
case $ended-$(heard inhibited)-$(heard runs) in
  *-)
    how="the connection was lost in the middle"
    state=$lost
    if [ "$ended" -eq 0 ]; then ended=1; fi
    ;;
  0-*) state="$(standing)$(owed)" ;;
  4-*) state="$how (status 4); $(standing)$(owed). Look: $shell $where systemctl --failed" ;;
  *-yes-*) state="it can't be switched to while the host runs (status $ended); $(standing). Type the same line with --boot, or --boot --reboot" ;;
  *) state="$how (status $ended); $(standing). Look at what it said; then type the same line again" ;;
esac
case $action$(heard inhibited) in
  switch | test) still_in ;;
esac
if [ "$ended" -gt 0 ]; then exit "$ended"; fi
step "$state"
state=
afterwards
