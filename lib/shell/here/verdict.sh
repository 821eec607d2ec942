# How a guarded deployment ended, by what the target says.

# finish STATUS WORDS...: the last line. Sets: armed, last_words, held, status. Ends: where the status is not 0.
finish() {
  local ended
  ended=$1
  shift
  armed=
  last_words=
  step "$*"
  if [ "$ended" -gt 0 ]; then exit "$ended"; fi
  held=yes
}

# take_verdict: ends with what $facts say, if that settles it. Sets: runs_now, boots_now, units.
# Ends: where it does not hold.
take_verdict() {
  see_trial
  see_reboot
  runs_now=$(fact runs)
  boots_now=$(fact boots)
  units=$(fact units)
  case $(fact stands) in
    kept | committed | uncommitted) take_confirmed ;;
    rolled-back) take_rolled_back ;;
    not-rolled-back) finish 15 "not confirmed, and rolling back failed: $(standing) (status 15). A reboot brings what it boots: $type_shell $where reboot" ;;
    superseded) finish 13 "not confirmed, and $(what_superseded) (status 13). $look_there" ;;
    not-activated)
      if [ "$runs_now" = "$prev" ]; then record "$runs_now"; fi
      finish 13 "$(what_unactivated) (status 13). Type the same line again"
      ;;
    lost) take_lost ;;
  esac
}

# see_reboot: whether the target reboots, as a last resort. That may take longer than an activation, and its boot menu is
# not being written then. Sets: resort, patience, menu.
see_reboot() {
  if [ -z "$(fact rebooting)" ] || [ -n "$resort" ]; then return 0; fi
  resort=$(fact why)
  if [ -z "$(fact status)" ]; then resort="the activation did not end in time"; fi
  patience=$limit
  menu=
  step "rebooting into the old system, as $prev can't be made to run otherwise; $target is waited for, at most $limit s"
}

# take_confirmed. Ends: where it could not be made to last.
take_confirmed() {
  # Another system than this one was not confirmed by this deployment, whatever is said of it.
  if [ "$runs_now" != "$system" ] || { [ "$(fact stands)" = committed ] && [ "$boots_now" != "$system" ]; }; then
    finish 15 "$target says that it is confirmed, but that is not $system: $(standing) (status 15). $look_there"
  fi
  record "$runs_now"
  if [ -n "$units" ]; then step "warning: units failed: $units"; fi
  case $(fact stands) in
    committed) finish 0 "deployed and confirmed: $(standing)$(owed)" ;;
    uncommitted)
      said_lately 5
      finish 14 "confirmed, but not committed: $(standing)$(if [ "$boots_now" != "$runs_now" ]; then echo ", so a reboot undoes it"; fi) (status 14). Look at what it said; where a disk is full (/, /boot), make room; then type the same line again"
      ;;
    *) finish 0 "confirmed until the next boot: $(standing)" ;;
  esac
}

# take_rolled_back. Ends: always.
take_rolled_back() {
  local why
  # The host has seen the old system run. Someone else may have deployed since.
  if [ "$runs_now" = "$prev" ]; then record "$runs_now"; fi
  why=$(fact why)
  if [ "$(fact inhibited)" = yes ]; then
    finish 12 "rolled back, as it can't be switched to while the host runs: $(brought_back) (status 12). Type: $type_deploy $host $where --boot --reboot"
  fi
  case $why in
    *asked* | *interrupted*) finish 10 "rolled back, as $why: $(brought_back) (status 10)" ;;
    *units* | *activation*) finish 12 "rolled back, as $why${units:+ ($units)}: $(brought_back) (status 12)" ;;
  esac
  if [ "$(fact started)" = yes ] && [ -z "$(fact status)" ]; then
    finish 12 "the activation did not end within $activation_timeout s (--activation-timeout), and is rolled back: $(brought_back) (status 12)"
  fi
  case $why in "" | "not confirmed in time") why="not confirmed within $seconds s (--confirm-timeout)" ;; esac
  finish 10 "rolled back, as ${failing:-it was $why}: $(brought_back) (status 10)"
}

# brought_back: how it stands, and what of it does not run any more.
brought_back() {
  standing
  if [ -n "$(fact stopped)" ]; then printf "%s" "; what ran before and could not be started again: $(short "$(fact stopped)")"; fi
}

# what_superseded: why it is not rolled back.
what_superseded() { echo "not rolled back, as another program has switched $target meanwhile: $(standing)"; }

# what_unactivated: why nothing was.
what_unactivated() { echo "nothing was activated, as $(fact why): $(standing)"; }

# in_the_commit: when the machine was booted again.
in_the_commit() { echo "the machine was booted again in the middle of the commit"; }

# not_bootable: that it may not boot.
not_bootable() { echo "its boot menu could not be written, and it is not certain that it boots. Make room there (/, /boot), then: $type_reboot"; }

# as_before: whether it runs what it ran or booted before.
as_before() { [ "$(fact runs)" = "$prev" ] || [ "$(fact runs)" = "$boots_before" ]; }

# mended: has what a power cut has left there put right; 1 where it does not answer. Sets: facts, was_cut.
mended() {
  was_cut=$(fact cut)
  if [ -z "$was_cut$menu" ]; then return 0; fi
  facts=$(heard 60 there_anew recover_it </dev/null 2>"$tmp/said") && [ -n "$(fact runs)" ]
}

# take_lost: it was booted again since: what was not committed is gone, and a commit that was cut in two is undone. Sets: runs_now, boots_now.
# Ends: unless the new system is what runs and boots.
take_lost() {
  local why
  mended || return 0
  runs_now=$(fact runs)
  boots_now=$(fact boots)
  if [ "$(fact unmended)" = yes ]; then
    said_lately 5
    finish 15 "not confirmed, and the machine was booted again: $(standing) (status 15); $(not_bootable)"
  fi
  if [ -n "$resort" ] && [ "$runs_now" = "$prev" ]; then
    case $resort in
      *asked* | *interrupted* | "not confirmed"*) finish 10 "rolled back by a reboot, as ${failing:-it was $resort}, and the old system could not be made to run otherwise: $(standing) (status 10)" ;;
      *) finish 12 "rolled back by a reboot, as $resort, and the old system could not be made to run otherwise: $(standing) (status 12)" ;;
    esac
  fi
  if as_before; then
    if [ "$was_cut" = commit ]; then why="$(in_the_commit); its boot menu was written anew"; else why=$(why_lost); fi
    finish 10 "rolled back, as $why: $(standing) (status 10)"
  fi
  if [ "$runs_now" = "$system" ] && [ "$boots_now" = "$system" ]; then
    record "$runs_now"
    finish 0 "deployed and confirmed: $(standing)$(if [ "$was_cut" = commit ]; then echo "; $(in_the_commit), and its boot menu was written anew"; fi)"
    return 0
  fi
  finish 15 "nothing is known there of this deployment any more: $(standing) (status 15). $look_there"
}
