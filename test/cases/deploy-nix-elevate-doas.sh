# $ ops-deploy.ts vps-ultraman admin@vps_ultraman_root --backend nix --elevate doas
(
verb=ops-deploy
if [ -n "${ZSH_VERSION-}" ]; then emulate sh; fi
set -eu
step() { printf "%s\n" "$verb: $*" >&2 || :; }
state=
ended=0
abandon() { :; }
clean() { :; }
report() { :; }
note() { :; }
heard() { :; }
heard_number() { :; }
trap 'ended=$?; trap "clean; exit 130" INT; abandon; report; clean; if [ "$ended" -gt 0 ] && [ -n "$state" ]; then step "$state"; fi; note' EXIT
trap "exit 129" HUP
trap "exit 130" INT
trap "exit 131" QUIT
trap "exit 141" PIPE
trap "exit 143" TERM
log_host='vps-ultraman'
log_target='admin@vps_ultraman_root'
case ${XDG_STATE_HOME-} in
  /*) notes=$XDG_STATE_HOME/hey ;;
  *) notes=${HOME-}/.local/state/hey ;;
esac
began=$(date +%s)
said=
from=
touched=
step() {
  said=$*
  printf "%s\n" "$verb: $*" >&2 || :
}
by=$(printf "%s" "$(id -un)@$(uname -n)" | tr -cd "A-Za-z0-9@._-")
member() {
  if [ -n "$2" ]; then printf ', "%s": "%s"' "$1" "$(printf "%s" "$2" | tr -d "[:cntrl:]" | LC_ALL=C sed 's/[\\"]/\\&/g')"; fi
}
note() {
  transcript=
  if [ -n "${lane-}" ] && [ -d "$lane" ]; then transcript=$lane/log; fi
  (
    umask 077
    mkdir -p "$notes"
    if [ -f "$notes/log" ] || [ ! -e "$notes/log" ]; then
      printf '{"began": %s, "ended": %s, "status": %s%s}\n' "$began" "$(date +%s)" "$ended" \
        "$(member by "$by" && member verb "$verb" && member host "$log_host" && member target "$log_target" && member from "$from" && member to "$(heard_number number)" && member reboot "$(heard reboot)" && member untouched "$([ -n "$touched" ] || echo yes)" && member said "$said" && member transcript "$transcript")" >>"$notes/log"
    fi
  ) 2>/dev/null || :
}
for place in "${XDG_RUNTIME_DIR-}" /dev/shm /tmp; do
  if [ -n "$place" ] && [ "${#place}" -le 60 ] && [ -d "$place" ] && [ -w "$place" ]; then break; fi
done
target='admin@vps_ultraman_root'
tmp=$(mktemp -d "$place/hey.XXXXXX")
clean() {
  reach -O exit "$target" >/dev/null 2>&1 || :
  rm -rf "$tmp" || :
}
state="nothing was changed on $target"
answer=
newline="
"
clock() {
  if [ -r /proc/uptime ]; then read -r now _ </proc/uptime; else now=$(date +%s); fi
  now=${now%%.*}
}
heard() {
  value=$newline$answer$newline
  case $value in
    *"$newline$1 "*) value=${value#*"$newline$1 "} ;;
    *) return 0 ;;
  esac
  value=${value%%"$newline"*}
  if [ -n "$value" ] && [ -z "${value##*[! A-Za-z0-9./:_,@+=()>-]*}" ]; then value=$(printf "%s" "$value" | LC_ALL=C tr -cd " -~"); fi
  printf "%s\n" "$value"
}
number() {
  if [ -z "$2" ] || [ "${#2}" -gt "$1" ] || [ -z "${2##* *}" ] || [ -z "${2##*[! 0-9]*}" ]; then return 0; fi
  digits=${2#"${2%%[1-9]*}"}
  printf "%s\n" "${digits:-0}"
}
heard_number() { number 9 "$(heard "$1")"; }
changes() { heard "$1" | sed "s/->/$(printf "\342\206\222")/g"; }
refused() {
  if [ -n "$(heard refused)" ]; then
    state="$(heard refused); nothing was changed on $target (status $1)${2-}"
    exit "$1"
  fi
}
deployment='set -u
profile=/nix/var/nix/profiles/system
refuse() {
  status=$1
  shift
  printf "refused %s\n" "$*"
  exit "$status"
}
not_root() { [ "$(id -u)" != 0 ] && echo "$(id -un) is not root there, and only root may $1: add --elevate sudo, or name no user in the target"; }
need_root() { if why=$(not_root "$1"); then refuse 1 "$why"; fi; }
by_systemd() { [ -d /run/systemd/system ]; }
seconds_up() {
  read -r up _ </proc/uptime
  echo "${up%%.*}"
}
generations() { printf "%s\n" "$profile"-*-link | sed -n "s|^$profile-\([1-9][0-9]\{0,8\}\)-link\$|\1|p" | sort -rn; }
limited() { timeout -k 10 600 "$@"; }
set_profile() {
  if [ "$2" = new ]; then limited nix-env -p "$profile" --set "$1"; else limited nix-env -p "$profile" --switch-generation "$2"; fi
}
kernel_of() {
  for version in "$1"/kernel-modules/lib/modules/*; do
    if [ -d "$version" ]; then echo "${version##*/}"; fi
  done
}
compare() {
  parts=
  for part in kernel initrd kernel-modules systemd; do
    was=$(readlink -e "$1/$part") || continue
    is=$(readlink -e "$2/$part") || continue
    if [ "$was" = "$is" ]; then continue; fi
    case $part$parts in
      kernel*) parts=", kernel $(kernel_of "$1") -> $(kernel_of "$2")" ;;
      systemd*) parts="$parts, systemd ${was##*-systemd-} -> ${is##*-systemd-}" ;;
      *", kernel "*) ;;
      *) parts="$parts, $part" ;;
    esac
  done
  if [ -n "$parts" ]; then echo "$3 ${parts#, }"; fi
}
tell() {
  echo "runs $(readlink -e /run/current-system || echo nothing)"
  echo "boots $(readlink -e "$profile" || echo nothing)"
  if [ "$(readlink /run/hey/failed)" = "$(readlink -e /run/current-system)" ]; then echo "failed yes"; fi
  now=$(readlink "$profile" || :)
  now=${now#system-}
  echo "number ${now%-link}"
  compare /run/booted-system "$profile" reboot
}
alive() { [ -e "$dir/$1" ] && ! flock -n -s "$dir/$1" true; }
verdicts="rolled-back not-rolled-back superseded not-activated kept committed uncommitted"
progress() {
  if [ -L "$dir/confirmed" ]; then
    if alive commit; then echo committing; else echo commit-cut; fi
  elif [ -L "$dir/rolled-back" ]; then
    if [ -L "$dir/trial" ] || alive rollback; then echo going-back; else echo back-cut; fi
  elif [ -L "$dir/open" ]; then
    echo open
  else
    echo over
  fi
}
each_open() {
  for dir in /run/hey/*; do
    ends=$(readlink "$dir/deadline") || continue
    id=${dir##*/}
    left=$((ends - $(seconds_up)))
    "$@"
  done
}
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
trial=/nix/var/nix/hey-trial
trial_progress() {
  noted=$(readlink "$trial/id") || return 0
  read -r this </proc/sys/kernel/random/boot_id
  if [ "$this" = "$(readlink "$trial/boot")" ]; then
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
take_lock() {
  (umask 077 && mkdir -p /run/hey)
  exec 9>/run/hey/lock
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
shell_of() { if [ -x "$1/sw/bin/sh" ]; then echo "$1/sw/bin/sh"; else echo /bin/sh; fi; }
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
    job=$!
  fi
}
goes_on() {
  case $(systemctl show --property=ActiveState --value "$1" 2>/dev/null) in
    inactive | failed) false ;;
    *) true ;;
  esac
}
activating() { if by_systemd; then goes_on "hey-activation-$id.service"; else kill -0 "$(readlink "$dir/activator")" 2>/dev/null; fi; }
disarm() {
  if by_systemd; then
    systemctl stop "hey-rollback-$id.service" 2>/dev/null || :
  else
    sleeper=$(readlink "$dir/sleeper") || return 0
    if [ "$sleeper" -ne "$$" ]; then kill -s TERM -- "-$sleeper" 2>/dev/null || :; fi
  fi
}
go_back() {
  ln -s "$1" "$dir/why" 2>/dev/null || :
  if [ -L "$dir/trial" ]; then
    ln -s 0 "$dir/now" && mv -T "$dir/now" "$dir/deadline"
    return
  fi
  rm -f "$dir/clock"
  if by_systemd && systemctl start --no-block "hey-rollback-$id.service" 2>/dev/null; then :; else apart rollback; fi
}
inhibited() { [ "$1" = 1 ] && grep -q "^There are changes to critical components" "$2"; }
units_in() {
  own=$(LC_ALL=C sed "/^warning: the following units failed: /q" "$1")
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
unroot() { rm -f "/nix/var/nix/gcroots/auto/hey-$id-prev" "/nix/var/nix/gcroots/auto/hey-$id-new"; }
archive() {
  unroot
  if [ -L "$dir/trial" ]; then forget_trial; fi
  mv -T "$dir" "/run/hey/past/$id"
  ls -t /run/hey/past | tail -n +9 | while read -r old; do
    if [ "$old" != "$id" ]; then rm -rf "/run/hey/past/$old"; fi
  done
}
forget_trial() { rm -f "$trial/id" && rm -rf "$trial"; }
finishing() {
  case $(systemctl is-system-running) in
    initializing | starting) true ;;
    *) false ;;
  esac
}
marker=/nix/var/nix/hey-commit
unmended() { [ -L "$marker" ] || [ -L "$trial/id" ]; }
say_cut() {
  case $(readlink "$marker") in "$id "*) echo "cut commit" ;; *) if [ "$(readlink "$trial/id")" = "$id" ]; then echo "cut trial"; fi ;; esac
}
stands() {
  for _ in 1 2 3; do
    for at in "$dir" "/run/hey/past/$id"; do
      if [ ! -L "$at/deadline" ]; then continue; fi
      said=over
      if [ "$at" = "$dir" ]; then
        said=$(progress)
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
}'
where='admin@vps_ultraman_root'
shell='/path/to/hey/scripts/ops-ssh.ts --elevate doas'
reboot='/path/to/hey/scripts/ops-reboot.ts --elevate doas vps-ultraman admin@vps_ultraman_root'
owed() { if [ -n "$(heard reboot)" ]; then printf "%s" "; reboot needed: $(changes reboot). Then: $reboot"; fi; }
standing() { printf "%s" "$target runs $(heard runs), boots $(heard boots)"; }
host='vps-ultraman'
record=$notes/deployed/$host
recorded() { (mkdir -p "${record%/*}" && printf "%s\n" "$*" >"$record") 2>/dev/null || :; }
reach() { ssh -T -o 'RemoteCommand=none' -o 'ClearAllForwardings=yes' -o 'ControlMaster=auto' -o 'ControlPersist=15m' -o 'ConnectTimeout=10' -o 'ServerAliveInterval=15' -o 'ServerAliveCountMax=4' -S "$tmp"/ssh "$@"; }
prove_root() { reach admin@vps_ultraman_root -- 'sh -c '\''echo
set -u
export LC_ALL=C
me=$(id -un)
refuse() {
  printf "refused %s\n" "$*"
  exit 1
}
if command -v "$1" >/dev/null 2>&1; then :; else refuse "there is no $1 there; type --elevate with another program, or a login that is root"; fi
not="! "
try() {
  case $1-$2 in
    sudo-secret) sudo -S -p "" -- sh -c : ;;
    sudo-*) sudo -n -- sh -c : </dev/null ;;
    doas-*) doas -n -- sh -c : </dev/null ;;
    run0-*) run0 --no-ask-password -- sh -c : </dev/null ;;
  esac 2>&1
}
if [ "$1-$2" = sudo-secret ] && sudo -k -n -- sh -c : </dev/null >/dev/null 2>&1; then
  echo "password unneeded"
  set -- sudo none
