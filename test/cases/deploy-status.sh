# $ ops-deploy.ts vps-ultraman vps_ultraman_root --status
ssh -T -o 'RemoteCommand=none' -o 'ClearAllForwardings=yes' -o 'ConnectTimeout=10' root@vps_ultraman_root -- 'sh -c '\''set -u
profile=/nix/var/nix/profiles/system
refuse() {
  status=$1
  shift
  printf "refused %s\n" "$*"
  exit "$status"
}
by_systemd() { [ -d /run/systemd/system ]; }
seconds_up() {
  read -r up _ </proc/uptime
  echo "${up%%.*}"
}
tell() {
  echo "runs $(readlink -e /run/current-system || echo nothing)"
  echo "boots $(readlink -e "$profile" || echo nothing)"
}
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
take_lock() {
  (umask 077 && mkdir -p /run/hey)
  exec 9>/run/hey/lock
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
refuse_changed() {
  runs=$(readlink -e /run/current-system) || refuse 1 "no NixOS system runs there"
  boots=$(readlink -e "$profile") || boots=nothing
  case " $boots $2 " in *" $runs "*) return ;; esac
  if [ "$1" = force ]; then return; fi
  refuse 1 "changed by someone else: it runs $runs, but its profile is $boots and last deployed from here was ${2:-nothing}. Look there first; --force deploys all the same"
}
activating() {
  if by_systemd; then
    case $(systemctl show --property=ActiveState --value "hey-activate-$id.service" 2>/dev/null) in
      inactive | failed) return 1 ;;
      *) return 0 ;;
    esac
  fi
  kill -0 "$(readlink "$dir/activator")" 2>/dev/null
}
disarm() {
  if by_systemd; then
    systemctl stop "hey-rollback-$id.timer" 2>/dev/null || :
  else
    sleeper=$(readlink "$dir/sleeper") || return 0
    if [ "$sleeper" -ne "$$" ]; then kill -s TERM -- "-$sleeper" 2>/dev/null || :; fi
  fi
}
go_back() {
  ln -s "$1" "$dir/why" 2>/dev/null || :
  if by_systemd; then
    systemctl start --no-block "hey-rollback-$id.service"
  else
    setsid sh "$dir/rollback" "$id" </dev/null >>"$dir/log" 2>&1 9>&- &
  fi
}
archive() {
  rm -f "/nix/var/nix/gcroots/auto/hey-$id-prev" "/nix/var/nix/gcroots/auto/hey-$id-new"
  rm -rf /run/hey/last
  mv -T "$dir" /run/hey/last
}
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
say_facts() {
  for fact in by prev new verdict why status units committed; do
    if [ -L "$1/$fact" ]; then echo "  $fact $(readlink "$1/$fact")"; fi
  done
}
none=yes
for open in /run/hey/*; do
  if [ "$open" = /run/hey/last ]; then continue; fi
  ends=$(readlink "$open/deadline") || continue
  none=
  echo "armed: goes back in $((ends - $(seconds_up))) s unless confirmed"
  say_facts "$open"
done
if [ -n "$none" ]; then
  echo "nothing is armed"
  if [ -e /run/hey/lock ]; then flock -n /run/hey/lock true || echo "a deployment is under way: $(readlink /run/hey/holder)"; fi
  if [ -d /run/hey/last ]; then
    echo "the last guarded deployment since boot:"
    say_facts /run/hey/last
  fi
fi
tell'\'' sh' </dev/null
