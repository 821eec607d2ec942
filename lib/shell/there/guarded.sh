# A guarded deployment that is not over is a directory /run/hey/ID. Each fact in it is a link: it is there whole or not at all, and takes
# no free block of a full /run.
#   open | kept | confirmed, then committed or uncommitted | rolled-back     its one verdict: one link that gets other names
#   by prev new generation bootloader on-unit-failure last-reboot deadline   who, from what, to what, how, until when
#   started status units why inhibited rebooting stopped                     how far it came, what failed, why and how it was rolled back

# Its verdicts. The rollback gives it another name at its end where that is not what came of it: the old system does not run (not-rolled-back),
# something else does, as somebody has switched this machine meanwhile (superseded), or the lock of NixOS was held, so that nothing was
# activated (not-activated).
verdicts="rolled-back not-rolled-back superseded not-activated kept committed uncommitted"

# Where a trial boot is noted on the disk, from its arming to its end: a directory of links, which in that boot is copied to /run/hey/ID.
trial=/nix/var/nix/hey-trial

# Where a commit is noted on the disk while it goes on: its deployment, its system, the generation before it (the name of its link) and
# the number of the newest one then. After a power cut it tells what was cut.
marker=/nix/var/nix/hey-commit

# alive NAME: whether that script of the deployment in $dir runs. It holds a lock on itself as long as it does.
alive() { [ -e "$dir/$1" ] && ! flock -n -s "$dir/$1" true; }

# progress: how the deployment in $dir stands. Of several who want to give the verdict one wins, as it is a rename; that needs no free
# inode.
progress() {
  if [ -L "$dir/confirmed" ]; then
    if alive commit; then echo committing; else echo commit-cut; fi
  elif [ -L "$dir/rolled-back" ]; then
    # The way back of a trial boot is a reboot, and the unit that does it is begun again by systemd.
    if [ -L "$dir/trial" ] || alive rollback; then echo going-back; else echo back-cut; fi
  elif [ -L "$dir/open" ]; then echo open; else echo over; fi
}

# each_open COMMAND...: for each deployment that is not over, with the seconds that are left until its deadline. For COMMAND it
# Sets: id, dir, left.
each_open() {
  local ends
  for dir in /run/hey/*; do
    ends=$(readlink "$dir/deadline") || continue
    id=${dir##*/}
    left=$((ends - $(seconds_up)))
    "$@"
  done
}

# holds: whether it ends by itself, and with it what it holds. The clock that takes it back may be late by half a minute.
holds() { case $(progress) in open) [ "$left" -ge -30 ] || [ -L "$dir/trial" ] ;; committing | going-back) ;; *) false ;; esac; }

# trial_progress: how the trial boot that is noted stands, while it is no deployment under /run: rebooting (into it, or about to), starting,
# or over.
trial_progress() {
  local noted this told
  noted=$(readlink "$trial/id") || return 0
  read -r this </proc/sys/kernel/random/boot_id
  if [ "$this" = "$(readlink "$trial/boot")" ]; then
    # Who was killed before that point has told nobody to reboot, and a reboot that has not come in ten minutes does not.
    if told=$(readlink "$trial/told") && [ "$(($(seconds_up) - told))" -lt 600 ]; then echo rebooting; else echo over; fi
  elif [ -d "/run/hey/$noted" ]; then
    echo open
  elif [ ! -d "/run/hey/past/$noted" ] && [ "$(readlink "$trial/tried" || echo "$this")" = "$this" ] &&
    [ "$(readlink -e /run/booted-system)" = "$(readlink "$trial/new")" ] && [ "$(readlink -e "$profile")" != "$(readlink "$trial/new")" ]; then
    echo starting
  else
    echo over
  fi
}

# refuse_open. Ends: where the deployment in $dir holds the lock.
refuse_open() {
  local how
  if holds; then
    case $(progress) in
      committing) how="it is confirmed, and becomes what boots" ;;
      going-back) how="it is going back" ;;
      *) how="unless confirmed it is undone $([ "$left" -gt 0 ] && echo "in $left s" || echo now)" ;;
    esac
    refuse 13 "another deployment holds the lock: $(readlink "$dir/by"); $how"
  fi
}

