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
  # A reboot is held like any change.
  due=
  if [ "$reboots" = always ] || [ -n "$(heard reboot)" ]; then due=$reboots; fi
  if [ -n "$due" ] && [ -e "$lane/ask" ]; then
    echo "$target runs it already, and is only rebooted" >"$lane/preview.new"
    await_agreed
  fi
  if [ -n "$reboots" ]; then afterwards; fi
  exit 0
fi
