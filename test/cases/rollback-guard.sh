# $ ops-rollback.ts vps-ultraman --to 12 --guard
(
verb=ops-rollback
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
log_target='vps-ultraman'
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
target='root@vps-ultraman'
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
where='vps-ultraman'
shell='/path/to/hey/scripts/ops-ssh.ts'
reboot='/path/to/hey/scripts/ops-reboot.ts vps-ultraman vps-ultraman'
owed() { if [ -n "$(heard reboot)" ]; then printf "%s" "; reboot needed: $(changes reboot). Then: $reboot"; fi; }
standing() { printf "%s" "$target runs $(heard runs), boots $(heard boots)"; }
host='vps-ultraman'
record=$notes/deployed/$host
recorded() { (mkdir -p "${record%/*}" && printf "%s\n" "$*" >"$record") 2>/dev/null || :; }
reach() { ssh -T -o 'RemoteCommand=none' -o 'ClearAllForwardings=yes' -o 'ServerAliveInterval=5' -o 'ServerAliveCountMax=3' -o 'ControlMaster=auto' -o 'ControlPersist=15m' -o 'ConnectTimeout=10' -o 'ServerAliveInterval=15' -o 'ServerAliveCountMax=4' -S "$tmp"/ssh "$@"; }
fresh() { exec ssh -o 'BatchMode=yes' -o 'ControlMaster=no' -o 'ControlPath=none' -o 'ConnectTimeout=10' -o 'ServerAliveInterval=5' -o 'ServerAliveCountMax=3' -T -o 'RemoteCommand=none' -o 'ClearAllForwardings=yes' -S none "$@"; }
shown=
expected=
if [ -r "$record" ]; then expected=$(tr -cd "A-Za-z0-9 +._?=/-" <"$record"); fi
ask() { reach -o 'BatchMode=yes' root@vps-ultraman -- 'sh -c '\'''"$deployment"'
echo
need_root deploy
(each_open refuse_open; refuse_trial) || exit
if [ -e /run/hey/lock ]; then flock -n /run/hey/lock true || refuse_held; fi
refuse_switching
refuse_changed "$1" "$2"
tell
wanted=$3
boots=$(readlink "$profile")
now=${boots#system-}
now=${now%-link}
if [ "$now" -ge 0 ] 2>/dev/null; then :; else now=0; fi
there=
found=
for number in $(generations); do
  there="$number${there:+ }$there"
  if [ "$wanted" = "$number" ]; then found=$number; fi
  if [ "$wanted" = previous ] && [ -z "$found" ] && [ "$number" -lt "$now" ] && [ -x "$profile-$number-link/bin/switch-to-configuration" ]; then found=$number; fi
done
if [ "$wanted" != previous ]; then
  what="generation $wanted"
elif [ "$now" = 0 ]; then
  what="generation before what boots, which is none itself (${boots:-nothing})"
else
  what="generation before $now"
fi
if [ -z "$found" ]; then refuse 1 "there is no $what; there are ${there:-none}"; fi
system=$(readlink -e "$profile-$found-link")
if [ -x "$system/bin/switch-to-configuration" ]; then :; else refuse 1 "the closure of generation $found is gone (garbage collection, or a damaged store); --list shows those that are there"; fi
needs=$(nix-store --query --requisites "$system") || refuse 1 "the closure of generation $found is not known to nix there; --list shows the others"
for path in $needs; do
  if [ ! -e "$path" ] && [ ! -L "$path" ]; then refuse 1 "the closure of generation $found is not whole, $path is gone; mend it there (nix-store --verify --check-contents --repair), or type another generation"; fi
done
echo "generation $found"
echo "system $system"
compare /run/booted-system "$system" other'\'' sh "keep'"$shown"'" "'"$expected"'" 12' "$@"; }
step "ask $target"
if answer=$(ask </dev/null); then
  from=$(heard_number number)
else
  ended=$?
  refused "$ended"
  state="$target can't be reached; nothing was changed on it (status 1)"
  exit 1
fi
system=$(heard system | tr -cd "A-Za-z0-9+._?=/-")
generation=$(heard_number generation)
step "generation $generation of $target: $system"
if [ -n "$(heard other)" ]; then
  step "warning: that generation was not booted with these; what it needs of them works only after a reboot: $(changes other)"
fi
afterwards() { true "$@"; }
arm() { reach root@vps-ultraman -- 'sh -c '\'''"$deployment"'
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
id=$1
dir=/run/hey/$id
new=$2
take_lock "$4"
refuse_switching
mkdir -p /run/hey/past
end_dead() {
  if holds; then return; fi
  case $(progress) in
    commit-cut) sh "$dir/commit" "$id" >>"$dir/log" 2>&1 9>&- ;;
    open | back-cut) sh "$dir/rollback" "$id" >>"$dir/log" 2>&1 9>&- ;;
  esac
  if [ -d "$dir" ]; then archive; fi
}
(each_open end_dead)
mend >&2
refuse_changed "$5" "$6"
if [ -x "$new/bin/switch-to-configuration" ]; then :; else refuse 1 "$new did not arrive"; fi
if [ -x "$runs/bin/switch-to-configuration" ]; then :; else refuse 1 "what runs there can not be gone back to: $runs has no bin/switch-to-configuration"; fi
armed=
finish() {
  rm -f /run/hey/holder
  if [ -z "$armed" ]; then
    disarm
    rm -rf "$dir"
    unroot
  fi
}
trap finish EXIT
trap "exit 129" HUP
trap "exit 143" TERM
umask 077
unarmed() { refuse 1 "it could not be armed: $1"; }
fact() { ln -s "$2" "$dir/$1" || unarmed "$dir can not be written to"; }
file() { printf "%s\n" "$2" >"$dir/$1" || unarmed "$dir can not be written to (is /run full?)"; }
for link in /nix/var/nix/gcroots/auto/hey-*; do
  if [ -L "$link" ] && [ ! -e "$link" ]; then rm -f "$link"; fi
done
mkdir "$dir" || unarmed "$dir can not be made"
fact open "$id"
fact by "$by"
fact prev "$runs"
fact new "$new"
fact on-unit-failure "$7"
fact generation "${11}"
fact bootloader "${12}"
file rollback "$8"
file activation "$9"
file commit "${10}"
: >"$dir/log"
if by_systemd; then
  failed_units >"$dir/failed" || unarmed "$dir can not be written to"
fi
mkdir -p /nix/var/nix/gcroots/auto
for which in prev new; do
  ln -s "$dir/$which" "/nix/var/nix/gcroots/auto/hey-$id-$which" || unarmed "the disk can not be written to (is it full?)"
done
fact deadline "$(($(seconds_up) + $3 + 1))"
fact clock "$id"
PATH=$runs/sw/bin:$PATH
shell=$(shell_of "$runs")
if by_systemd; then
  systemd-run --quiet --collect --no-ask-password --unit="hey-rollback-$id" --description="Back to $runs unless confirmed" \
    --service-type=exec --property=Restart=on-failure --property="RestartForceExitStatus=SIGTERM SIGHUP SIGINT SIGPIPE" \
    --property=RestartSec=1 --property=StartLimitIntervalSec=0 --property=TimeoutStopSec=5s --property=ConditionPathExists="$dir/rollback" \
    --property=IgnoreOnIsolate=yes --property=DefaultDependencies=no --property=OOMScoreAdjust=-1000 --setenv=PATH="$PATH" \
    "$shell" "$dir/rollback" "$id" 9>&- || unarmed "systemd did not take the unit"
  systemctl daemon-reload
  if [ "$(systemctl show --property=ActiveState --value "hey-rollback-$id.service")" = active ] &&
    systemctl show --property=ExecStart --value "hey-rollback-$id.service" | grep -qF "argv[]=$shell $dir/rollback $id ;"; then :; else
    unarmed "systemd does not have the unit as it was set"
  fi
else
  setsid "$shell" "$dir/rollback" "$id" </dev/null >>"$dir/log" 2>&1 9>&- &
  job=$!
  fact sleeper "$job"
  (echo -1000 >"/proc/$job/oom_score_adj") 2>/dev/null || :
fi
armed=yes
echo "prev $runs"
echo "boots $boots"'\'' sh "'"$id"'" "'"$system"'" "'"$seconds"'" "'"$by"'" "keep'"$shown"'" "'"$expected"'" rollback '\'''"$deployment"'
bus_answers() { timeout 25 busctl call org.freedesktop.DBus /org/freedesktop/DBus org.freedesktop.DBus GetId >/dev/null 2>&1; }
restore_bus() {
  echo "hey: D-Bus does not answer, and is started anew"
  (
    flock -n 7 || exit 0
    NIXOS_ACTION="test" limited "$prev/activate" 7>&- 8<&-
    again /run/current-system "$new"
    systemctl daemon-reload
    systemctl reset-failed dbus.socket dbus.service dbus-broker.service 2>/dev/null
    systemctl start --no-block default.target
    timeout 60 systemctl start dbus.socket dbus.service
    sed -i "/^dbus/d" /run/nixos/start-list /run/nixos/restart-list 2>/dev/null
    if [ -L /etc/static ]; then
      if etc_of_new "$mixed"; then again /etc/static "$mixed"; else again /etc/static "$new/etc"; fi
    fi
  ) 7>>"$nixos_lock"
}
etc_of_new() {
  rm -rf "$1"
  (umask 022 && mkdir -p "$1/systemd/system") || return 1
  for file in "$new"/etc/* "$new"/etc/systemd/* "$new"/etc/systemd/system/* "$prev"/etc/systemd/system/dbus*; do
    case $file in
      "$new/etc/systemd" | "$new/etc/systemd/system" | "$new"/etc/systemd/system/dbus*) continue ;;
      "$new"/*) at=${file#"$new/etc/"} ;;
      *) at=${file#"$prev/etc/"} ;;
    esac
    if [ -e "$file" ] || [ -L "$file" ]; then ln -s "$file" "$1/$at" || return 1; fi
  done
}
again() { ln -sfn "$2" "$1.hey" && mv -T "$1.hey" "$1"; }
id=$1
dir=/run/hey/$id
mixed=/run/hey-mixed-$id
ends=$(readlink "$dir/deadline") || if [ -d "$dir" ]; then exit 1; else exit 0; fi
while [ -L "$dir/clock" ] && [ -L "$dir/open" ]; do
  read -r up _ </proc/uptime
  left=$((ends - ${up%%.*}))
  if [ "$left" -le 0 ]; then break; fi
  if [ "$left" -gt 1 ]; then sleep 1; else sleep 0.1; fi
done
if [ -e "$dir/rollback" ]; then exec 8<"$dir/rollback"; else exit 0; fi
flock -w 5 8 && [ -d "$dir" ] || exit 0
verdict() { mv -T "$dir/open" "$dir/rolled-back" 2>/dev/null; }
flock -w 10 /run/hey/lock mv -T "$dir/open" "$dir/rolled-back" 2>/dev/null || verdict || :
if [ ! -L "$dir/rolled-back" ] && [ ! -L "$dir/open" ]; then exit 0; fi
prev=$(readlink "$dir/prev")
new=$(readlink "$dir/new")
ln -s "not confirmed in time" "$dir/why" 2>/dev/null || :
echo "hey: rolling back to $prev: $(readlink "$dir/why")"
if by_systemd; then
  timeout 60 systemctl stop "hey-activation-$id.service" 2>/dev/null
  for unit in sshd.service sshd.socket $(failed_units); do
    grep -qxF "$unit" "$dir/failed" || systemctl reset-failed "$unit" 2>/dev/null
  done
else
  if activator=$(readlink "$dir/activator"); then
    for signal in TERM TERM TERM KILL; do
      if kill -s "$signal" -- "-$activator" 2>/dev/null; then sleep 0.5; fi
    done
  fi
  disarm
fi
superseded() {
  case $(readlink -e /run/current-system) in
    "" | "$prev" | "$new") return 1 ;;
  esac
  for own in "$new"/specialisation/*; do
    if [ "$(readlink -e "$own")" = "$(readlink -e /run/current-system)" ]; then return 1; fi
  done
}
holding() {
  lock_holder && return
  [ -e "$nixos_lock" ] || return 1
  flock -n -s -E 75 "$nixos_lock" true
  if [ "$?" -eq 75 ]; then echo "a process that can not be seen"; else return 1; fi
}
await_lock() {
  known=
  while holder=$(holding); do
    if [ "$holder" != "$known" ]; then
      known=$holder
      echo "hey: waiting for the lock of NixOS, which $holder holds"
      ln -sfn "$holder" "$dir/held" 2>/dev/null || :
    fi
    sleep 1
  done
  rm -f "$dir/held"
}
status=0
tries=0
while [ -L "$dir/started" ]; do
  await_lock
  if superseded; then break; fi
  status=0
  NIXOS_NO_CHECK=1 NIXOS_INSTALL_BOOTLOADER=0 limited "$prev/bin/switch-to-configuration" test 8<&- || status=$?
  case $status in 0 | 2 | 4) break ;; esac
  if holding >/dev/null; then continue; fi
  tries=$((tries + 1))
  if [ "$tries" -eq 1 ]; then first=$(seconds_up); fi
  if [ "$tries" -ge 6 ] || [ $(($(seconds_up) - first)) -ge 600 ]; then break; fi
  if by_systemd && ! bus_answers; then restore_bus; fi
  sleep "$tries"
done
if by_systemd && ! systemctl is-active --quiet sysinit.target; then systemctl start --no-block default.target; fi
if [ "$(readlink /etc/static)" = "$mixed" ]; then again /etc/static "$prev/etc"; fi
rm -rf "$mixed"
now=$(readlink -e /run/current-system)
echo "hey: $now runs (status $status)"
ended() { mv -T "$dir/rolled-back" "$dir/$1" 2>/dev/null; }
if [ -L "$dir/not-begun" ]; then
  ended not-activated
elif superseded; then
  ended superseded
else
  case $status$now in
    [024]"$prev") ;;
    *) ended not-rolled-back ;;
  esac
fi
archive'\'' '\'''"$deployment"'
id=$1
dir=/run/hey/$id
[ -L "$dir/open" ] || exit 0
not_begun() {
  mv -T "$dir/started" "$dir/not-begun"
  ln -s none "$dir/status"
  go_back "$1"
  exit 0
}
if holder=$(lock_holder); then not_begun "the lock of NixOS was held by $holder"; fi
now=$(readlink -e /run/current-system)
if [ "$now" != "$(readlink "$dir/prev")" ]; then not_begun "another program has switched it to $now"; fi
status=0
"$(readlink "$dir/new")/bin/switch-to-configuration" test || status=$?
if [ "$status" -ne 0 ] && [ "$(readlink -e /run/current-system)" = "$now" ] && [ "$(head -n 1 "$dir/log")" = "Could not acquire lock" ]; then
  not_begun "the lock of NixOS was held by another program"
fi
if [ "$status" -eq 4 ]; then ln -s "$(units_in "$dir/log")" "$dir/units"; fi
if inhibited "$status" "$dir/log"; then ln -s yes "$dir/inhibited"; fi
ln -s "$status" "$dir/status"
case $status$(readlink "$dir/on-unit-failure") in
  0* | 4warn) ;;
  4*) go_back "units failed" ;;
  *) go_back "the activation ended with status $status" ;;
esac'\'' '\'''"$deployment"'
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
id=$1
dir=/run/hey/$id
exec 8<"$dir/commit"
flock -w 5 8 && [ -d "$dir" ] || exit 0
new=$(readlink "$dir/new")
disarm
if [ "${2-}" = undo ]; then
  uncommit 8<&-
  said=uncommitted
elif [ "$(readlink -e /run/current-system)" != "$new" ]; then
  mend_commit 8<&-
  said=uncommitted
elif commit 8<&-; then
  said=committed
else
  uncommit 8<&-
  said=uncommitted
fi
mv -T "$dir/confirmed" "$dir/$said"
archive'\'' "'"$generation"'" 0' "$@"; }
via() { "$way" "$@"; }
begin() { via root@vps-ultraman -- 'sh -c '\'''"$deployment"'
id=$1
dir=/run/hey/$id
exec 9>/run/hey/lock
flock -w 10 9 || :
if [ -L "$dir/open" ] && [ ! -L "$dir/not-begun" ] && ln -s yes "$dir/started" 2>/dev/null; then
  apart activation
  if ! by_systemd; then ln -s "$job" "$dir/activator"; fi
fi
exec 9>&-
ended() { [ -L "$dir/status" ] || [ ! -L "$dir/open" ]; }
process() {
  if by_systemd; then
    systemctl show --property=MainPID --value "hey-activation-$id.service" 2>/dev/null || echo 0
  else
    readlink "$dir/activator"
  fi
}
for _ in 1 2 3 4 5 6 7 8 9 10; do
  pid=$(process)
  if ended || [ "${pid:-0}" -gt 0 ]; then break; fi
  sleep 0.1
done
if [ "${pid:-0}" -gt 0 ]; then
  tail -c "+$(($2 + 1))" -s 0.05 --pid="$pid" -f "$dir/log" 2>/dev/null
else
  tail -c "+$(($2 + 1))" "$dir/log" 2>/dev/null
fi
if ended || activating || ended; then exit 0; fi
ln -s ended "$dir/status" && go_back "the activation was ended from outside"'\'' sh "'"$id"'"' "$@"; }
look() { fresh root@vps-ultraman -- 'sh -c '\'''"$deployment"'
ready() {
  new=$(readlink "$dir/new")
  on=$(readlink "$dir/on-unit-failure")
  case $(readlink "$dir/status")$on in 0* | 4warn) ;; *) return 1 ;; esac
  now=$(readlink -e /run/current-system)
  if [ "$now" != "$new" ]; then
    if [ "$now" = "$(readlink "$dir/prev")" ]; then echo "waits /run/current-system is not yet $new"; else echo "waits another program has switched it to ${now:-nothing}"; fi
    return 1
  fi
  if [ -L "$dir/trial" ] && [ "$on" = rollback ] && [ ! -L "$dir/never-ends" ] && finishing; then
    echo "waits it still starts its units"
    return 1
  fi
  if by_systemd; then
    failed=$(failed_units | LC_ALL=C comm -13 "$dir/failed" - | tr "\n" " ")
    if [ -n "$failed" ]; then
      if [ "$on" = rollback ]; then
        echo "waits failed since the deployment began: $failed"
        return 1
      fi
      ln -sfn "$failed" "$dir/units"
    fi
  fi
}
id=$1
dir=/run/hey/$id
if [ "$(progress)" = open ]; then ready || :; fi
stands
tell'\'' sh "'"$id"'"' "$@"; }
confirm() { fresh root@vps-ultraman -- 'sh -c '\'''"$deployment"'
ready() {
  new=$(readlink "$dir/new")
  on=$(readlink "$dir/on-unit-failure")
  case $(readlink "$dir/status")$on in 0* | 4warn) ;; *) return 1 ;; esac
  now=$(readlink -e /run/current-system)
  if [ "$now" != "$new" ]; then
    if [ "$now" = "$(readlink "$dir/prev")" ]; then echo "waits /run/current-system is not yet $new"; else echo "waits another program has switched it to ${now:-nothing}"; fi
    return 1
  fi
  if [ -L "$dir/trial" ] && [ "$on" = rollback ] && [ ! -L "$dir/never-ends" ] && finishing; then
    echo "waits it still starts its units"
    return 1
  fi
  if by_systemd; then
    failed=$(failed_units | LC_ALL=C comm -13 "$dir/failed" - | tr "\n" " ")
    if [ -n "$failed" ]; then
      if [ "$on" = rollback ]; then
        echo "waits failed since the deployment began: $failed"
        return 1
      fi
      ln -sfn "$failed" "$dir/units"
    fi
  fi
}
id=$1
dir=/run/hey/$id
finish() {
  if [ -L "/run/hey/past/$id/uncommitted" ]; then tail -n 5 "/run/hey/past/$id/log" >&2; fi
  stands
  tell
  exit 0
}
begin_commit() {
  apart commit --property=OOMScoreAdjust=-1000
  for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do
    if [ ! -d "$dir" ] || alive commit; then break; fi
    sleep 0.1
  done
}
commit=$2
(umask 077 && mkdir -p /run/hey)
exec 9>/run/hey/lock
flock -w 10 9 || finish
case $(progress) in
  open)
    ready || finish
    trap "" HUP INT PIPE TERM
    if [ "$commit" = commit ]; then
      mv -T "$dir/open" "$dir/confirmed" 2>/dev/null || finish
      begin_commit
    else
      mv -T "$dir/open" "$dir/kept" 2>/dev/null || finish
      disarm
      archive
    fi
    ;;
  commit-cut)
    if ln -s yes "$dir/again" 2>/dev/null; then begin_commit; else sh "$dir/commit" "$id" undo >&2; fi
    ;;
esac
exec 9>&-
for _ in 1 2 3 4 5 6 7 8 9 10; do
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    if [ ! -d "$dir" ] || ! alive commit; then break 2; fi
    sleep 0.1
  done
done
finish'\'' sh "'"$id"'" commit' "$@"; }
cancel() { via root@vps-ultraman -- 'sh -c '\'''"$deployment"'
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
id=$1
say_id() { if [ "$(progress)" != over ]; then echo "$id"; fi; }
if [ "$id" = any ]; then
  if not_root "take a deployment back" >&2; then exit 1; fi
  id=$(each_open say_id | tail -n 1)
  [ -n "$id" ] || id=$(readlink "$trial/id")
  if [ -z "$id" ]; then
    echo "nothing is armed"
    tell
    exit 0
  fi
fi
dir=/run/hey/$id
if [ ! -d "$dir" ] && [ "$(readlink "$trial/id")" = "$id" ]; then
  (umask 077 && mkdir -p /run/hey)
  exec 9>/run/hey/lock
  flock -w 60 9 || :
  case $(trial_progress) in
    starting) systemctl reboot 9>&- ;;
    rebooting | over)
      systemctl stop "hey-reboot-$id.timer" 2>/dev/null
      end_trial >&2 || echo "unmended yes"
      echo "stands rolled-back"
      echo "why $2"
      tell
      exit 0
      ;;
  esac
  exec 9>&-
fi
case $(progress) in open | back-cut) go_back "$2" ;; commit-cut) sh "$dir/commit" "$id" undo >&2 ;; esac
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    if [ ! -d "$dir" ] || { [ -L "$dir/trial" ] && [ "$(progress)" = going-back ]; }; then break 2; fi
    sleep 0.1
  done
done
rounds=0
while [ -d "$dir" ] && alive rollback && [ ! -L "$dir/held" ] && [ "$rounds" -lt 600 ]; do
  rounds=$((rounds + 1))
  sleep 0.5
done
said=$(stands)
printf "%s\n" "$said"
tell
case $said in *"
held "*) exit 1 ;; "stands rolled-back"* | "stands going-back"* | "stands not-activated"*) exit 0 ;; *) exit 1 ;; esac'\'' sh "'"$id"'" '\''the deployment was interrupted'\''' "$@"; }
recover() { fresh root@vps-ultraman -- 'sh -c '\'''"$deployment"'
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
id=$1
dir=/run/hey/$id
take_lock "$2"
failed=
if unmended; then mend >&2; else boot_entry "$(readlink -e "$profile")" >&2 || failed=yes; fi
if [ -n "$failed" ] || unmended; then echo "unmended yes"; fi
tell'\'' sh "'"$id"'" "'"$by"'"' "$@"; }
check() { true "$@"; }
passes() { each_check "$@"; }
fed=''
pause='5'
checks=''
deploy='/path/to/hey/scripts/ops-deploy.ts'
id=${tmp##*.}
failing=
checking=
asked=
way=reach
menu=
patience=60
armed=
cause=interrupted
prev=$(heard runs)
left() {
  clock
  echo "$((deadline > now ? deadline - now : 0))"
}
within() {
  if [ "$way$fed" != fresh ]; then
    shift
    "$@" </dev/null
    return
  fi
  clock
  end=$((now + $1))
  shift
  "$@" </dev/null &
  job=$!
  trap 'kill "$job" 2>/dev/null; exit 130' HUP INT TERM
  while kill -0 "$job" 2>/dev/null; do
    clock
    if [ "$now" -gt "$end" ]; then kill "$job" 2>/dev/null || :; fi
    sleep 0.05
  done
  wait "$job"
}
look_there="Look: $deploy --status $host $where"
finish() {
  ended=$1
  shift
  armed=
  state=
  step "$*"
  if [ "$ended" -eq 0 ]; then afterwards; fi
  exit "$ended"
}
settle() {
  said_left
  runs=$(heard runs)
  boots=$(heard boots)
  units=$(heard units)
  case $(heard stands) in
    kept | committed | uncommitted) settle_confirmed ;;
    rolled-back) settle_back ;;
    not-rolled-back) finish 15 "not confirmed, and rolling back failed: $(standing) (status 15). A reboot brings what it boots: $shell $where reboot" ;;
    superseded) finish 13 "not confirmed, and $(said_superseded) (status 13). $look_there" ;;
    not-activated)
      if [ "$runs" = "$prev" ]; then recorded "$runs"; fi
      finish 13 "$(said_unactivated) (status 13). Type the same line again"
      ;;
    lost) settle_lost ;;
  esac
}
said_superseded() { echo "not rolled back, as another program has switched $target meanwhile: $(standing)"; }
said_unactivated() { echo "nothing was activated, as $(heard why): $(standing)"; }
settle_confirmed() {
  recorded "$runs"
  if [ -n "$units" ]; then step "warning: units failed: $units"; fi
  case $(heard stands) in
    committed) finish 0 "deployed and confirmed: $(standing)$(owed)" ;;
    uncommitted)
      tail -n 5 "$tmp/said" >&2
      finish 14 "confirmed, but not committed: $(standing), so a reboot undoes it (status 14). Make room there (/, /boot), then type the same line again"
      ;;
    *) finish 0 "confirmed until the next boot: $(standing)" ;;
  esac
}
settle_back() {
  if [ "$runs" = "$prev" ]; then recorded "$runs"; fi
  why=$(heard why)
  if [ "$(heard inhibited)" = yes ]; then
    finish 12 "rolled back, as it can't be switched to while the host runs: $(standing) (status 12). Type: $deploy $host $where --boot --reboot"
  fi
  case $why in
    *asked* | *interrupted*) finish 10 "rolled back, as $why: $(standing) (status 10)" ;;
    *units* | *activation*) finish 12 "rolled back, as $why${units:+ ($units)}: $(standing) (status 12)" ;;
  esac
  if [ "$(heard started)" = yes ] && [ -z "$(heard status)" ]; then
    finish 12 "the activation did not end in time and is rolled back: $(standing) (status 12)"
  fi
  finish 10 "rolled back, as ${failing:-it was ${why:-not confirmed in time}}: $(standing) (status 10)"
}
mended() {
  cut=$(heard cut)
  if [ -z "$cut$menu" ]; then return 0; fi
  answer=$(within 60 recover 2>"$tmp/said") && [ -n "$(heard runs)" ]
}
in_the_commit="the machine was booted again in the middle of the commit"
not_bootable="its boot menu could not be written, and it is not certain that it boots. Make room there (/, /boot), then: $reboot"
settle_lost() {
  mended || return 0
  runs=$(heard runs)
  boots=$(heard boots)
  if [ "$(heard unmended)" = yes ]; then
    tail -n 5 "$tmp/said" >&2
    finish 15 "not confirmed, and the machine was booted again: $(standing) (status 15); $not_bootable"
  fi
  if as_before; then
    if [ "$cut" = commit ]; then why="$in_the_commit; its boot menu was written anew"; else why=$(why_lost); fi
    finish 10 "rolled back, as $why: $(standing) (status 10)"
  fi
  if [ "$runs" = "$system" ] && [ "$boots" = "$system" ]; then
    recorded "$runs"
    finish 0 "deployed and confirmed: $(standing)$(if [ "$cut" = commit ]; then echo "; $in_the_commit, and its boot menu was written anew"; fi)"
  fi
  finish 15 "nothing is known there of this deployment any more: $(standing) (status 15). $look_there"
}
as_before() { [ "$(heard runs)" = "$prev" ] || [ "$(heard runs)" = "$boots_before" ]; }
abandon() {
  end_check TERM || :
  if [ -z "$armed" ]; then return 0; fi
  trap "" PIPE
  step "$cause: $target is told to go back to $prev now; if it does not hear that, it does so in $(left) s"
  clock
  last_try=$now
  if [ -n "$menu" ]; then last_try=$((now + patience)); fi
  waited=
  until take_back; do
    state="$cause, and $target does not answer: it goes back to $prev by itself in $(left) s${asked:+, unless it has confirmed just now}. $look_there"
    clock
    if [ "$now" -ge "$last_try" ]; then return 0; fi
    if [ -z "$waited" ]; then step "$target does not answer, and is waited for, at most $((last_try - now)) s, as its boot menu may have to be mended; ^C ends that"; fi
    waited=yes
    sleep 1
  done
}
take_back() {
  for way in fresh reach; do
    answer=$(within 60 cancel 2>/dev/null) || :
    stood=$(heard stands)
    if [ -n "$stood" ]; then break; fi
  done
  if [ "$stood" = lost ]; then mended || stood=; fi
  if [ "$stood$(heard runs)$(heard boots)" = "lost$system$system" ]; then stood=committed; fi
  case $stood in
    "") return 1 ;;
    rolled-back) state="$cause, rolled back: $(standing)" ;;
    not-rolled-back) state="$cause, and rolling back failed: $(standing). A reboot brings what it boots: $shell $where reboot" ;;
    superseded) state="$cause, and $(said_superseded). $look_there" ;;
    not-activated) state="$cause; $(said_unactivated)" ;;
    lost) if as_before; then state="$cause, rolled back: $(standing)"; else state="$cause, and nothing is known there of this deployment any more: $(standing). $look_there"; fi ;;
    kept | committed | uncommitted) state="$cause when it was confirmed already: $(standing)" ;;
    going-back) state="$cause: $target $(said_going). $look_there" ;;
    committing | commit-cut) state="$cause when it was confirmed already: $target runs $(heard runs), and what it boots is not settled yet. $look_there" ;;
    *) state="$cause: $(standing). $look_there" ;;
  esac
  if [ "$(heard unmended)" = yes ]; then state="$state; $not_bootable"; fi
}
own_session=$(command -v setsid || :)
end_check() {
  if [ -n "$checking" ]; then kill -s "$1" -- "-$checking" 2>/dev/null || kill -s "$1" "$checking" 2>/dev/null; fi
}
each_check() {
  for check in "$@"; do
    ${own_session:+"$own_session"} sh -c "$check" </dev/null >"$tmp/said" 2>&1 &
    checking=$!
    while kill -0 "$checking" 2>/dev/null && [ "$(left)" -gt 0 ]; do sleep 0.1; done
    if kill -0 "$checking" 2>/dev/null; then
      for signal in TERM KILL; do
        if end_check "$signal"; then sleep 0.2; fi
      done
    fi
    checked=0
    wait "$checking" || checked=$?
    checking=
    if [ "$checked" -ne 0 ]; then
      failing="--check failed (status $checked): $check"
      return 1
    fi
  done
}
told=
say_failing() {
  if [ "$1" = "$told" ]; then return; fi
  told=$1
  if [ -z "$1" ]; then return; fi
  tail -n 3 "$tmp/said" >&2
  if [ "$(left)" -gt 0 ]; then step "not confirmed yet, $(left) s left: $1"; else step "$1"; fi
}
unanswered() {
  failing="$target does not answer over a new connection"
  return 1
}
try() {
  if [ -n "$pause$checks" ]; then
    answer=$(within 30 look 2>"$tmp/said") || unanswered || return 1
    settle
    if [ -n "$(heard waits)" ] || [ -z "$(heard status)" ]; then
      failing=$(heard waits)
      return 1
    fi
    clock
    proven=$now
    passes || return 1
    if [ -n "$checks" ]; then
      answer=$(within "$(($(left) + 5))" check 2>"$tmp/said") || unanswered || return 1
      if [ "$(heard over)" = yes ]; then return 1; fi
      failing=$(heard waits)
      if [ -n "$failing" ]; then return 1; fi
    fi
    while clock && [ "$((now - proven))" -le "${pause:--1}" ]; do sleep 0.2; done
  fi
  asked=yes
  menu=yes
  answer=$(within 30 confirm 2>"$tmp/said") || unanswered || return 1
  asked=
  settle
  failing=$(heard waits)
  return 1
}
await_end() {
  if answer=$(within 30 look 2>"$tmp/said"); then
    seen=$now
    asked=
    settle
    case $(heard stands) in
      open | starting | rebooting) if [ "$now" -gt "$((deadline + 30))" ]; then answer=$(within 60 cancel 2>"$tmp/said") || :; fi ;;
      commit-cut) answer=$(within 30 confirm 2>"$tmp/said") || : ;;
      back-cut) answer=$(within 60 cancel 2>"$tmp/said") || : ;;
    esac
    if [ "$now" -gt "$((deadline + 600))" ]; then
      if [ -n "$(heard held)" ]; then finish 15 "not confirmed, and not rolled back yet: $target $(said_going) (status 15). $look_there"; fi
      finish 15 "not confirmed, and rolling back does not end: $(standing) (status 15). A reboot brings what it boots: $shell $where reboot"
    fi
    say_failing "$target answers, and is not done yet: $(if [ -n "$(heard held)" ]; then said_going; else heard stands; fi)"
  elif [ "$now" -gt "$((seen + patience))" ]; then
    gone_back="by its own clock it rolls back to $prev, which can't be seen from here; a reboot brings $boots_before"
    if [ -n "$asked" ]; then gone_back="it was asked to confirm when the connection was lost, and has done so, or rolls back to $prev by its own clock"; fi
    finish 11 "$target does not answer: $gone_back (status 11). Look at its console; then: $deploy --status $host $where"
  else
    say_failing "$target does not answer"
  fi
}
arm_there() {
  armed=yes
  touched=yes
  if answer=$(arm </dev/null) && [ -n "$(heard prev)" ]; then
    :
  else
    ended=$?
    if [ "$ended" -ne 255 ]; then
      armed=
      if [ -n "$(heard refused)" ]; then touched=; fi
      refused "$ended"
    fi
    case $ended in 129 | 13? | 14?) ;; *) ended=1 ;; esac
    cause="the connection was lost while it was armed"
    state="it could not be armed; nothing was changed on $target (status 1)"
    exit "$ended"
  fi
  prev=$(heard prev)
  boots_before=$(heard boots)
}
seconds='180'
said_left() { :; }
said_going() {
  held=$(heard held)
  if [ -n "$held" ]; then echo "rolls back to $prev as soon as it gets the lock of NixOS from $held, and runs $(heard runs) now"; else echo "rolls back to $prev now, and runs $(heard runs)"; fi
}
why_lost() { echo "the machine was booted again"; }
clock
deadline=$((now + seconds))
step "arm $target: unless confirmed within $seconds s it goes back to $prev"
arm_there
recorded "$prev" "$system"
step "activate on $target"
: >"$tmp/log"
seen=$deadline
while :; do
  if [ "$(left)" -gt 0 ]; then
    within "$(($(left) + 2))" begin "$(wc -c <"$tmp/log" | tr -d " ")" 2>"$tmp/said" | tee -a "$tmp/log" >&2 || :
    way=fresh
    try || :
    say_failing "$failing"
  else
    clock
    await_end
  fi
  sleep 1
done
)
