# Has the target boot the system once, confirms that over new connections, and only then makes it what boots. Until then the old one is
# what boots, and the target reboots by itself. $seconds counts there, in the boot that is tried; a reboot may take $limit seconds.
because=
# The target knows better, once it is up. It is believed no more time than it was given.
said_left() {
  clock
  rest=
  if [ "$(heard stands)" = open ]; then rest=$(heard_number left); fi
  if [ -n "$rest" ]; then deadline=$((now + rest)); fi
  if [ "$deadline" -gt "$latest" ]; then deadline=$latest; fi
  # What was seen in the trial says more than that it went away at the end.
  case $failing in
    "" | "$target does not answer"*) ;;
    *) because=$failing ;;
  esac
}
said_going() { echo "reboots now, and boots $prev"; }
why_lost() { echo "${because:-${failing:-it has not booted $system}}"; }
clock
latest=$((now + limit + seconds))
deadline=$latest
patience=$limit
menu=yes
step "boot $target for a trial: unless confirmed within $seconds s of that boot it reboots into what boots now"
arm_there
recorded "$(heard runs)" "$system"
step "$target reboots, and is waited for"
way=fresh
while :; do
  if [ "$(left)" -gt 0 ]; then
    try || :
    seen=$deadline
    say_failing "$failing"
  else
    clock
    await_end
  fi
  sleep 1
done
