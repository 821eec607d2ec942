# What was built for this host. Where it is there already, nothing is left to do but a reboot that was asked for.
if system=$(readlink "$lane/system"); then :; else
  state="$host was not built; nothing was changed on $target (status 1)"
  exit 1
fi
current=yes
if [ -n "$(heard failed)" ]; then current=; fi
for place in $already; do
  if [ "$(heard "$place")" != "$system" ]; then current=; fi
done
if [ -n "$current" ]; then
  step "already so: $(standing)$(owed)"
  state=
  if [ "$reboots" = always ] || [ -n "$reboots$(heard reboot)" ]; then afterwards; fi
  exit 0
fi
