# The activation, without a guard.

# activate_there ACTION [OR_BOOT]: activates $to_activate there: the system, or a specialisation of it. With OR_BOOT, where a reboot follows, one
# that can't be switched to while the host runs becomes what boots. Sets: last_words, changed, facts, agreed, first_seen, prev, how, why_not.
# Ends: where that failed, or this machine can't log in any more.
activate_there() {
  local action="$1" status="0" goes_on instead
  why_not=
  step "$action on $target"
  goes_on="what was started there goes on by itself. Look: $type_shell $where readlink /run/current-system; then type the same line again"
  last_words="interrupted: $goes_on"
  changed=yes
  prev=$(fact runs)
  case $action in switch | test) record "$prev" "$to_activate" ;; esac
  facts=$(heard "$lane_timeout" there activate_system "$action" "$to_activate" </dev/null) || status=$?
  take_activated "$status"
  if [ "$(fact inhibited)" = yes ] && [ -n "${2-}" ]; then
    step "it can't be switched to while the host runs, so it is made what boots"
    action=boot agreed='' first_seen='' status=0 changed=yes
    facts=$(heard "$lane_timeout" there activate_system "$action" "$to_activate" </dev/null) || status=$?
    take_activated "$status"
  fi
  case $action-$status-$(fact runs) in
    dry-activate-* | *-124-) ;;
    *-)
      status=0
      see_end "$action" || status=1
      ;;
  esac
  case $action-$(fact runs) in dry-activate-* | *-) ;; *) record "$(fact runs)" ;; esac
  # Without facts it is ssh's status; any other is the activation's own.
  case $status-$(fact inhibited)-$(fact runs) in
    *-)
      how="the connection was lost in the middle"
      last_words="the connection to $target was lost in the middle: $goes_on"
      if [ "$status" -eq 124 ]; then
        how="the activation has not ended in time"
        last_words="$target was given up on, as its activation has not ended within $lane_timeout s: $goes_on"
      fi
      status=1
      ;;
    0-*) last_words="$(standing)$(owed)" ;;
    4-*) last_words="$how (status 4); $(standing)$(owed). Look: $type_shell $where systemctl --failed" ;;
    *-yes-*)
      if [ "$(fact_number program) $(fact boots)" = "100 $system" ]; then
        last_words="it takes effect at the next boot, as its init is another one (status $status); $(standing). Then: $type_reboot"
      else
        case $action in test) instead="--boot in place of --test" ;; *) instead="--or-boot, or --boot --reboot" ;; esac
        last_words="it can't be switched to while the host runs (status $status); $(standing). Type the same line with $instead"
      fi
      ;;
    *) last_words="$how (status $status); $(standing)$(unmended_words). Look at what it said; then type the same line again" ;;
  esac
  case $action$(fact inhibited)$(fact untouched) in switch | test) still_in "$action" ;; esac
  if [ "$status" -gt 0 ]; then exit "$status"; fi
  step "$last_words"
  last_words=
}

# take_activated STATUS: the activation is over, or the connection to it is: what came of it. Only who has heard from the target knows that.
# Sets: changed, last_words, how. Ends: where nothing was changed.
take_activated() {
  local program
  if [ -n "$(fact refused)" ] || { [ -z "$(fact begun)" ] && [ -n "$(fact inhibited)" ]; }; then changed=; fi
  stop_if_refused "$1" "$(known_standing)"
  if [ -z "$(fact begun)$(fact inhibited)" ] && [ "$1" -gt 0 ] && [ "$1" -lt 128 ] && [ "$1" -ne 124 ]; then
    changed=
    give_up "$1" "the activation could not begin; nothing was changed on $target (status $1)"
  fi
  how=$(fact why)
  case $1 in
    0) how=activated ;;
    4) how="activated, but some units failed: $(fact units)" ;;
    *)
      how=${how:-the activation failed}
      program=$(fact_number program)
      case $program in "" | "$1") ;; *) how="$how, as NixOS's program ended with $program" ;; esac
      if [ -n "$(fact untouched)" ]; then how="$how, and nothing was activated"; fi
      ;;
  esac
}

# see_end ACTION: the connection was lost in the middle. Over a new one waits for the end of what was begun there, and takes what came of it. Its
# status: 0 where all is as it was to become. Sets: why_not, facts, how.
see_end() {
  step "the connection to $target was lost in the middle; log in once more, and wait for the end of what was begun there"
  logs_in || return 1
  facts=$(heard "$lane_timeout" there_again tell_end 2>/dev/null) || facts=
  how="the connection was lost in the middle, and the activation there has failed"
  case $1 in boot) ;; *) if [ "$(fact runs)" != "$to_activate" ] || [ -n "$(fact failed)" ]; then return 1; fi ;; esac
  case $1-$(fact boots) in test-* | *-"$system" | *-"$to_activate") how=activated ;; *) return 1 ;; esac
}

# unmended_words: for a last line, where the boot menu could not be written again.
unmended_words() { if [ -n "$(fact unmended)" ]; then echo "; $(not_bootable)"; fi; }
