# Says for a person what is armed here, what was last, and what runs. Changes nothing.
say_facts() {
  for fact in by prev new verdict why status units committed; do
    if [ -L "$1/$fact" ]; then echo "  $fact $(readlink "$1/$fact")"; fi
  done
}
none=yes
for open in /run/hey/*; do
  if [ "$open" = /run/hey/last ]; then continue; fi
  ends=$(readlink "$open/deadline") || continue
  none=
  echo "armed: goes back in $((ends - $(seconds_up))) s unless confirmed"
  say_facts "$open"
done
if [ -n "$none" ]; then
  echo "nothing is armed"
  if [ -e /run/hey/lock ]; then flock -n /run/hey/lock true || echo "a deployment is under way: $(readlink /run/hey/holder)"; fi
  if [ -d /run/hey/last ]; then
    echo "the last guarded deployment since boot:"
    say_facts /run/hey/last
  fi
fi
tell
