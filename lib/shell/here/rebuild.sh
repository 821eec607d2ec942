# A program that moves what boots, and activates, by itself: nixos-rebuild, or nh. Whichever it is, what came of it is looked at.

# ask_before: how the target stands, and whether another program switches it now. Sets: last_words, facts, from, before. Ends: where one
# does.
ask_before() {
  local status="0"
  make_tmp
  last_words="nothing was changed on $target"
  facts=$(heard 60 as_me may_rebuild </dev/null) || status=$?
  stop_if_refused "$status"
  if [ -z "$(fact runs)" ]; then give_up 1 "how $target stands could not be found out; nothing was changed on it (status 1)"; fi
  from=$(fact_number number)
  note_before
}

# note_before: what is known of the target is what was before. Sets: before.
note_before() { before=$facts; }

# was NAME: that fact of before.
was() { local facts="$before" && fact "$1"; }

# all_were NAME: all facts of that name of before.
all_were() { local facts="$before" && all_of "$1"; }

# rebuilding COMMAND...: runs that program. Sets: changed, ended. Ends: where it was interrupted.
rebuilding() {
  changed=yes
  ended=
  at_end look_after_all
  if "$@"; then ended=0; else ended=$?; fi
  case $ended in 129 | 130 | 131 | 141 | 143) exit "$ended" ;; esac
}

# over_connection COMMAND...: a program that calls ssh itself, over the one connection of this run. What it repeats of the target's words is
# shown plainly.
over_connection() { both_plainly env "NIX_SSHOPTS=$rebuild_options -S $tmp/ssh" "$@"; }

# look_after_all: where it was interrupted: how the target stands, and what goes on there. Sets: last_words, facts, changed.
look_after_all() {
  if [ "$ended" = seen_through ]; then return; fi
  facts=$(heard 20 as_me tell_rebuilt </dev/null 2>/dev/null) || facts=
  if [ -z "$(fact runs)" ]; then
    last_words="interrupted (status $status): how $target stands could not be found out, and what was begun there may go on. Look: ${look_by}readlink /run/current-system /nix/var/nix/profiles/system"
  elif [ -n "$(fact goes-on)" ]; then
    last_words="interrupted (status $status): $(standing), and the activation goes on by itself, as the unit $(fact goes-on). Look: ${look_by}systemctl status $(fact goes-on)"
  elif unmoved; then
    changed=
    last_words="interrupted (status $status); nothing was changed on $target: $(standing)"
  else
    last_words="interrupted (status $status): $(standing). Type the same line again"
  fi
}

# failing_since: the units that have failed since, as one list.
failing_since() {
  all_were failing >"$tmp/failing"
  all_of failing | grep -vxF -f "$tmp/failing" | cut -d " " -f 2- | sort -u | tr "\n" "," | sed "s/,\$//; s/,/, /g" || :
}

# unmoved: whether the target runs and boots what it did, as far as it says.
unmoved() { [ "$(fact runs) $(fact link)" = "$(was runs) $(was link)" ] && [ -z "$(failing_since)" ]; }

# see_rebuilt: how the target stands now, behind the end of what goes on there; over a new connection, where the first one was lost.
# Sets: facts, ended, last_words. Ends: where it does not answer within a minute.
see_rebuilt() {
  local latest waits=""
  clock
  latest=$((now + 60))
  while :; do
    facts=$(heard "$lane_timeout" as_me tell_rebuilt ${waits:+wait} </dev/null) || :
    if [ -n "$(fact goes-on)" ]; then
      step "an activation goes on, as the unit $(fact goes-on); wait for its end"
      waits="wait"
      continue
    fi
    if [ -n "$(fact runs)" ]; then return; fi
    clock
    if [ "$now" -ge "$latest" ]; then break; fi
    sleep 1
  done
  ended=seen_through
  give_up 1 "how $target stands could not be found out, and what was begun there may go on (status 1). Look: ${look_by}readlink /run/current-system /nix/var/nix/profiles/system"
}

# mend_there ACTION ACTIVATED SPECIALISATION: as root, has put right there what is half done. Sets: facts.
mend_there() {
  local known="$facts"
  if [ -z "$mends" ]; then return; fi
  facts=$(heard "$lane_timeout" there mend_rebuild "$1" "$(was runs)" "$(was link)" "$(was newest)" "$2" "$3" </dev/null) || :
  if [ -z "$(fact runs)" ]; then facts=$known; fi
}

# see_outcome ACTION [SPECIALISATION]: what came of it, and what is half done is put right: nh and nixos-rebuild come to the same. Sets: facts,
# changed, last_words, ended, how, status.
see_outcome() {
  local failed activated="" wanted="${2-}"
  status=1
  see_rebuilt
  failed=$(failing_since)
  if [ "$(fact runs)" != "$(was runs)" ] || [ -n "$failed" ]; then activated=yes; fi
  case $ended-$activated-$(fact link) in
    0-*) activated=yes status=0 ;;
    4-*) activated=yes ;;
    # What says so of an activation script that fails says it of a line that it refuses, too.
    2--"$(was link)") ;;
    2-*) activated=yes ;;
  esac
  case $status-$activated in
    # The menu of systemd-boot has the generations: a specialisation that is switched to leaves in it what boots as it was.
    0-yes) if [ "$1" = switch ] && [ -n "$wanted" ]; then mend_there "$1" yes "$wanted"; fi ;;
    *) if ! unmoved; then mend_there "$1" "$activated" "$wanted"; fi ;;
  esac
  how="the activation failed"
  if [ "$ended" = 4 ] || { [ "$ended" -gt 0 ] && [ -n "$failed" ]; }; then
    status=4
    how="activated, but some units failed: ${failed:-which ones it did not say}"
  elif [ "$status" -eq 1 ] && [ -z "$activated" ]; then
    how="it failed, and nothing was activated"
    if [ -n "$(fact held)" ]; then status=13 how="another program holds the lock of NixOS ($(fact held)), and nothing was activated"; fi
    if unmoved; then changed=; fi
  fi
  if [ "$ended" -gt 0 ]; then facts="$facts${newline}program $ended"; fi
  ended=seen_through
}

# say_outcome: says what came of it. Sets: last_words. Ends: where it failed.
say_outcome() {
  case $status in
    0) last_words="$(standing)$(owed)" ;;
    4) last_words="$how (status 4); $(standing)$(owed). Look: ${look_by}systemctl --failed" ;;
    *) last_words="$how (status $status); $(standing)$(unmended_words). Look at what it said; then type the same line again" ;;
  esac
  if [ "$status" -gt 0 ]; then exit "$status"; fi
  step "$last_words"
  last_words=
}

# still_in_rebuilt ACTION: can this machine still log in, after what was activated there? Sets: why_not, prev, last_words, left_open.
# Ends: where it can't.
still_in_rebuilt() {
  why_not=
  prev=$(was runs)
  record "$(fact runs)"
  case $1 in switch | test) if ! unmoved; then still_in "$1"; fi ;; esac
}
