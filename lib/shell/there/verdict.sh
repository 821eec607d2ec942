# How a guarded deployment stands, and its end: confirmed, or taken back.

# is_ready: whether the activation of the deployment in $dir has ended well and left nothing failed. Says what it waits for, if that may
# still come.
is_ready() {
  local new on failed now
  new=$(readlink "$dir/new")
  on=$(readlink "$dir/on-unit-failure")
  case $(readlink "$dir/status")$on in
    0* | 4warn) ;;
    4rollback) if units_decide; then return 1; fi ;;
    *) return 1 ;;
  esac
  now=$(readlink -e /run/current-system)
  if [ "$now" != "$new" ]; then
    if [ "$now" = "$(readlink "$dir/prev")" ]; then echo "waits /run/current-system is not yet $new"; else echo "waits another program has switched it to ${now:-nothing}"; fi
    return 1
  fi
  # Units may still fail then. Where the old system is never done with it, the new one need not be.
  if [ -L "$dir/trial" ] && [ "$on" = rollback ] && [ ! -L "$dir/never-ends" ] && finishing; then
    echo "waits it still starts its units"
    return 1
  fi
  if by_systemd; then
    if failed=$(failed_since "$dir"); then :; else
      echo "waits systemd does not say which units have failed"
      return 1
    fi
    failed=$(printf "%s\n" "$failed" | deciding)
    if [ -n "$failed" ]; then
      if [ "$on" = rollback ]; then
        echo "waits failed since the deployment began: $(printf "%s\n" "$failed" | listed)"
        return 1
      fi
      # With what the activation has named: units of users, say.
      ln -sfn "$({ readlink "$dir/units" | tr "," "\n" | grep -vxF "$unnamed"; printf "%s\n" "$failed"; } | listed)" "$dir/units"
    fi
  fi
}

# look_at_it: how the deployment $id stands, and whether it could be confirmed now. Changes nothing. Sets: dir.
look_at_it() {
  dir=/run/hey/$id
  if [ "$(progress)" = open ]; then is_ready || :; fi
  stands
  tell_facts
}

# say_how_it_stands. Ends: always, with 0.
say_how_it_stands() {
  if [ -L "/run/hey/past/$id/uncommitted" ]; then tail -n 5 "/run/hey/past/$id/log" >&2; fi
  stands
  tell_facts
  exit 0
}

# begin_commit: neither is cut by a connection: the verdict is one system call, and the commit runs apart.
begin_commit() {
  start_apart commit --property=OOMScoreAdjust=-1000
  # Until it holds its own lock, or is over.
  for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do
    if [ ! -d "$dir" ] || alive commit; then break; fi
    sleep 0.1
  done
}

# confirm_it LASTS: confirms the deployment $id, over a connection that proves that this machine can be reached, and commits it where LASTS
# is "commit". Sets: dir. Ends: always, saying how it stands.
confirm_it() {
  dir=/run/hey/$id
  # It may have been booted again.
  (umask 077 && mkdir -p /run/hey)
  exec 9>/run/hey/lock
  flock -w 10 9 || say_how_it_stands
  case $(progress) in
    open)
      is_ready || say_how_it_stands
      trap "" HUP INT PIPE TERM
      # The way back renames the same link: there is one winner.
      if [ "$1" = commit ]; then
        mv -T "$dir/open" "$dir/confirmed" 2>/dev/null || say_how_it_stands
        begin_commit
      else
        mv -T "$dir/open" "$dir/kept" 2>/dev/null || say_how_it_stands
        disarm
        archive
      fi
      ;;
    commit-cut)
      # Something has killed it. It can be done again from its beginning; the second time it is taken back.
      if ln -s yes "$dir/again" 2>/dev/null; then begin_commit; else sh "$dir/commit" "$id" undo >&2; fi
      ;;
  esac
  exec 9>&-
  # One that takes long is asked for again.
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    for _ in 1 2 3 4 5 6 7 8 9 10; do
      if [ ! -d "$dir" ] || ! alive commit; then break 2; fi
      sleep 0.1
    done
  done
  say_how_it_stands
}

# say_id: the id of the deployment in $dir, unless it is over.
say_id() { if [ "$(progress)" != over ]; then echo "$id"; fi; }

# cancel_any WHY: the same as cancel_it, for whichever is under way. Sets: id. Ends: always.
cancel_any() {
  if not_root "take a deployment back" >&2; then exit 1; fi
  id=$(each_open say_id | tail -n 1)
  [ -n "$id" ] || id=$(readlink "$trial/id")
  if [ -z "$id" ]; then
    if end_activation; then echo "the activation that went on was ended"; else echo "nothing is armed"; fi
    tell_facts
    exit 0
  fi
  cancel_it "$1"
}

