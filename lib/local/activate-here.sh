# What activate-there.sh does on a target.
step "$action"
state="what was begun goes on by itself. Look: readlink /run/current-system /nix/var/nix/profiles/system"
touched=yes
if answer=$(activate); then ended=0; else ended=$?; fi
if [ -n "$(heard refused)" ]; then touched=; fi
refused "$ended"
if [ -n "$(heard runs)" ]; then
  state="$(standing)$(owed)"
  case $ended in
    0) ;;
    4) state="activated, but some units failed: $(heard units) (status 4); $state. Look: systemctl --failed" ;;
    *) state="the activation failed (status $ended); $state. Look at what it said; then type the same line again" ;;
  esac
fi
if [ "$ended" -gt 0 ]; then exit "$ended"; fi
step "$state"
state=
