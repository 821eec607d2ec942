# The guard: armed on the target, activated there, confirmed over new connections, and only then what boots. Until then nothing lasting has
# changed there, and the target goes back by itself.

# Why a target is told to go back.
interrupted_words="the deployment was interrupted"

# begin_guard: what a guarded deployment knows at its beginning. Sets: id, prev, meant, boots_before, resort, failing, asked, anew, menu, armed,
# checking, cause, held, told, look_there.
begin_guard() {
  id=${tmp##*.}
  prev=$(fact runs)
  meant=$(name_there)
  boots_before='' resort='' failing='' asked='' anew='' menu='' armed='' checking='' held='' told='' cause=interrupted
  look_there="Look: $type_deploy --status $host $where"
  at_end abandon
}

# arm_there: has the target go back by itself to what it runs now, unless an activation begins within $seconds s, and is confirmed within $seconds s
# of its end. Sets: deadline. Ends: where it refuses.
arm_there() {
  begin_guard
  clock
  deadline=$((now + seconds))
  step "arm $target: unless confirmed within $seconds s of the activation it goes back to $prev"
  arm arm_guard 120
  record "$prev" "$system"
}

# arm NAME SECONDS: by that function of the target, which may take so long. Sets: armed, changed, facts, prev, boots_before, cause, last_words.
# Ends: where it refuses.
arm() {
  local status
  armed=yes
  changed=yes
  if facts=$(heard "$2" there "$1" </dev/null) && [ -n "$(fact_path prev)" ]; then
    :
  else
    status=$?
    # The host alone knows that it is not armed. Without its word it may be, whatever has become of ssh here.
    if [ -n "$(fact refused)" ]; then
      armed=
      changed=
      stop_if_refused "$status"
    fi
    case $status in
      255) cause="the connection was lost while it was armed" ;;
      124) cause="it was not armed in time" ;;
      1[2-9]?) cause="ssh was ended by a signal while $target was armed" ;;
      *) cause="it could not be armed" ;;
    esac
    exit 1
  fi
  prev=$(fact_path prev)
  boots_before=$(fact boots)
}

# activate_and_confirm LASTS: activates $system there, and confirms it over new connections; where LASTS is "commit" it then becomes what boots.
# Until the end of the activation is known here it may have all the time that it is given. Returns where it holds. Sets: anew, seen, deadline.
# Ends: where it is rolled back, or that is not known.
activate_and_confirm() {
  local ended=""
  step "activate on $target"
  : >"$tmp/log"
  clock
  deadline=$((now + activation_timeout + seconds))
  seen=$deadline
  while [ -z "$held" ]; do
    if [ "$(left)" -gt 0 ]; then
      # Who reads it may have gone. The activation goes on.
      follow_activation | tee -a "$tmp/log" >&2 || :
      anew=yes
      if [ -z "$ended" ] && [ -e "$tmp/activated" ]; then
        ended=yes
        clock
        deadline=$((now + seconds))
        seen=$deadline
      fi
      try_to_confirm "$1" || :
      say_failing "$failing"
    else
      clock
      await_end "$1"
    fi
    if [ -z "$held" ]; then sleep 1; fi
  done
}

# follow_activation: begins it, unless it has begun, and shows what it says, until it ends.
follow_activation() {
  if followed "$(($(left) + 2))" call_there start_activation "$(wc -l <"$tmp/log" | tr -d " ")" </dev/null 2>"$tmp/said"; then : >"$tmp/activated"; fi
}

# call_there NAME WORD...: over the one connection first, then over new ones.
call_there() { if [ -n "$anew" ]; then there_anew "$@"; else there "$@"; fi; }

# left: the seconds until the deadline.
left() { clock && echo "$((deadline > now ? deadline - now : 0))"; }

# try_to_confirm LASTS: one attempt; 1 where it must be tried again. Two connections prove it, $settle seconds apart: some things (a network that
# is set up anew, a service that can't run) fail only a moment after the activation. The checks are between them. Sets: facts, failing, asked, menu.
try_to_confirm() {
  local proven was_asked="$asked"
  if [ -n "$settle$checks" ]; then
    facts=$(heard 30 there_anew look_at_it </dev/null 2>"$tmp/said") && ! leads_elsewhere || unanswered || return 1
    take_verdict
    if [ -n "$held" ]; then return 0; fi
    if [ -n "$(fact waits)" ] || [ -z "$(fact status)" ]; then
      failing=$(fact waits)
      return 1
    fi
    clock
    proven=$now
    if [ -n "$checks" ]; then
      run_checks || return 1
      # It has gone back meanwhile, for what failed before.
      if [ "$(fact over)" = yes ]; then return 1; fi
      failing=$(fact waits)
      if [ -n "$failing" ]; then return 1; fi
    fi
    while clock && [ "$((now - proven))" -le "${settle:--1}" ]; do sleep 0.2; done
  fi
  asked=yes
  menu=yes
  facts=$(heard 30 there_anew confirm_it "$1" </dev/null 2>"$tmp/said") && ! leads_elsewhere || not_asked "$was_asked" || unanswered || return 1
  asked=
  take_verdict
  if [ -n "$held" ]; then return 0; fi
  failing=$(fact waits)
  return 1
}

# leads_elsewhere: whether the target is another machine by now, by the name that it gives itself. A machine that knows nothing of this deployment
# says its name.
leads_elsewhere() { [ "$(fact stands)" = lost ] && [ -n "$meant" ] && [ -n "$(name_there)" ] && ! same_name "$meant" "$(name_there)"; }

# no_answer: what is known of a target that has not answered.
no_answer() {
  if leads_elsewhere; then echo "$target leads to another machine now, which calls itself $(name_there)"; else echo "$target does not answer"; fi
}

