# $ ops-sync.ts vps-pacman --backend nix
(
verb=ops-sync
if [ -n "${ZSH_VERSION-}" ]; then emulate sh; fi
set -eu
step() { printf "%s\n" "$verb: $*" >&2 || :; }
state=
ended=0
abandon() { :; }
clean() { :; }
trap 'ended=$?; abandon; clean; if [ "$ended" -gt 0 ] && [ -n "$state" ]; then step "$state"; fi' EXIT
trap "exit 129" HUP
trap "exit 130" INT
trap "exit 141" PIPE
trap "exit 143" TERM
for place in "${XDG_RUNTIME_DIR-}" /dev/shm /tmp; do
  if [ -n "$place" ] && [ "${#place}" -le 60 ] && [ -d "$place" ] && [ -w "$place" ]; then break; fi
done
target='root@vps-pacman'
tmp=$(mktemp -d "$place/hey.XXXXXX")
clean() {
  reach -O exit "$target" >/dev/null 2>&1 || :
  rm -rf "$tmp"
}
state="nothing was changed on $target"
answer=
newline="
"
heard() {
  value=$newline$answer$newline
  case $value in
    *"$newline$1 "*) value=${value#*"$newline$1 "} ;;
    *) return 0 ;;
  esac
  value=${value%%"$newline"*}
  case $value in
    *[[:cntrl:]]*) value=$(printf "%s" "$value" | tr -d "[:cntrl:]") ;;
  esac
  printf "%s\n" "$value"
}
standing() { printf "%s" "$target runs $(heard runs), boots $(heard boots)"; }
refused() {
  if [ -n "$(heard refused)" ]; then
    state="$(heard refused); nothing was changed on $target (status $1)"
    exit "$1"
  fi
}
host='vps-pacman'
record=${XDG_STATE_HOME:-${HOME-}/.local/state}/hey/deployed/$host
expected=
if [ -r "$record" ]; then expected=$(tr -cd "A-Za-z0-9 +._?=/-" <"$record"); fi
by=$(printf "%s" "$(id -un)@$(uname -n)" | tr -cd "A-Za-z0-9@._-")
recorded() { (mkdir -p "${record%/*}" && printf "%s\n" "$*" >"$record") 2>/dev/null || :; }
reach() { ssh -T -o 'RemoteCommand=none' -o 'ClearAllForwardings=yes' -o 'ControlMaster=auto' -o 'ControlPath='"$tmp"/ssh -o 'ControlPersist=15m' -o 'ConnectTimeout=10' -o 'ServerAliveInterval=15' -o 'ServerAliveCountMax=4' "$@"; }
ask() { reach root@vps-pacman -- 'sh -c '\''set -u
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
if [ "$(id -u)" = 0 ]; then :; else
  refuse 1 "$(id -un) is not root there, and only root may deploy: name no user in the target, or root"
fi
refuse_guarded
if [ -e /run/hey/lock ]; then flock -n /run/hey/lock true || refuse_held; fi
refuse_changed "$1" "$2"
tell'\'' sh keep "'"$expected"'"' "$@"; }
step "ask $target"
if answer=$(ask </dev/null); then
  :
else
  ended=$?
  refused "$ended"
  exit "$ended"
fi
step 'build vps-pacman'
nix --extra-experimental-features 'nix-command flakes' build --show-trace --out-link "$tmp"/system '.#nixosConfigurations."vps-pacman".config.system.build.toplevel'
system=$(readlink "$tmp/system")
if [ -f "$system/nixos-version" ]; then
  :
else
  step "$system is not a NixOS system; nothing was copied"
  exit 1
fi
step 'copy to root@vps-pacman'
NIX_SSHOPTS='-T -o RemoteCommand=none -o ClearAllForwardings=yes -o ControlMaster=auto -o ControlPath='"$tmp"'/ssh -o ControlPersist=15m -o ConnectTimeout=10 -o ServerAliveInterval=15 -o ServerAliveCountMax=4' nix --extra-experimental-features 'nix-command flakes' copy --to ssh://root@vps-pacman "$system"
activate() { reach root@vps-pacman -- 'sh -c '\''set -u
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
set -e
system=$1
action=$2
locales=${LOCALE_ARCHIVE-}
[ -n "$locales" ] || locales=/run/current-system/sw/lib/locale/locale-archive
take_lock "$3"
refuse_changed "$4" "$5"
case $action in
  switch | boot) nix-env -p "$profile" --set "$system" >&2 ;;
esac
dir=$(mktemp -d /run/hey-activation.XXXXXX)
: >"$dir/log"
if by_systemd; then
  systemd-run --quiet --collect --wait --no-ask-password --service-type=exec --unit=nixos-rebuild-switch-to-configuration \
    --setenv=LOCALE_ARCHIVE="$locales" --setenv=NIXOS_INSTALL_BOOTLOADER=0 \
    --property=StandardOutput="append:$dir/log" --property=StandardError="append:$dir/log" \
    "$system/bin/switch-to-configuration" "$action" >&2 9>&- &
else
  env -i PATH="$PATH" LOCALE_ARCHIVE="$locales" NIXOS_INSTALL_BOOTLOADER=0 \
    setsid "$system/bin/switch-to-configuration" "$action" >"$dir/log" 2>&1 </dev/null 9>&- &
fi
job=$!
tail -n +1 -s 0.1 --pid="$job" -f "$dir/log" >&2 9>&- &
status=0
wait "$job" || status=$?
wait
if [ "$status" -eq 4 ]; then echo "units $(sed -n "s/.*the following units failed: *//p" "$dir/log" | tail -n 1)"; fi
rm -rf "$dir"
tell
exit "$status"'\'' sh "'"$system"'" switch "'"$by"'" keep "'"$expected"'"' "$@"; }
action='switch'
where='vps-pacman'
shell='/path/to/hey/scripts/ops-ssh.ts'
step "$action on $target"
lost="the connection to $target was lost in the middle: what was started there goes on by itself. Look: $shell $where readlink /run/current-system; then type the same line again"
state=$lost
case $action in
  switch | test) recorded "$(heard runs)" "$system" ;;
esac
if answer=$(activate </dev/null); then ended=0; else ended=$?; fi
refused "$ended"
case $action-$(heard runs) in
  dry-activate-* | *-) ;;
  *) recorded "$(heard runs)" ;;
esac
case $ended in
  0) state=$(standing) ;;
  4) state="activated, but some units failed: $(heard units) (status 4); $(standing). Look: $shell $where systemctl --failed" ;;
  255) state=$lost ;;
  *) state="the activation failed (status $ended); $(standing). Look at what it said; then type the same line again" ;;
esac
if [ "$ended" -gt 0 ]; then exit "$ended"; fi
step "$state"
)
