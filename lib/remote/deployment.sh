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
by_systemd() { [ -d /run/systemd/system ]; }
# Seconds since this machine was booted: the wall clock may jump.
seconds_up() {
  read -r up _ </proc/uptime
  echo "${up%%.*}"
}
# What runs, and what boots.
tell() {
  echo "runs $(readlink -e /run/current-system || echo nothing)"
  echo "boots $(readlink -e "$profile" || echo nothing)"
}
# Refuses while a guarded deployment is under way. That ends by itself, and with it what it holds: at the latest 120 s after its
# deadline, which is time enough for the way back.
refuse_guarded() {
  for other in /run/hey/*; do
    if [ "$other" = /run/hey/last ]; then continue; fi
    ends=$(readlink "$other/deadline") || continue
    left=$((ends - $(seconds_up)))
    if [ "$left" -ge -120 ]; then
      refuse 13 "another deployment holds the lock: $(readlink "$other/by"); unless confirmed it is undone $([ "$left" -gt 0 ] && echo "in $left s" || echo now)"
    fi
  done
}
refuse_held() {
  if [ -L /run/hey/holder ]; then refuse 13 "another deployment holds the lock: $(readlink /run/hey/holder)"; fi
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
  refuse_guarded
  by="$1, since $(date -u +%T) UTC"
  trap "rm -f /run/hey/holder" EXIT
  ln -sfn "$by" /run/hey/holder
}
# Refuses where someone else has changed what runs, unless $1 is "force". $2 is what was last deployed from there.
refuse_changed() {
  runs=$(readlink -e /run/current-system) || refuse 1 "no NixOS system runs there"
  boots=$(readlink -e "$profile") || boots=nothing
  case " $boots $2 " in *" $runs "*) return ;; esac
  if [ "$1" = force ]; then return; fi
  refuse 1 "changed by someone else: it runs $runs, but its profile is $boots and last deployed from here was ${2:-nothing}. Look there first; --force deploys all the same"
}
# Whether the activation of the deployment $id goes on. systemctl has no answer for a moment while systemd itself is renewed.
activating() {
  if by_systemd; then
    case $(systemctl show --property=ActiveState --value "hey-activate-$id.service" 2>/dev/null) in
      inactive | failed) return 1 ;;
      *) return 0 ;;
    esac
  fi
  kill -0 "$(readlink "$dir/activator")" 2>/dev/null
}
# Nothing goes back by itself any more.
disarm() {
  if by_systemd; then
    systemctl stop "hey-rollback-$id.timer" 2>/dev/null || :
  else
    sleeper=$(readlink "$dir/sleeper") || return 0
    if [ "$sleeper" -ne "$$" ]; then kill -s TERM -- "-$sleeper" 2>/dev/null || :; fi
  fi
}
# Starts the way back now, beside the caller, with whom it must not end. $1 says why.
go_back() {
  ln -s "$1" "$dir/why" 2>/dev/null || :
  if by_systemd; then
    systemctl start --no-block "hey-rollback-$id.service"
  else
    setsid sh "$dir/rollback" "$id" </dev/null >>"$dir/log" 2>&1 9>&- &
  fi
}
# The deployment is over: its roots go, and what is known of it stays as /run/hey/last.
archive() {
  rm -f "/nix/var/nix/gcroots/auto/hey-$id-prev" "/nix/var/nix/gcroots/auto/hey-$id-new"
  rm -rf /run/hey/last
  mv -T "$dir" /run/hey/last
}
# How the deployment $id stands, and its facts. After a reboot nothing is known of it.
stands() {
  for _ in 1 2 3; do
    for at in "$dir" /run/hey/last; do
      if [ "$(readlink "$at/id")" != "$id" ]; then continue; fi
      case $(readlink "$at/verdict")$at in
        confirmed/run/hey/last) echo "stands confirmed" ;;
        confirmed*) echo "stands committing" ;;
        rolled-back/run/hey/last) echo "stands back" ;;
        rolled-back*) echo "stands going-back" ;;
        *) echo "stands open" ;;
      esac
      for fact in started status why units committed; do
        if [ -L "$at/$fact" ]; then echo "$fact $(readlink "$at/$fact")"; fi
      done
      return
    done
    sleep 0.2
  done
  echo "stands lost"
}