# refuse_trial. Ends: where a trial boot is under way.
refuse_trial() {
  case $(trial_progress) in
    rebooting | starting) refuse 13 "another deployment holds the lock: $(readlink "$trial/by"); its system is being booted, for a trial" ;;
  esac
}

# stands: how the deployment $id stands, and its facts. After a reboot nothing is known of it.
stands() {
  local at said fact
  for _ in 1 2 3; do
    for at in "$dir" "/run/hey/past/$id"; do
      if [ ! -L "$at/deadline" ]; then continue; fi
      said=over
      if [ "$at" = "$dir" ]; then
        said=$(progress)
        # It may have become the past just now.
        if [ ! -d "$at" ]; then continue; fi
      fi
      if [ "$said" = over ]; then
        said=$(verdict_of "$at")
      fi
      echo "stands $said"
      echo "left $(($(readlink "$at/deadline") - $(seconds_up)))"
      for fact in started status why units stopped inhibited held rebooting; do
        if [ -L "$at/$fact" ]; then echo "$fact $(readlink "$at/$fact")"; fi
      done
      return
    done
    sleep 0.2
  done
  if [ "$(readlink "$trial/id")" = "$id" ]; then
    said=$(trial_progress)
    if [ "$said" = over ]; then
      say_lost
    else
      echo "stands $said"
    fi
    return
  fi
  say_lost
}

# say_lost: nothing is known of the deployment $id: this machine was booted again, or is another one. What it has kept from the garbage collector
# goes, unless something is still to be put right by that.
say_lost() {
  if ! unmended; then unroot; fi
  echo "stands lost"
  say_cut
  tell_names
}

# unmended: whether a commit, or a trial boot, has left something to be put right.
unmended() { [ -L "$marker" ] || [ -L "$trial/id" ]; }

# say_cut: of the deployment $id: what was cut by a power cut and is still to be put right.
say_cut() {
  case $(readlink "$marker") in "$id "*) echo "cut commit" ;; *) if [ "$(readlink "$trial/id")" = "$id" ]; then echo "cut trial"; fi ;; esac
}

# shell_of SYSTEM: its shell. What an activation puts at /bin/sh may be the very thing that is broken.
shell_of() { if [ -x "$1/sw/bin/sh" ]; then echo "$1/sw/bin/sh"; else echo /bin/sh; fi; }

# start_apart FILE [PROPERTY...]: runs that script of the deployment $id as a unit, or a process ($job), of its own, that ends with no
# connection and no activation. Sets: job.
start_apart() {
  local name prev path locales
  name=$1
  shift
  prev=$(readlink "$dir/prev")
  path=$prev/sw/bin:$PATH
  locales=$(locale_archive)
  if by_systemd; then
    systemd-run --quiet --collect --no-ask-password --no-block --service-type=oneshot --unit="hey-$name-$id" --property=DefaultDependencies=no \
      --property=TimeoutStartSec=infinity --property=TimeoutStopSec=5s --property=IgnoreOnIsolate=yes "$@" \
      --property=StandardOutput="append:$dir/log" --property=StandardError="append:$dir/log" \
      --setenv=PATH="$path" --setenv=LOCALE_ARCHIVE="$locales" --setenv=NIXOS_INSTALL_BOOTLOADER=0 \
      "$(shell_of "$prev")" "$dir/$name" "$id" 9>&-
  else
    env -i PATH="$path" LOCALE_ARCHIVE="$locales" NIXOS_INSTALL_BOOTLOADER=0 \
      setsid sh "$dir/$name" "$id" >>"$dir/log" 2>&1 </dev/null 9>&- &
    job=$!
  fi
}

# activating: whether the activation of the deployment $id goes on.
activating() { if by_systemd; then goes_on "hey-activation-$id.service"; else kill -0 "$(readlink "$dir/activator")" 2>/dev/null; fi; }

