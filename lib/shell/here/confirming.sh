# Confirms what was armed there, over new connections, until it stands or has gone back; and asks to go back if the script ends before.
# What it is armed with follows: a unit that waits for its deadline, or the unit of a trial boot.
id=${tmp##*.}
failing=
checking=
# Whether a confirmation is under way that nobody has answered yet.
asked=
way=reach
# Whether its boot menu may be in the middle of being written: a power cut then leaves it in two halves.
menu=
# How long it is waited for a host that does not answer, behind the deadline.
patience=60
armed=
cause=interrupted
prev=$(heard runs)
left() {
  clock
  echo "$((deadline > now ? deadline - now : 0))"
}
# within SECONDS COMMAND...: what takes longer is ended. A login that hangs looks alive to ssh. For subshells, whose traps are their own:
# a job behind & does not hear ^C. Only a function that is ssh itself (by exec, in no pipeline) can be ended so.
within() {
  if [ "$way$fed" != fresh ]; then
    shift
    "$@" </dev/null
    return
  fi
  clock
  end=$((now + $1))
  shift
  "$@" </dev/null &
  job=$!
  trap 'kill "$job" 2>/dev/null; exit 130' HUP INT TERM
  while kill -0 "$job" 2>/dev/null; do
    clock
    if [ "$now" -gt "$end" ]; then kill "$job" 2>/dev/null || :; fi
    sleep 0.05
  done
  wait "$job"
}
look_there="Look: $deploy --status $host $where"
# finish STATUS WORDS: the last line, and the end
finish() {
  ended=$1
  shift
  armed=
  state=
  step "$*"
  if [ "$ended" -eq 0 ]; then afterwards; fi
  exit "$ended"
}
# Ends with what $answer says, if that settles it.
settle() {
  said_left
  runs=$(heard runs)
  boots=$(heard boots)
  units=$(heard units)
  case $(heard stands) in
    kept | committed | uncommitted) settle_confirmed ;;
    rolled-back) settle_back ;;
    not-rolled-back) finish 15 "not confirmed, and rolling back failed: $(standing) (status 15). A reboot brings what it boots: $shell $where reboot" ;;
    superseded) finish 13 "not confirmed, and $(said_superseded) (status 13). $look_there" ;;
    not-activated)
      if [ "$runs" = "$prev" ]; then recorded "$runs"; fi
      finish 13 "$(said_unactivated) (status 13). Type the same line again"
      ;;
    lost) settle_lost ;;
  esac
}
said_superseded() { echo "not rolled back, as another program has switched $target meanwhile: $(standing)"; }
said_unactivated() { echo "nothing was activated, as $(heard why): $(standing)"; }
settle_confirmed() {
  recorded "$runs"
  if [ -n "$units" ]; then step "warning: units failed: $units"; fi
  case $(heard stands) in
    committed) finish 0 "deployed and confirmed: $(standing)$(owed)" ;;
    uncommitted)
      tail -n 5 "$tmp/said" >&2
      finish 14 "confirmed, but not committed: $(standing), so a reboot undoes it (status 14). Make room there (/, /boot), then type the same line again"
      ;;
    *) finish 0 "confirmed until the next boot: $(standing)" ;;
  esac
}
settle_back() {
  # The host has seen the old system run. Someone else may have deployed since.
  if [ "$runs" = "$prev" ]; then recorded "$runs"; fi
  why=$(heard why)
  if [ "$(heard inhibited)" = yes ]; then
    finish 12 "rolled back, as it can't be switched to while the host runs: $(standing) (status 12). Type: $deploy $host $where --boot --reboot"
  fi
  case $why in
    *asked* | *interrupted*) finish 10 "rolled back, as $why: $(standing) (status 10)" ;;
    *units* | *activation*) finish 12 "rolled back, as $why${units:+ ($units)}: $(standing) (status 12)" ;;
  esac
  if [ "$(heard started)" = yes ] && [ -z "$(heard status)" ]; then
    finish 12 "the activation did not end in time and is rolled back: $(standing) (status 12)"
  fi
  finish 10 "rolled back, as ${failing:-it was ${why:-not confirmed in time}}: $(standing) (status 10)"
}
# Has what a power cut has left there put right, and says in $cut what that was; 1 where it does not answer.
mended() {
  cut=$(heard cut)
  if [ -z "$cut$menu" ]; then return 0; fi
  answer=$(within 60 recover 2>"$tmp/said") && [ -n "$(heard runs)" ]
}
in_the_commit="the machine was booted again in the middle of the commit"
not_bootable="its boot menu could not be written, and it is not certain that it boots. Make room there (/, /boot), then: $reboot"
# It was booted again since: what was not committed is gone, and a commit that was cut in two is undone.
settle_lost() {
  mended || return 0
  runs=$(heard runs)
  boots=$(heard boots)
  if [ "$(heard unmended)" = yes ]; then
    tail -n 5 "$tmp/said" >&2
    finish 15 "not confirmed, and the machine was booted again: $(standing) (status 15); $not_bootable"
  fi
  if as_before; then
    if [ "$cut" = commit ]; then why="$in_the_commit; its boot menu was written anew"; else why=$(why_lost); fi
    finish 10 "rolled back, as $why: $(standing) (status 10)"
  fi
  if [ "$runs" = "$system" ] && [ "$boots" = "$system" ]; then
    recorded "$runs"
    finish 0 "deployed and confirmed: $(standing)$(if [ "$cut" = commit ]; then echo "; $in_the_commit, and its boot menu was written anew"; fi)"
  fi
  finish 15 "nothing is known there of this deployment any more: $(standing) (status 15). $look_there"
}
# Whether it runs what it ran or booted before.
as_before() { [ "$(heard runs)" = "$prev" ] || [ "$(heard runs)" = "$boots_before" ]; }
# Who ends the script in the middle wants what ran before, now. A machine that may have lost its power while its boot menu was written is
# waited for, as nobody else would mend that.
abandon() {
  end_check TERM || :
  if [ -z "$armed" ]; then return 0; fi
  trap "" PIPE
  step "$cause: $target is told to go back to $prev now; if it does not hear that, it does so in $(left) s"
  clock
  last_try=$now
  if [ -n "$menu" ]; then last_try=$((now + patience)); fi
  waited=
  until take_back; do
    state="$cause, and $target does not answer: it goes back to $prev by itself in $(left) s${asked:+, unless it has confirmed just now}. $look_there"
    clock
    if [ "$now" -ge "$last_try" ]; then return 0; fi
    if [ -z "$waited" ]; then step "$target does not answer, and is waited for, at most $((last_try - now)) s, as its boot menu may have to be mended; ^C ends that"; fi
    waited=yes
    sleep 1
  done
}
# One attempt to tell it to go back; 1 where it does not answer.
take_back() {
  for way in fresh reach; do
    answer=$(within 60 cancel 2>/dev/null) || :
    stood=$(heard stands)
    if [ -n "$stood" ]; then break; fi
  done
  if [ "$stood" = lost ]; then mended || stood=; fi
  if [ "$stood$(heard runs)$(heard boots)" = "lost$system$system" ]; then stood=committed; fi
  case $stood in
    "") return 1 ;;
    rolled-back) state="$cause, rolled back: $(standing)" ;;
    not-rolled-back) state="$cause, and rolling back failed: $(standing). A reboot brings what it boots: $shell $where reboot" ;;
    superseded) state="$cause, and $(said_superseded). $look_there" ;;
    not-activated) state="$cause; $(said_unactivated)" ;;
    lost) if as_before; then state="$cause, rolled back: $(standing)"; else state="$cause, and nothing is known there of this deployment any more: $(standing). $look_there"; fi ;;
    kept | committed | uncommitted) state="$cause when it was confirmed already: $(standing)" ;;
    going-back) state="$cause: $target $(said_going). $look_there" ;;
    committing | commit-cut) state="$cause when it was confirmed already: $target runs $(heard runs), and what it boots is not settled yet. $look_there" ;;
    *) state="$cause: $(standing). $look_there" ;;
  esac
  if [ "$(heard unmended)" = yes ]; then state="$state; $not_bootable"; fi
}
# A check has a process group of its own where there is setsid, so that it ends with all that it has started.
own_session=$(command -v setsid || :)
end_check() {
  if [ -n "$checking" ]; then kill -s "$1" -- "-$checking" 2>/dev/null || kill -s "$1" "$checking" 2>/dev/null; fi
}
# each_check COMMAND...: whether all succeed while there is time
each_check() {
  for check in "$@"; do
    # Into a file: what a check leaves running would hold our own output open.
    ${own_session:+"$own_session"} sh -c "$check" </dev/null >"$tmp/said" 2>&1 &
    checking=$!
    while kill -0 "$checking" 2>/dev/null && [ "$(left)" -gt 0 ]; do sleep 0.1; done
    if kill -0 "$checking" 2>/dev/null; then
      for signal in TERM KILL; do
        if end_check "$signal"; then sleep 0.2; fi
      done
    fi
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
say_failing() {
  if [ "$1" = "$told" ]; then return; fi
  told=$1
  if [ -z "$1" ]; then return; fi
  tail -n 3 "$tmp/said" >&2
  if [ "$(left)" -gt 0 ]; then step "not confirmed yet, $(left) s left: $1"; else step "$1"; fi
}
unanswered() {
  failing="$target does not answer over a new connection"
  return 1
}
# One attempt to confirm; 1 where it must be tried again. Two connections prove it, $pause seconds apart: some things (a network that is
# set up anew, a service that can't run) fail only a moment after the activation. The checks are between them.
try() {
  if [ -n "$pause$checks" ]; then
    answer=$(within 30 look 2>"$tmp/said") || unanswered || return 1
    settle
    if [ -n "$(heard waits)" ] || [ -z "$(heard status)" ]; then
      failing=$(heard waits)
      return 1
    fi
    clock
    proven=$now
    passes || return 1
    if [ -n "$checks" ]; then
      answer=$(within "$(($(left) + 5))" check 2>"$tmp/said") || unanswered || return 1
      # It has gone back meanwhile, for what failed before.
      if [ "$(heard over)" = yes ]; then return 1; fi
      failing=$(heard waits)
      if [ -n "$failing" ]; then return 1; fi
    fi
    while clock && [ "$((now - proven))" -le "${pause:--1}" ]; do sleep 0.2; done
  fi
  asked=yes
  menu=yes
  answer=$(within 30 confirm 2>"$tmp/said") || unanswered || return 1
  asked=
  settle
  failing=$(heard waits)
  return 1
}
# Behind the deadline only the host decides. What was cut short there, by a lack of memory say, is begun again.
await_end() {
  if answer=$(within 30 look 2>"$tmp/said"); then
    seen=$now
    asked=
    settle
    case $(heard stands) in
      open | starting | rebooting) if [ "$now" -gt "$((deadline + 30))" ]; then answer=$(within 60 cancel 2>"$tmp/said") || :; fi ;;
      commit-cut) answer=$(within 30 confirm 2>"$tmp/said") || : ;;
      back-cut) answer=$(within 60 cancel 2>"$tmp/said") || : ;;
    esac
    if [ "$now" -gt "$((deadline + 600))" ]; then
      if [ -n "$(heard held)" ]; then finish 15 "not confirmed, and not rolled back yet: $target $(said_going) (status 15). $look_there"; fi
      finish 15 "not confirmed, and rolling back does not end: $(standing) (status 15). A reboot brings what it boots: $shell $where reboot"
    fi
    say_failing "$target answers, and is not done yet: $(if [ -n "$(heard held)" ]; then said_going; else heard stands; fi)"
  elif [ "$now" -gt "$((seen + patience))" ]; then
    gone_back="by its own clock it rolls back to $prev, which can't be seen from here; a reboot brings $boots_before"
    if [ -n "$asked" ]; then gone_back="it was asked to confirm when the connection was lost, and has done so, or rolls back to $prev by its own clock"; fi
    finish 11 "$target does not answer: $gone_back (status 11). Look at its console; then: $deploy --status $host $where"
  else
    say_failing "$target does not answer"
  fi
}
# Arms it, or ends where it refuses.
arm_there() {
  armed=yes
  touched=yes
  if answer=$(arm </dev/null) && [ -n "$(heard prev)" ]; then
    :
  else
    ended=$?
    if [ "$ended" -ne 255 ]; then
      armed=
      if [ -n "$(heard refused)" ]; then touched=; fi
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
}
