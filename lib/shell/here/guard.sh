# Arms the target, activates there, confirms over new connections. Until then nothing lasting has changed there, and it goes back by
# itself. $seconds counts from before the arming, so nobody here thinks that there is more time than there is.
said_left() { :; }
said_going() {
  held=$(heard held)
  if [ -n "$held" ]; then echo "rolls back to $prev as soon as it gets the lock of NixOS from $held, and runs $(heard runs) now"; else echo "rolls back to $prev now, and runs $(heard runs)"; fi
}
why_lost() { echo "the machine was booted again"; }
clock
deadline=$((now + seconds))
step "arm $target: unless confirmed within $seconds s it goes back to $prev"
arm_there
recorded "$prev" "$system"
step "activate on $target"
: >"$tmp/log"
seen=$deadline
while :; do
  if [ "$(left)" -gt 0 ]; then
    within "$(($(left) + 2))" begin "$(wc -c <"$tmp/log" | tr -d " ")" 2>"$tmp/said" | tee -a "$tmp/log" >&2 || :
    way=fresh
    try || :
    say_failing "$failing"
  else
    clock
    await_end
  fi
  sleep 1
done