fi
said=$(try "$1" "$2") || case $1-$2-$said in
  sudo-later-*"password is required"* | sudo-later-*"uthentication is required"*) ;;
  sudo-*"must have a tty"*) refuse "sudo there wants a terminal of $me (requiretty), and a deployment has none; put this into its sudoers: Defaults:$me ${not% }requiretty (NixOS: security.sudo.extraConfig)" ;;
  sudo-secret-*"incorrect password"* | sudo-secret-*"try again"* | sudo-secret-*"incorrect authentication"*) refuse "that is not the password of $me there" ;;
  sudo-*"password is required"* | sudo-*"terminal is required"* | sudo-*"uthentication is required"*) refuse "sudo there asks $me for a password; add --ask-elevate-password, or let it need none (NixOS: security.sudo.wheelNeedsPassword = false)" ;;
  sudo-*"not in the sudoers"* | sudo-*"not allowed"* | sudo-*"may not run"*) refuse "$me may not become root by sudo there; put it into the group wheel there, or log in as root" ;;
  doas-*"uthentication"*) refuse "doas there asks $me for a password, which it takes at a terminal only; let it need none (NixOS: noPass in security.doas.extraRules), or type --elevate sudo" ;;
  doas-*"not permitted"* | doas-*"not enabled"*) refuse "$me may not become root by doas there; permit it (NixOS: security.doas.extraRules), or log in as root" ;;
  run0-*"uthentication"* | run0-*"ccess denied"*) refuse "run0 there lets $me not become root without a question; permit it by a rule of polkit (NixOS: security.polkit.extraConfig), or type --elevate sudo" ;;
  *) refuse "$me does not become root by $1 there: $(printf "%s\n" "$said" | tail -n 1)" ;;