# disarm: nothing is rolled back by itself any more.
disarm() {
  local sleeper
  if by_systemd; then
    systemctl stop "hey-rollback-$id.service" 2>/dev/null || :
  else
    sleeper=$(readlink "$dir/sleeper") || return 0
    kill -s TERM -- "-$sleeper" 2>/dev/null || :
  fi
}

# go_back WHY: has it rolled back now, beside the caller, with whom that must not end.
go_back() {
  ln -s "$1" "$dir/why" 2>/dev/null || :
  if [ -L "$dir/trial" ]; then
    # Its unit looks at it every second.
    ln -s 0 "$dir/now" && mv -T "$dir/now" "$dir/deadline"
    return
  fi
  # To remove a link takes no room and no free inode.
  rm -f "$dir/clock"
  # The one that waits looks at it each second. Where something has ended that for good there is no such unit any more.
  if by_systemd && systemctl start --no-block "hey-rollback-$id.service" 2>/dev/null; then :; else start_apart rollback; fi
}

# Where the garbage collector looks for what it must keep. On the disk, as a deployment may go on behind a reboot.
roots=/nix/var/nix/gcroots

# root NAME SYSTEM: keeps that system from the garbage collector as long as the deployment $id lasts.
root() { ln -s "$2" "$roots/hey-$id-$1"; }

# unroot: lets it have what the deployment $id has kept from it.
unroot() { rm -f "$roots/hey-$id-"*; }

# unroot_lost: the same for deployments of which a power cut has left nothing else.
unroot_lost() {
  local link owner
  for link in "$roots"/hey-*; do
    owner=${link#"$roots/hey-"}
    owner=${owner%%-*}
    # What puts that right needs them.
    case $owner in "$(readlink "$trial/id")" | "$(readlink "$marker" | cut -d " " -f 1)") continue ;; esac
    if [ -L "$link" ] && [ ! -d "/run/hey/$owner" ]; then rm -f "$link"; fi
  done
}

# end_dead: brings the deployment in $dir, which died, to its end, and says so: what was confirmed is committed; anything else goes back, unless
# somebody has switched this machine since.
end_dead() {
  local now
  if holds; then return; fi
  now=$(readlink -e /run/current-system)
  case $(progress) in
    commit-cut) sh "$dir/commit" "$id" >>"$dir/log" 2>&1 9>&- ;;
    open | back-cut)
      # Its activation was over, and somebody has gone back already.
      if [ -L "$dir/status" ] && [ "$now" = "$(readlink "$dir/prev")" ]; then rm -f "$dir/started"; fi
      # Nobody waits for a reboot now.
      rm -f "$dir/last-reboot"
      give_verdict || :
      sh "$dir/rollback" "$id" >>"$dir/log" 2>&1 9>&-
      ;;
  esac
  if [ -d "$dir" ]; then archive; fi
  echo "ended yes"
  echo "hey: the deployment of $(readlink "/run/hey/past/$id/by"), which died, is ended first ($(verdict_of "/run/hey/past/$id")): $(readlink -e /run/current-system) runs" >&2
}

# verdict_of DIR: of the deployment there, which is over.
verdict_of() {
  local end
  for end in $verdicts; do if [ -L "$1/$end" ]; then echo "$end"; fi; done
}

# archive: the deployment is over: its roots go. What is known of the last few stays, as who deployed may ask late.
archive() {
  local old
  unroot
  if [ -L "$dir/trial" ]; then forget_trial; fi
  mkdir -p /run/hey/past
  mv -T "$dir" "/run/hey/past/$id"
  # Names that mktemp has made.
  # shellcheck disable=SC2012
  ls -t /run/hey/past | tail -n +9 | while read -r old; do
    if [ "$old" != "$id" ]; then rm -rf "/run/hey/past/$old"; fi
  done
}

# forget_trial: without its id it is none, whatever is still to be removed.
forget_trial() {
  local owner
  owner=$(readlink "$trial/id") && rm -f "$roots/hey-$owner-"*
  rm -f "$trial/id" && rm -rf "$trial"
}

# finishing: whether systemd still starts what this boot is to start.
finishing() {
  case $(systemctl is-system-running) in
    initializing | starting) true ;;
    *) false ;;
  esac
}
