# What activate-there.sh does on a target.
step "$action"
state="what was begun goes on by itself. Look: readlink /run/current-system /nix/var/nix/profiles/system"
touched=yes
if answer=$(activate); then ended=0; else ended=$?; fi
activated "$ended"
if [ -n "$(heard runs)" ]; then
  state="$(standing)$(owed)"
  case $ended in
    0) ;;
    4) state="$how (status 4); $state. Look: systemctl --failed" ;;
    *) state="$how (status $ended); $state. Look at what it said; then type the same line again" ;;
  esac
elif [ "$ended" -eq 0 ]; then
  ended=1
fi
if [ "$ended" -gt 0 ]; then exit "$ended"; fi
step "$state"
state=
