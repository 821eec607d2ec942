# Arms the target, activates there, confirms over new connections. Until then nothing lasting has changed there, and it goes back by
# itself. $seconds counts from before the arming, so nobody here thinks that there is more time than there is.
id=${tmp##*.}
failing=
checking=
armed=
cause=interrupted
prev=$(heard runs)
clock() {
  if [ -r /proc/uptime ]; then read -r now _ </proc/uptime; else now=$(date +%s); fi
  now=${now%%.*}
}
left() {
  clock
  echo "$((deadline > now ? deadline - now : 0))"
}
look_there="Look: $deploy --status $host $where"
# finish STATUS WORDS: the last line, and the end
finish() {
  ended=$1
  shift
  armed=
  state=
  step "$*"
  exit "$ended"
}
# Ends with what $answer says, if that settles it.
settle() {
  runs=$(heard runs)
  boots=$(heard boots)
  units=$(heard units)
  case $(heard stands) in
    confirmed) settle_confirmed ;;
    back) settle_back ;;
    lost) settle_lost ;;
  esac
}
settle_confirmed() {
  recorded "$runs"
  if [ -n "$units" ]; then step "warning: units failed: $units"; fi
  case $(heard committed) in
    yes) finish 0 "deployed and confirmed: $(standing)" ;;
    no) finish 14 "confirmed, but not committed: $(standing), so a reboot undoes it (status 14). Make room there (/, /boot), then type the same line again" ;;
    *) finish 0 "confirmed until the next boot: $(standing)" ;;
  esac
}
settle_back() {
  if [ "$runs" != "$prev" ]; then
    finish 15 "not confirmed, and the way back failed: $(standing) (status 15). A reboot brings what it boots: $shell $where reboot"
  fi
  recorded "$runs"
  if [ "$(heard started)" = yes ] && [ -z "$(heard status)" ]; then
    finish 12 "the activation did not end in time and is rolled back: $(standing) (status 12)"
  fi
  case $(heard why) in
    *units* | *activation*) finish 12 "rolled back, as $(heard why)${units:+ ($units)}: $(standing) (status 12)" ;;
    *) finish 10 "rolled back, as ${failing:-$(heard why)}: $(standing) (status 10)" ;;
  esac
}
# It was booted again since: what was not committed is gone, and a commit that was cut in two is undone.
settle_lost() {
  if [ "$runs" = "$prev" ] && [ "$boots" = "$system" ] && [ "$boots_before" != "$system" ]; then
    answer=$(recover </dev/null) || return 0
  fi
  if [ "$runs" = "$prev" ]; then finish 10 "rolled back, as the machine was booted again: $(standing) (status 10)"; fi
  if [ "$runs" = "$system" ] && [ "$boots" = "$system" ]; then
    recorded "$runs"
    finish 0 "deployed and confirmed: $(standing)"
  fi
  finish 15 "nothing is known there of this deployment any more: $(standing) (status 15). $look_there"
}
# Who ends the script in the middle wants what ran before, now.
abandon() {
  if [ -n "$checking" ]; then kill "$checking" 2>/dev/null || :; fi
  if [ -z "$armed" ]; then return 0; fi
  trap "" PIPE
  step "$cause: $target is told to go back to $prev now; if it does not hear that, it does so in $(left) s"
  state="$cause, and $target does not answer: it goes back to $prev by itself in $(left) s. $look_there"
  for way in fresh reach; do
    answer=$(cancel </dev/null 2>/dev/null) || :
    if [ -n "$(heard stands)" ]; then
      case $(heard stands) in
        back | lost) state="$cause, rolled back: $(standing)" ;;
        confirmed) state="$cause when it was confirmed already: $(standing)" ;;
        *) state="$cause: $(standing). $look_there" ;;
      esac
      break
    fi
  done
}
# each_check COMMAND...: whether all succeed while there is time
each_check() {
  for check in "$@"; do
    sh -c "$check" </dev/null >&2 &
    checking=$!
    while kill -0 "$checking" 2>/dev/null && [ "$(left)" -gt 0 ]; do sleep 0.1; done
    for signal in TERM KILL; do
      if kill -s "$signal" "$checking" 2>/dev/null; then sleep 0.2; fi
    done
    checked=0
    wait "$checking" || checked=$?
    checking=
    if [ "$checked" -ne 0 ]; then
      failing="--check failed (status $checked): $check"
      return 1
    fi
  done
}
# Says why it is not confirmed, once for each reason.
told=
tell_failing() {
  if [ "$failing" = "$told" ]; then return; fi
  told=$failing
  if [ -z "$failing" ]; then return; fi
  tail -n 3 "$tmp/said" >&2
  step "not confirmed yet, $(left) s left: $failing"
}
unanswered() {
  failing="$target does not answer over a new connection"
  return 1
}
# One attempt to confirm; 1 where it must be tried again.
try() {
  if [ -n "$checks" ]; then
    answer=$(look </dev/null 2>"$tmp/said") || unanswered || return 1
    settle
    if [ -z "$(heard status)" ]; then return 1; fi
    passes || return 1
  fi
  answer=$(confirm </dev/null 2>"$tmp/said") || unanswered || return 1
  settle
  failing=$(heard waits)
  return 1
}

clock
deadline=$((now + seconds))
step "arm $target: unless confirmed within $seconds s it goes back to $prev"
armed=yes
if answer=$(arm </dev/null) && [ -n "$(heard prev)" ]; then
  :
else
  ended=$?
  if [ "$ended" -ne 255 ]; then
    armed=
    refused "$ended"
  fi
  # By a signal, or else it has failed before anything was changed.
  case $ended in 129 | 13? | 14?) ;; *) ended=1 ;; esac
  cause="the connection was lost while it was armed"
  state="it could not be armed; nothing was changed on $target (status 1)"
  exit "$ended"
fi
prev=$(heard prev)
boots_before=$(heard boots)
generation=$(heard generation | tr -cd "A-Za-z0-9-")
recorded "$prev" "$system"
step "activate on $target"
: >"$tmp/log"
way=reach
while :; do
  if [ "$(left)" -gt 0 ]; then
    begin "$(wc -c <"$tmp/log" | tr -d " ")" </dev/null 2>"$tmp/said" | tee -a "$tmp/log" >&2 || :
    way=fresh
    try || :
    tell_failing
  else
    clock
    if answer=$(look </dev/null 2>"$tmp/said"); then settle; fi
    if [ "$now" -gt "$((deadline + 60))" ]; then
      finish 11 "$target does not answer: by its own clock it has gone back to $prev a minute ago; a reboot brings $boots_before (status 11). Look at its console; then: $deploy --status $host $where"
    fi
  fi
  sleep 1
done