esac
echo "nix-store $(command -v nix-store || echo nix-store)"'\'' sh doas none' "$@"; }
program='doas'
step "become root on $target by $program"
if answer=$(prove_root </dev/null); then
  if [ "$(heard password)" = unneeded ]; then
    say_secret() { :; }
  fi
else
  ended=$?
  refused "$ended"
  state="$target can't be reached; nothing was changed on it (status 1)"
  exit 1
fi
nix_store=$(heard nix-store | LC_ALL=C tr -cd "A-Za-z0-9/._+-")
shown=
expected=
if [ -r "$record" ]; then expected=$(tr -cd "A-Za-z0-9 +._?=/-" <"$record"); fi
ask() { reach admin@vps_ultraman_root -- 'sh -c '\''exec doas -n -- env "PATH=$PATH" "$@"'\'' sh sh -c '\'''"$deployment"'
echo
need_root deploy
(each_open refuse_open; refuse_trial) || exit
if [ -e /run/hey/lock ]; then flock -n /run/hey/lock true || refuse_held; fi
refuse_switching
refuse_changed "$1" "$2"
tell
timeout 3 df -P -k / /nix 2>/dev/null | (
  while read -r _ _ _ free _ at; do
    case $at$free in /*[0-9]) if [ "$free" -lt 32768 ]; then refuse 1 "$at is full there ($((free / 1024)) MiB left), and nothing can be copied; make room first: nix-collect-garbage --delete-older-than 14d"; fi ;; esac
  done
) || exit'\'' sh "keep'"$shown"'" "'"$expected"'"' "$@"; }
step "ask $target"
if answer=$(ask </dev/null); then
  from=$(heard_number number)
else
  ended=$?
  refused "$ended"
  state="$target can't be reached; nothing was changed on it (status 1)"
  exit 1
fi
afterwards() { true "$@"; }
step 'build vps-ultraman'
nix --extra-experimental-features 'nix-command flakes' build --show-trace --out-link "$tmp"/system '.#nixosConfigurations."vps-ultraman".config.system.build.toplevel'
system=$(readlink "$tmp/system")
if [ -f "$system/nixos-version" ]; then
  :
else
  step "$system is not a NixOS system; nothing was copied"
  exit 1
fi
step 'copy to admin@vps_ultraman_root'
NIX_SSHOPTS='-T -o RemoteCommand=none -o ClearAllForwardings=yes -o ControlMaster=auto -o ControlPersist=15m -o ConnectTimeout=10 -o ServerAliveInterval=15 -o ServerAliveCountMax=4 -S '"$tmp"/ssh nix --extra-experimental-features 'nix-command flakes' copy --to 'ssh://admin@vps_ultraman_root?remote-program=doas%20-n%20--%20'"$nix_store" "$system"
activate() { reach admin@vps_ultraman_root -- 'sh -c '\''exec doas -n -- env "PATH=$PATH" "$@"'\'' sh sh -c '\'''"$deployment"'
echo
efivars=/sys/firmware/efi/efivars
grubenv=/boot/grub/grubenv
loader_variable() { cat "$efivars/$1-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f" 2>/dev/null | tail -c +5 | tr -d "\000"; }
by_systemd_boot() {
  case $(loader_variable LoaderInfo) in
    systemd-boot*) true ;;
    *) false ;;
  esac
}
once() { if by_systemd_boot; then loader_variable LoaderEntryOneShot; else grub-editenv "$grubenv" list 2>/dev/null | sed -n "s/^next_entry=//p"; fi; }
boot_once() {
  if by_systemd_boot; then
    bootctl set-oneshot "$1"
  elif [ -n "$1" ]; then
    grub-editenv "$grubenv" set "next_entry=$1"
  else
    grub-editenv "$grubenv" unset next_entry
  fi
}
on_disk() { sync -f /nix/var/nix /nix/store; }
menu_on_disk() { [ ! -d /boot ] || sync -f /boot; }
commit() {
  newest=$(generations | head -n 1)
  rm -f "$marker"
  ln -s "$id $new $(readlink "$profile") $newest" "$marker" || return 1
  set_profile "$new" "$(readlink "$dir/generation")" || return 1
  on_disk || return 1
  NIXOS_INSTALL_BOOTLOADER=$(readlink "$dir/bootloader") limited "$new/bin/switch-to-configuration" boot || return 1
  menu_on_disk || return 1
  rm -f "$marker"
}
uncommit() {
  marked=$(readlink "$marker") || return 0
  generation() {
    number=${1#system-}
    echo "${number%-link}"
  }
  newest=${marked##* }
  before=${marked% *}
  before=${before##* }
  now=$(readlink "$profile")
  if [ "$now" != "$before" ]; then
    limited nix-env -p "$profile" --switch-generation "$(generation "$before")"
    if [ "$(generation "$now")" -gt "$newest" ]; then limited nix-env -p "$profile" --delete-generations "$(generation "$now")"; fi
  fi
  boot_entry "$(readlink -e "$profile")"
}
boot_entry() {
  on_disk
  NIXOS_NO_CHECK=1 NIXOS_INSTALL_BOOTLOADER=0 limited "$1/bin/switch-to-configuration" boot && menu_on_disk && rm -f "$marker"
}
end_trial() {
  disarm_trial || return 1
  if made=$(readlink "$trial/made") && [ "$(readlink "$profile")" != "system-$made-link" ] &&
    [ "$(readlink "$profile-$made-link")" = "$(readlink "$trial/new")" ]; then
    rm -f "$profile-$made-link"
  fi
  if [ -e "$(readlink -e "$profile")/bin/switch-to-configuration" ]; then boot_entry "$(readlink -e "$profile")" || return 1; fi
  forget_trial
}
disarm_trial() {
  entry=$(readlink "$trial/entry") || return 0
  if [ "$(once)" = "$entry" ]; then boot_once "" || return 1; fi
}
mend() {
  mend_commit
  if [ -L "$trial/id" ]; then end_trial; fi
}
mend_commit() {
  marked=$(readlink "$marker") || return 0
  system=${marked#* }
  system=${system%% *}
  before=${marked% *}
  before=${before##* }
  case $(readlink -e "$profile") in
    "$system") if [ "$(readlink -e /run/current-system)" = "$system" ]; then boot_entry "$system"; else uncommit; fi ;;
    *) if [ "$(readlink "$profile")" = "$before" ]; then uncommit; else rm -f "$marker"; fi ;;
  esac
}
set -e
system=$1
action=$2
what=$6
locales=${LOCALE_ARCHIVE-}
[ -n "$locales" ] || locales=/run/current-system/sw/lib/locale/locale-archive
take_lock "$3"
refuse_switching
refuse_changed "$4" "$5"
if [ -x "$what/bin/switch-to-configuration" ]; then :; else refuse 1 "$what is not there any more"; fi
noting() {
  cat <<"end"
status=0
"$1/bin/switch-to-configuration" "$2" || status=$?
PATH=$3
ln -s "$status" "$4/status"
exit "$status"
end
}
dir=$(mktemp -d /run/hey-activation.XXXXXX) || refuse 1 "no directory can be made in /run there (is it full?)"
if printf "" >"$dir/log" && noting >"$dir/run"; then :; else
  rm -rf "$dir"
  refuse 1 "/run can not be written to there (is it full?)"
fi
echo "begun yes"
case $action in
  switch | boot)
    if [ -L "$trial/id" ] && ! end_trial >&2; then
      rm -rf "$dir"
      refuse 1 "what a trial boot has left there can not be cleared away (is /boot full?)"
    fi
    before=$(readlink "$profile") || :
    if set_profile "$system" "$8" >&2; then :; else
      rm -rf "$dir"
      tell
      if [ "$(readlink "$profile")" = "$before" ]; then refuse 1 "its profile could not be set (disk full?)"; fi
      echo "why nix-env failed behind the new profile, and nothing was activated"
      exit 1
    fi
    rm -f "$marker"
    on_disk || :
    ;;
esac
unit=nixos-rebuild-switch-to-configuration
run() { "$@" "$(shell_of "$runs")" "$dir/run" "$what" "$action" "$runs/sw/bin:$PATH" "$dir" 9>&-; }
why=
if ! by_systemd; then
  run env -i PATH="$PATH" LOCALE_ARCHIVE="$locales" NIXOS_INSTALL_BOOTLOADER="$7" setsid >"$dir/log" 2>&1 </dev/null &
  job=$!
elif run systemd-run --quiet --collect --no-ask-password --service-type=exec --unit="$unit" \
  --setenv=LOCALE_ARCHIVE="$locales" --setenv=NIXOS_INSTALL_BOOTLOADER="$7" \
  --property=StandardOutput="append:$dir/log" --property=StandardError="append:$dir/log" >&2; then
  while goes_on "$unit.service"; do
    for _ in 1 2 3 4 5 6 7 8 9 10; do
      sleep 0.1
      if [ -L "$dir/status" ]; then break; fi
    done
  done &
  job=$!
else
  why="the activation could not be started (does another one run there?)"
fi
if [ -z "$why" ]; then tail -n +1 -s 0.1 --pid="$job" -f "$dir/log" >&2 9>&- & fi
wait
status=$(readlink "$dir/status") || status=none
case $status in
  4) units=$(units_in "$dir/log") ;;
  none | 129 | 1[3-8]? | 19[0-2])
    status=1
    why=${why:-the activation was cut before its end}
    ;;
esac
blocked=
if inhibited "$status" "$dir/log"; then blocked=yes; fi
rm -rf "$dir"
if [ "$status" -eq 0 ]; then rm -f /run/hey/failed; else ln -sfn "$what" /run/hey/failed; fi
if [ "$status" -eq 4 ]; then echo "units $units"; fi
if [ -n "$why" ]; then echo "why $why"; elif [ -n "$blocked" ]; then echo "inhibited yes"; fi
tell
exit "$status"'\'' sh "'"$system"'" "'"$action"'" "'"$by"'" "keep'"$shown"'" "'"$expected"'" "'"$system"'" 0 new' "$@"; }
activated() {
  if [ -n "$(heard refused)" ]; then touched=; fi
  refused "$1" "$(known_standing)"
  if [ -z "$(heard begun)" ] && [ "$1" -gt 0 ] && [ "$1" -lt 128 ]; then
    touched=
    state="the activation could not begin; nothing was changed on $target (status $1)"
    exit "$1"
  fi
  how=$(heard why)
  case $1 in
    0) how=activated ;;
    4) how="activated, but some units failed: $(heard units)" ;;
    *) how=${how:-the activation failed} ;;
  esac
}
known_standing() { if [ -n "$(heard runs)" ]; then printf "%s" "; $(standing)"; fi; }
another() { exec ssh -o 'ControlMaster=no' -o 'ControlPath=none' -o 'ConnectTimeout=10' -o 'ServerAliveInterval=5' -o 'ServerAliveCountMax=3' -T -o 'RemoteCommand=none' -o 'ClearAllForwardings=yes' -S none "$@"; }
first_connection() { reach admin@vps_ultraman_root -- 'sh -c '\''exec doas -n -- env "PATH=$PATH" "$@"'\'' sh true' "$@"; }
again() { anew admin@vps_ultraman_root -- 'sh -c '\''exec doas -n -- env "PATH=$PATH" "$@"'\'' sh sh -c '\'''"$deployment"'
echo
echo "boot $(cat /proc/sys/kernel/random/boot_id)"
tell'\'' sh' "$@"; }
tty=' -t'
root='doas '
back='/path/to/hey/scripts/ops-rollback.ts --elevate doas vps-ultraman admin@vps_ultraman_root'
anew() {
  sh -c "echo \$PPID" >"$tmp/login"
  another "$@"
}
limit_login() {
  while [ -e "$tmp/login" ]; do
    sleep 0.2
    clock
    if [ "$now" -gt "$login_ends" ]; then
      login=$(cat "$tmp/login" 2>/dev/null) || :
      if [ -n "$login" ]; then kill "$login" 2>/dev/null || :; fi
    fi
  done
}
logs_in() {
  clock
  again_until=$((now + 15))
  login_ends=$((now + 60))
  : >"$tmp/login"
  limit_login </dev/null >/dev/null 2>&1 &
  while :; do
    if came=$(again </dev/null 2>"$tmp/said"); then login_status=0; else login_status=$?; fi
    case $newline$came in *"${newline}boot "?*) break ;; esac
    clock
    if [ "$login_status" -ne 255 ] || [ "$now" -ge "$again_until" ] ||
      grep -q -e "Permission denied" -e "Host key verification failed" "$tmp/said"; then
      why_not=$(tail -n 1 "$tmp/said" | LC_ALL=C tr -cd " -~")
      if [ "$now" -gt "$login_ends" ]; then why_not="it took longer than 60 s"; fi
      rm -f "$tmp/login"
      return 1
    fi
    sleep 1
  done
  rm -f "$tmp/login"
}
still_works() {
  first_connection </dev/null >/dev/null 2>&1 &
  job=$!
  clock
  first_until=$((now + 5))
  while kill -0 "$job" 2>/dev/null; do
    clock
    if [ "$now" -gt "$first_until" ]; then
      kill "$job" 2>/dev/null || :
      return 1
    fi
    sleep 0.1
  done
  wait "$job"
}
leave_open() {
  clean() {
    for file in "$tmp"/*; do
      if [ "$file" != "$tmp/ssh" ]; then rm -rf "$file" || :; fi
    done
  }
}
still_in() {
  step "log in to $target once more"
  if logs_in; then return 0; fi
  onward=". Look at its console"
  if [ -n "$(heard runs)" ]; then
    recorded "$prev" "$(heard runs)"
    if still_works; then
      leave_open
      onward=". The first connection works for 15 minutes more: ssh$tty -S $tmp/ssh $target"
      if [ "$prev" != "$(heard runs)" ]; then
        prev=$(printf "%s" "$prev" | tr -cd "A-Za-z0-9+._?=/-")
        from=$(printf "%s" "$from" | tr -cd "0-9")
        onward=". The first connection works for 15 minutes more, and takes it back: ssh$tty -S $tmp/ssh $target $root$prev/bin/switch-to-configuration test"
        if [ "$action" = switch ] && [ -n "$from" ]; then onward="$onward; then: $back --to $from"; fi
      fi
    fi
    if [ "$(heard boots)" != "$(heard runs)" ]; then onward="$onward. A reboot brings $(heard boots)"; fi
  fi
  state="$how; a new connection to $target failed: ${why_not:-without a word} (status 16)$(known_standing)$onward"
  exit 16
}
action='switch'
reboots=''
runs="$system"
step "$action on $target"
lost="the connection to $target was lost in the middle: what was started there goes on by itself. Look: $shell $where readlink /run/current-system; then type the same line again"
state=$lost
touched=yes
prev=$(heard runs)
case $action in
  switch | test) recorded "$prev" "$runs" ;;
esac
if answer=$(activate </dev/null); then ended=0; else ended=$?; fi
activated "$ended"
if [ "$(heard inhibited)" = yes ] && [ -n "$reboots" ]; then
  step "it can't be switched to while the host runs, so it is made what boots"
  action=boot
  shown=
  if answer=$(activate </dev/null); then ended=0; else ended=$?; fi
  activated "$ended"
fi
case $action-$(heard runs) in
  dry-activate-* | *-) ;;
  *) recorded "$(heard runs)" ;;
esac
case $ended-$(heard inhibited)-$(heard runs) in
  *-)
    how="the connection was lost in the middle"
    state=$lost
    if [ "$ended" -eq 0 ]; then ended=1; fi
    ;;
  0-*) state="$(standing)$(owed)" ;;
  4-*) state="$how (status 4); $(standing)$(owed). Look: $shell $where systemctl --failed" ;;
  *-yes-*) state="it can't be switched to while the host runs (status $ended); $(standing). Type the same line with --boot, or --boot --reboot" ;;
  *) state="$how (status $ended); $(standing). Look at what it said; then type the same line again" ;;
esac
case $action$(heard inhibited) in
  switch | test) still_in ;;
esac
if [ "$ended" -gt 0 ]; then exit "$ended"; fi
step "$state"
state=
afterwards
)