# not_asked BEFORE: a connection that did not come about has asked for nothing. BEFORE is what held before it. Sets: asked. Fails: always.
not_asked() {
  local words="^(ssh: connect to host|ssh: Could not resolve|kex_exchange_identification:) |during banner exchange"
  if leads_elsewhere || grep -q -E "$words" "$tmp/said"; then asked=$1; fi
  return 1
}

# unanswered: why it is not confirmed. Sets: failing.
unanswered() {
  failing=$(no_answer)
  if ! leads_elsewhere; then failing="$failing over a new connection"; fi
  return 1
}

# say_failing WHY: why it is not confirmed, once for each reason. Sets: told.
say_failing() {
  if [ "$1" = "$told" ]; then return 0; fi
  told=$1
  if [ -z "$1" ]; then return 0; fi
  said_lately 3
  if [ "$(left)" -gt 0 ]; then step "not confirmed yet, $(left) s left: $1"; else step "$1"; fi
}

# await_end LASTS: behind the deadline only the host decides. What was cut short there, by a lack of memory say, is begun again.
# Sets: facts, seen, asked. Ends: where it is known, or was waited for long enough.
await_end() {
  local gone_back
  if facts=$(heard 30 there_anew look_at_it </dev/null 2>"$tmp/said") && ! leads_elsewhere; then
    seen=$now
    asked=
    take_verdict
    if [ -n "$held" ]; then return 0; fi
    case $(fact stands) in
      open | starting | rebooting) if [ "$now" -gt "$((deadline + 30))" ]; then facts=$(heard 60 call_there cancel_it "$interrupted_words" </dev/null 2>"$tmp/said") || :; fi ;;
      commit-cut) facts=$(heard 30 there_anew confirm_it "$1" </dev/null 2>"$tmp/said") || : ;;
      back-cut) facts=$(heard 60 call_there cancel_it "$interrupted_words" </dev/null 2>"$tmp/said") || : ;;
    esac
    if [ "$now" -gt "$((deadline + 600))" ]; then
      if [ -n "$(fact held)" ]; then finish 15 "not confirmed, and not rolled back yet: $target $(what_goes_on) (status 15). $look_there"; fi
      finish 15 "not confirmed, and rolling back does not end: $(standing) (status 15). A reboot brings what it boots: $type_shell $where reboot"
    fi
    say_failing "$target answers, and is not done yet: $(if [ -n "$(fact held)" ]; then what_goes_on; else fact stands; fi)"
  elif [ "$now" -gt "$((seen + patience))" ]; then
    gone_back="by its own clock it rolls back to $prev, which can't be seen from here; a reboot brings $boots_before"
    if [ -n "$asked" ]; then gone_back="it was asked to confirm when the connection was lost, and has done so, or rolls back to $prev by its own clock"; fi
    finish 11 "$(no_answer): $gone_back (status 11). Look at its console; then: $type_deploy --status $host $where"
  else
    say_failing "$(no_answer)"
  fi
}

# abandon: who ends the script in the middle wants what ran before, now. A machine that may have lost its power while its boot menu was written is
# waited for, as nobody else would mend that. Sets: last_words.
abandon() {
  local last_try waited enough
  end_check TERM || :
  if [ -z "$armed" ]; then return 0; fi
  enough=
  step "$cause: $target is told to go back to $prev now; if it does not hear that, it does so within $(left) s"
  clock
  last_try=$now
  if [ -n "$menu" ]; then last_try=$((now + patience)); fi
  waited=
  until tell_to_go_back; do
    last_words="$cause, and $(no_answer): it goes back to $prev by itself within $(left) s${asked:+, unless it has confirmed just now}. $look_there"
    clock
    if [ "$now" -ge "$last_try" ] || [ -n "$enough" ]; then break; fi
    if [ -z "$waited" ]; then
      step "$target does not answer, and is waited for, at most $((last_try - now)) s, as its boot menu may have to be mended; ^C ends that"
      trap "enough=yes" HUP INT TERM
    fi
    waited=yes
    sleep 1
  done
  trap "" HUP INT TERM
}

# tell_to_go_back: one attempt; 1 where it does not answer. Sets: facts, last_words, anew.
tell_to_go_back() {
  local way stood
  for way in yes ""; do
    anew=$way
    facts=$(heard 60 call_there cancel_it "$interrupted_words" </dev/null 2>/dev/null) || :
    stood=$(fact stands)
    if leads_elsewhere; then stood=; fi
    if [ -n "$stood" ]; then break; fi
  done
  if [ "$stood" = lost ]; then mended || stood=; fi
  if [ "$stood$(fact runs)$(fact boots)" = "lost$system$system" ]; then stood=committed; fi
  case $stood in
    "") return 1 ;;
    rolled-back) last_words="$cause, rolled back: $(brought_back)" ;;
    not-rolled-back) last_words="$cause, and rolling back failed: $(standing). A reboot brings what it boots: $type_shell $where reboot" ;;
    superseded) last_words="$cause, and $(what_superseded). $look_there" ;;
    not-activated) last_words="$cause; $(what_unactivated)" ;;
    lost) if as_before; then last_words="$cause, rolled back: $(standing)"; else last_words="$cause, and nothing is known there of this deployment any more: $(standing). $look_there"; fi ;;
    kept | committed | uncommitted) last_words="$cause when it was confirmed already: $(standing)" ;;
    going-back) last_words="$cause: $target $(what_goes_on). $look_there" ;;
    committing | commit-cut) last_words="$cause when it was confirmed already: $target runs $(fact runs), and what it boots is not settled yet. $look_there" ;;
    *) last_words="$cause: $(standing). $look_there" ;;
  esac
  if [ "$(fact unmended)" = yes ]; then last_words="$last_words; $(not_bootable)"; fi
}
