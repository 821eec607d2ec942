# shellcheck disable=SC2154 # $id and $dir are of the script that it stands before
# What the scripts around an activation share. A guarded deployment that is not over is a directory /run/hey/ID. The facts in it are
# links: a link is there whole or not at all, and takes no free block of a full /run.
set -u
profile=/nix/var/nix/profiles/system
# Ends with the status $1. The other words are for the last line on the other side.
refuse() {
  status=$1
  shift
  printf "refused %s\n" "$*"
  exit "$status"
}
# Why this user may not do what $1 says; nothing for root.
not_root() { [ "$(id -u)" != 0 ] && echo "$(id -un) is not root there, and only root may $1: add --elevate sudo, or name no user in the target"; }
need_root() { if why=$(not_root "$1"); then refuse 1 "$why"; fi; }
by_systemd() { [ -d /run/systemd/system ]; }
# Seconds since this machine was booted: the wall clock may jump.
seconds_up() {
  read -r up _ </proc/uptime
  echo "${up%%.*}"
}
# The numbers of the generations, newest first. By number: a name sorts 10 before 9. Other profiles may lie beside it (system-old-7-link).
generations() { printf "%s\n" "$profile"-*-link | sed -n "s|^$profile-\([1-9][0-9]\{0,8\}\)-link\$|\1|p" | sort -rn; }
# What hangs would hold the lock for ever.
limited() { timeout -k 10 600 "$@"; }
# The profile becomes the system $1: as the generation $2, or as a new one.
set_profile() {
  if [ "$2" = new ]; then limited nix-env -p "$profile" --set "$1"; else limited nix-env -p "$profile" --switch-generation "$2"; fi
}
kernel_of() {
  for version in "$1"/kernel-modules/lib/modules/*; do
    if [ -d "$version" ]; then echo "${version##*/}"; fi
  done
}
# compare OLD NEW NAME: the fact NAME, where the system NEW has other parts than OLD that only a boot can change.
compare() {
  parts=
  for part in kernel initrd kernel-modules systemd; do
    was=$(readlink -e "$1/$part") || continue
    is=$(readlink -e "$2/$part") || continue
    if [ "$was" = "$is" ]; then continue; fi
    case $part$parts in
      kernel*) parts=", kernel $(kernel_of "$1") -> $(kernel_of "$2")" ;;
      systemd*) parts="$parts, systemd ${was##*-systemd-} -> ${is##*-systemd-}" ;;
      # These are always others where the kernel is.
      *", kernel "*) ;;
      *) parts="$parts, $part" ;;
    esac
  done
  if [ -n "$parts" ]; then echo "$3 ${parts#, }"; fi
}
# What runs, whether it came up badly, what boots and its number, and the fact "reboot" where a reboot is owed.
tell() {
  echo "runs $(readlink -e /run/current-system || echo nothing)"
  echo "boots $(readlink -e "$profile" || echo nothing)"
  if [ "$(readlink /run/hey/failed)" = "$(readlink -e /run/current-system)" ]; then echo "failed yes"; fi
  now=$(readlink "$profile" || :)
  now=${now#system-}
  echo "number ${now%-link}"
  compare /run/booted-system "$profile" reboot
}
# Whether the script $1 of the deployment in $dir runs. It holds a lock on itself as long as it does.
alive() { [ -e "$dir/$1" ] && ! flock -n -s "$dir/$1" true; }
# How the deployment in $dir stands. Its verdict is one link that gets other names, as of several who want to give it one wins, and as that
# needs no free inode: open, then rolled-back; or kept; or confirmed, and after that committed or uncommitted. The rollback gives it
# another name at its end where that is not what came of it: the old system does not run (not-rolled-back), something else does, as
# somebody has switched this machine meanwhile (superseded), or the lock of NixOS was held, so that nothing was activated (not-activated).
verdicts="rolled-back not-rolled-back superseded not-activated kept committed uncommitted"
progress() {
  if [ -L "$dir/confirmed" ]; then
    if alive commit; then echo committing; else echo commit-cut; fi
  elif [ -L "$dir/rolled-back" ]; then
    # The way back of a trial boot is a reboot, and the unit that does it is begun again by systemd.
    if [ -L "$dir/trial" ] || alive rollback; then echo going-back; else echo back-cut; fi
  elif [ -L "$dir/open" ]; then
    echo open
  else
    echo over
  fi
}
# each_open COMMAND...: for each deployment that is not over, with its $id, $dir and the seconds that are left until its deadline in $left
each_open() {
  for dir in /run/hey/*; do
    ends=$(readlink "$dir/deadline") || continue
    id=${dir##*/}
    left=$((ends - $(seconds_up)))
    "$@"
  done
}
# Whether it ends by itself, and with it what it holds. The clock that takes it back may be late by half a minute.
holds() {
  case $(progress) in
    open) [ "$left" -ge -30 ] || [ -L "$dir/trial" ] ;;
    committing | going-back) true ;;
    *) false ;;
  esac
}
refuse_open() {
  if holds; then
    case $(progress) in
      committing) how="it is confirmed, and becomes what boots" ;;
      going-back) how="it is going back" ;;
      *) how="unless confirmed it is undone $([ "$left" -gt 0 ] && echo "in $left s" || echo now)" ;;
    esac
    refuse 13 "another deployment holds the lock: $(readlink "$dir/by"); $how"
  fi
}
# Where a trial boot is noted on the disk, from its arming to its end: a directory of links, which in that boot is copied to /run/hey/ID.
trial=/nix/var/nix/hey-trial
# How the trial boot that is noted there stands, while it is no deployment under /run: rebooting (into it, or about to), starting, or over.
trial_progress() {
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
refuse_trial() {
  case $(trial_progress) in
    rebooting | starting) refuse 13 "another deployment holds the lock: $(readlink "$trial/by"); its system is being booted, for a trial" ;;
  esac
}
# Who holds the lock of NixOS, under which its program changes what runs: "process 4711 (COMMAND)". Fails where nobody does. It only looks:
# to try that lock is to stand in the way of somebody who takes it just then.
nixos_lock=/run/nixos/switch-to-configuration.lock
lock_holder() {
  at=$(stat -c "%D %i" "$nixos_lock" 2>/dev/null) || return 1
  device=$((0x${at% *}))
  at=$(printf "%02x:%02x:%s" $((device >> 8 & 0xfff)) $((device & 0xff | device >> 12 & 0xfff00)) "${at#* }")
  while read -r _ kind _ _ pid where _; do
    if [ "$kind $where" = "FLOCK $at" ]; then
      command=$(LC_ALL=C tr -c " -~" " " 2>/dev/null <"/proc/$pid/cmdline" | cut -c 1-200)
      if [ -n "$command" ]; then echo "process $pid (${command% })"; else echo "a process that process $pid has left behind"; fi
      return
    fi
  done </proc/locks
  return 1
}
refuse_switching() {
  if switcher=$(lock_holder); then refuse 13 "another program is switching it, and holds the lock of NixOS: $switcher"; fi
}
refuse_held() {
  if holder=$(readlink /run/hey/holder); then refuse 13 "another deployment holds the lock: $holder"; fi
}
# The lock, held by the descriptor 9 as long as that is open; with the name of its holder, which is taken away at the end. $1 says who asks.
take_lock() {
  (umask 077 && mkdir -p /run/hey)
  exec 9>/run/hey/lock
  # Who has just got it, or is about to leave it, has no name there yet, or no more.
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    if flock -n 9; then break; fi
    refuse_held
    sleep 0.1
  done
  if flock -n 9; then :; else refuse 13 "another deployment holds the lock; whose it is can not be seen"; fi
  (each_open refuse_open; refuse_trial) || exit
  by="$1, since $(date -u +%T) UTC"
  trap "rm -f /run/hey/holder" EXIT
  ln -sfn "$by" /run/hey/holder
}
# Refuses where someone else has changed what runs, unless $1 is "force"; where it has changed since somebody agreed to what would be
# another than that, in any case: what they saw run and boot stands behind that word. $2 is what was last deployed from there.
refuse_changed() {
  runs=$(readlink -e /run/current-system) || refuse 1 "no NixOS system runs there"
  boots=$(readlink -e "$profile") || boots=nothing
  case $1 in
    *" $runs $boots") ;;
    *" "*) refuse 1 "it has changed since it was shown: it runs $runs now, and boots $boots. Type the same line again" ;;
  esac
  case " $boots $2 " in *" $runs "*) return ;; esac
  case $1 in force*) return ;; esac
  refuse 1 "changed by someone else: it runs $runs, but its profile is $boots and last deployed from here was ${2:-nothing}. Look there first; --force deploys all the same"
}
# The shell of the system $1: what an activation puts at /bin/sh may be the very thing that is broken.
shell_of() { if [ -x "$1/sw/bin/sh" ]; then echo "$1/sw/bin/sh"; else echo /bin/sh; fi; }
# apart NAME [PROPERTY...]: runs the script NAME of the deployment $id as a unit, or a process ($job), of its own, that ends with no
# connection and no activation.
apart() {
  name=$1
  shift
  prev=$(readlink "$dir/prev")
  path=$prev/sw/bin:$PATH
  locales=${LOCALE_ARCHIVE-}
  [ -n "$locales" ] || locales=/run/current-system/sw/lib/locale/locale-archive
  if by_systemd; then
    systemd-run --quiet --collect --no-ask-password --no-block --service-type=oneshot --unit="hey-$name-$id" --property=DefaultDependencies=no \
      --property=TimeoutStartSec=infinity --property=TimeoutStopSec=5s --property=IgnoreOnIsolate=yes "$@" \
      --property=StandardOutput="append:$dir/log" --property=StandardError="append:$dir/log" \
      --setenv=PATH="$path" --setenv=LOCALE_ARCHIVE="$locales" --setenv=NIXOS_INSTALL_BOOTLOADER=0 \
      "$(shell_of "$prev")" "$dir/$name" "$id" 9>&-
  else
    env -i PATH="$path" LOCALE_ARCHIVE="$locales" NIXOS_INSTALL_BOOTLOADER=0 \
      setsid sh "$dir/$name" "$id" >>"$dir/log" 2>&1 </dev/null 9>&- &
    # shellcheck disable=SC2034
    job=$!
  fi
}
# Whether the unit $1 goes on. systemctl has no answer for a moment while systemd itself is renewed.
goes_on() {
  case $(systemctl show --property=ActiveState --value "$1" 2>/dev/null) in
    inactive | failed) false ;;
    *) true ;;
  esac
}
# Whether the activation of the deployment $id goes on.
activating() { if by_systemd; then goes_on "hey-activation-$id.service"; else kill -0 "$(readlink "$dir/activator")" 2>/dev/null; fi; }
# Nothing is rolled back by itself any more.
disarm() {
  if by_systemd; then
    systemctl stop "hey-rollback-$id.service" 2>/dev/null || :
  else
    sleeper=$(readlink "$dir/sleeper") || return 0
    if [ "$sleeper" -ne "$$" ]; then kill -s TERM -- "-$sleeper" 2>/dev/null || :; fi
  fi
}
# Has it rolled back now, beside the caller, with whom that must not end. $1 says why.
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
  if by_systemd && systemctl start --no-block "hey-rollback-$id.service" 2>/dev/null; then :; else apart rollback; fi
}
# inhibited STATUS LOG: whether NixOS (from 26.05 on) has refused to switch to the system, as dbus or systemd, say, are others
inhibited() { [ "$1" = 1 ] && grep -q "^There are changes to critical components" "$2"; }
# units_in LOG: what has failed in an activation that ended with 4: units, those of users, and what is activated for users. It names the
# units last, and shows "systemctl status" of each behind that: command lines and journals, in which any words may stand, also at the
# beginning of a line. Before that the beginning of a line is what tells its own words from others.
units_in() {
  own=$(LC_ALL=C sed "/^warning: the following units failed: /q" "$1")
  # lines EDIT: what sed makes of them
  lines() { printf "%s\n" "$own" | LC_ALL=C sed -nE "$1"; }
  named=$({
    lines "s/^warning: the following units failed: //p" | tr "," "\n"
    lines "s/^warning: the following user units failed: //p" | tr "," "\n" | sed "s/^ */user unit /"
    lines "s/^warning: (user activation for [^ ]+) failed.*/\1/p"
    lines "s/^Failed to (start|stop|restart|reload|[a-z]+-[a-z-]+) (user unit )?([^ ]+\.[a-z]+)(:.*)?\$/\2\3/p"
    lines "s/^(A dependency job|Job) for ([^ ]+\.[a-z]+) .*/\2/p"
  } | sed "s/^ *//" | grep . | LC_ALL=C sort -u | paste -s -d , - | sed "s/,/, /g")
  echo "${named:-which ones it did not say}"
}
failed_units() { systemctl list-units --failed --plain --no-legend --full | cut -d " " -f 1 | LC_ALL=C sort; }
# What the deployment $id has kept from garbage collection.
unroot() { rm -f "/nix/var/nix/gcroots/auto/hey-$id-prev" "/nix/var/nix/gcroots/auto/hey-$id-new"; }
# The deployment is over: its roots go. What is known of the last few stays, as who deployed may ask late.
archive() {
  unroot
  if [ -L "$dir/trial" ]; then forget_trial; fi
  mv -T "$dir" "/run/hey/past/$id"
  # Names that mktemp has made.
  # shellcheck disable=SC2012
  ls -t /run/hey/past | tail -n +9 | while read -r old; do
    if [ "$old" != "$id" ]; then rm -rf "/run/hey/past/$old"; fi
  done
}
# Without its id it is none, whatever is still to be removed.
forget_trial() { rm -f "$trial/id" && rm -rf "$trial"; }
# Whether systemd still starts what this boot is to start.
finishing() {
  case $(systemctl is-system-running) in
    initializing | starting) true ;;
    *) false ;;
  esac
}
# Where a commit is noted on the disk while it goes on: its deployment, its system, the generation before it (the name of its link) and
# the number of the newest one then. After a power cut it tells what was cut.
marker=/nix/var/nix/hey-commit
# Whether a commit, or a trial boot, has left something to be put right.
unmended() { [ -L "$marker" ] || [ -L "$trial/id" ]; }
# Of the deployment $id: what was cut by a power cut and is still to be put right.
say_cut() {
  case $(readlink "$marker") in "$id "*) echo "cut commit" ;; *) if [ "$(readlink "$trial/id")" = "$id" ]; then echo "cut trial"; fi ;; esac
}
# How the deployment $id stands, and its facts. After a reboot nothing is known of it.
stands() {
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
        for end in $verdicts; do
          if [ -L "$at/$end" ]; then said=$end; fi
        done
      fi
      echo "stands $said"
      echo "left $(($(readlink "$at/deadline") - $(seconds_up)))"
      for fact in started status why units inhibited held; do
        if [ -L "$at/$fact" ]; then echo "$fact $(readlink "$at/$fact")"; fi
      done
      return
    done
    sleep 0.2
  done
  if [ "$(readlink "$trial/id")" = "$id" ]; then
    said=$(trial_progress)
    if [ "$said" = over ]; then
      echo "stands lost"
      say_cut
    else
      echo "stands $said"
    fi
    return
  fi
  echo "stands lost"
  say_cut
}