# cancel_it WHY: ends the deployment $id now: back to what ran before. Waits for it. Sets: dir.
# Ends: always; with 0 where it is rolled back, or will be.
cancel_it() {
  local said rounds
  dir=/run/hey/$id
  # Who arms it holds the lock until that is done: the connection may have been lost in the middle.
  if [ -e /run/hey/lock ]; then flock -w 60 /run/hey/lock true || :; fi
  # A trial boot that has not begun: it may still be being armed.
  if [ ! -d "$dir" ] && [ "$(readlink "$trial/id")" = "$id" ]; then
    (umask 077 && mkdir -p /run/hey)
    exec 9>/run/hey/lock
    flock -w 60 9 || :
    case $(trial_progress) in
      starting) systemctl reboot -i 9>&- ;;
      rebooting | over)
        systemctl stop "hey-reboot-$id.timer" 2>/dev/null
        sh "$trial/end" >&2 || echo "unmended yes"
        echo "stands rolled-back"
        echo "why $1"
        tell_facts
        exit 0
        ;;
    esac
    exec 9>&-
  fi
  case $(progress) in open | back-cut) go_back "$1" ;; commit-cut) sh "$dir/commit" "$id" undo >&2 ;; esac
  for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    for _ in 1 2 3 4 5 6 7 8 9 10; do
      if [ ! -d "$dir" ] || [ -L "$dir/rebooting" ] || { [ -L "$dir/trial" ] && [ "$(progress)" = going-back ]; }; then break 2; fi
      sleep 0.1
    done
  done
  # It is known by then that it goes on by itself; an old system that takes its time is waited for, but not a lock that another program holds.
  rounds=0
  while [ -d "$dir" ] && alive rollback && [ ! -L "$dir/held" ] && [ ! -L "$dir/rebooting" ] && [ "$rounds" -lt 600 ]; do
    rounds=$((rounds + 1))
    sleep 0.5
  done
  said=$(stands)
  printf "%s\n" "$said"
  tell_facts
  if printf "%s\n" "$said" | grep -q "^held "; then exit 1; fi
  case $said in "stands rolled-back"* | "stands going-back"* | "stands not-activated"*) exit 0 ;; *) exit 1 ;; esac
}

# recover_it: after a power cut in a moment in which the deployment $id may have been writing the boot menu. That is written anew in any case:
# it may be in two halves also where nothing on this disk tells of it. Sets: dir.
recover_it() {
  local failed
  dir=/run/hey/$id
  take_lock
  failed=
  if unmended; then mend_all >&2; else boot_entry "$(readlink -e "$profile")" >&2 || failed=yes; fi
  if [ -n "$failed" ] || unmended; then echo "unmended yes"; fi
  tell_facts
}

# hear_check: takes what a check says, and keeps 64 KiB of it: /run is small. Sets: said, hearer.
hear_check() {
  said=/dev/null
  hearer=
  rm -f "$dir/said" "$dir/check"
  if mkfifo "$dir/said" 2>/dev/null; then
    said=$dir/said
    { head -c 65536 >"$dir/check" && cat >/dev/null; } <"$said" >/dev/null 2>&1 &
    hearer=$!
  fi
}

# tell_check: what it has said. What it has left running may hold its output open, and is not waited for.
tell_check() {
  for _ in 1 2 3 4 5; do if [ -n "$hearer" ] && kill -0 "$hearer" 2>/dev/null; then sleep 0.1; fi; done
  if [ -n "$hearer" ]; then cat "$dir/check" >&2; fi
  rm -f "$dir/said" "$dir/check"
}

# check_remotely COMMAND...: runs these checks, shell commands, until one fails. Decides nothing: this connection may be dead when they end.
# Sets: dir, said, hearer.
check_remotely() {
  local check rest checked
  dir=/run/hey/$id
  for check in "$@"; do
    rest=$(($(readlink "$dir/deadline") - $(seconds_up)))
    checked=0
    hear_check
    timeout -k 2 "$([ "$rest" -gt 0 ] && echo "$rest" || echo 1)" sh -c "$check" </dev/null >"$said" 2>&1 || checked=$?
    # It has gone back, and is over: that is not the fault of this check.
    if [ ! -d "$dir" ]; then
      echo "over yes"
      break
    fi
    tell_check
    if [ "$checked" -ne 0 ]; then
      printf "waits --check-remote failed (status %s): %s\n" "$checked" "$check"
      break
    fi
  done
}

# say_facts DIR: what is known of a deployment there, for a person.
say_facts() {
  local fact
  for fact in by prev new why status units; do
    if [ -L "$1/$fact" ]; then echo "  $fact $(readlink "$1/$fact")"; fi
  done
}

# say_open: how the deployment in $dir stands, for a person.
say_open() {
  case $(progress) in
    open) if [ -L "$dir/trial" ]; then echo "a trial boot: reboots in $left s unless confirmed, into what boots"; else echo "armed: goes back in $left s unless confirmed"; fi ;;
    going-back) echo "going back$(if [ -L "$dir/held" ]; then echo ", as soon as it gets the lock of NixOS from $(readlink "$dir/held")"; fi)" ;;
    back-cut) echo "the way back was cut short: --cancel takes it up again" ;;
    committing) echo "confirmed, and becoming what boots" ;;
    commit-cut) echo "confirmed, but what boots was cut short: deploy again" ;;
  esac
  say_facts "$dir"
}

# say_trial: how a trial boot stands, for a person.
say_trial() {
  case $(trial_progress) in
    rebooting) echo "a trial boot is about to begin" ;;
    starting) echo "a trial boot begins" ;;
    over) echo "a trial boot is over, and was not confirmed; the next deployment clears away what it has left" ;;
    *) return ;;
  esac
  say_facts "$trial"
}

# say_armed: what is armed here, what was last, and what runs, for a person. Changes nothing. Ends: where the caller is not root.
say_armed() {
  local open last
  if not_root "see what is armed" >&2; then exit 1; fi
  open=$(each_open say_open; say_trial)
  if [ -n "$open" ]; then
    printf "%s\n" "$open"
  else
    echo "nothing is armed"
    if [ -e /run/hey/lock ]; then flock -n -s /run/hey/lock true || echo "a deployment is under way: $(readlink /run/hey/holder)"; fi
    if [ -L "$marker" ]; then echo "a commit was cut short, and the boot menu may be in two halves: the next deployment mends it, or ops-reboot"; fi
    # Names that mktemp has made.
    # shellcheck disable=SC2012
    last=$(ls -t /run/hey/past 2>/dev/null | head -n 1)
    if [ -n "$last" ]; then
      echo "the last guarded deployment since boot: $(verdict_of "/run/hey/past/$last")"
      say_facts "/run/hey/past/$last"
    fi
  fi
  tell_facts
}
