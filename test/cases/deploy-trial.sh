# $ ops-deploy.ts vps-ultraman vps_ultraman_root --boot --reboot --guard --check true --check-remote 'systemctl is-active nginx'
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
log_target='vps_ultraman_root'
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
target='root@vps_ultraman_root'
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
where='vps_ultraman_root'
shell='/path/to/hey/scripts/ops-ssh.ts'
reboot='/path/to/hey/scripts/ops-reboot.ts vps-ultraman vps_ultraman_root'
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
ask() { reach -o 'BatchMode=yes' root@vps_ultraman_root -- 'sh -c '\'''"$deployment"'
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
) || exit
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
grub_cfg=/boot/grub/grub.cfg
need_loader() {
  if by_systemd; then :; else refuse 1 "a trial boot is watched by a unit of systemd, and there is no systemd there"; fi
  if by_systemd_boot; then
    if command -v bootctl >/dev/null; then :; else refuse 1 "a trial boot needs bootctl there, to tell systemd-boot what to boot once"; fi
    if [ -w "$efivars" ]; then :; else refuse 1 "a trial boot needs to write the EFI variables there ($efivars), and they are read-only"; fi
    return
  fi
  if [ -e "$grub_cfg" ]; then :; else refuse 1 "a trial boot needs a boot loader that boots an entry once: there is neither systemd-boot with its EFI variables nor GRUB ($grub_cfg)"; fi
  if command -v grub-editenv >/dev/null; then :; else refuse 1 "a trial boot needs grub-editenv there, to tell GRUB what to boot once"; fi
  for words in "set default=.*next_entry" "save_env next_entry"; do
    if grep -q "$words" "$grub_cfg"; then :; else refuse 1 "a trial boot needs GRUB to boot an entry once, and $grub_cfg has no next_entry"; fi
  done
  disk=$(findmnt -no FSTYPE,SOURCE -T /boot/grub/ | tr -s " ")
  case $disk in
    *" /dev/mapper/"* | *" /dev/dm-"* | *" /dev/md"* | *" /dev/bcache"*) ;;
    ext[234]" "* | vfat" "* | xfs" "*) return ;;
  esac
  refuse 1 "a trial boot needs GRUB to forget its one-shot entry, and it can not write to /boot/grub there (${disk:-unknown}); it can to ext4, vfat or xfs on a plain partition"
}
entry_id() { printf "%s\n" "${1##*/}" | sed -E "s/[+][0-9]+(-[0-9]+)?[.]conf$/.conf/"; }
entry_boots() {
  case " $(sed -n "s/^options *//p" "$1" | tr "\n" " ") " in
    *" init=$2/init "*) true ;;
    *) false ;;
  esac
}
grub_entries() {
  counts=0 path="" kinds=""
  while read -r word rest; do
    case $word in
      menuentry | submenu)
        number=${counts%% *}
        counts="$((number + 1)) ${counts#"$number"}"
        case $rest in *"}") continue ;; esac
        quote=${rest%"${rest#?}"}
        title=${rest#?}
        title=${title%%"$quote"*}
        component=$number
        if [ -z "$path" ]; then
          top=$number
          case $title in
            [0-9]*) ;;
            *) if [ -z "$(printf "%s" "$title" | LC_ALL=C tr -d "A-Za-z0-9 ._()-")" ]; then component=$title; fi ;;
          esac
        fi
        path="$path>$component"
        kinds="menu $kinds"
        counts="0 $counts"
        continue
        ;;
      "}")
        case $kinds in
          menu*)
            path=${path%>*}
            counts=${counts#* }
            ;;
        esac
        kinds=${kinds#* }
        continue
        ;;
    esac
    case " $rest " in
      *" init=$1/init "*)
        case $path in
          *">"*">"*) echo "- ${path#>}" ;;
          *) echo "$top ${path#>}" ;;
        esac
        ;;
    esac
    case "$word $rest" in *"{") kinds="other $kinds" ;; esac
  done <"$grub_cfg"
}
entry_of() {
  if by_systemd_boot; then
    for file in "$(bootctl -x)"/loader/entries/*.conf; do
      if entry_boots "$file" "$1"; then
        entry_id "$file"
        return
      fi
    done
  else
    grub_entries "$1" | sed -n "1s/^[^ ]* //p"
  fi
}
boots_by_default() {
  if by_systemd_boot; then
    if [ -n "$(loader_variable LoaderEntryDefault)" ]; then return 1; fi
    defaults=$(sed -nE "s/^(default|preferred) +//p" "$(bootctl -p)/loader/loader.conf")
    found=
    for file in "$(bootctl -x)"/loader/entries/*.conf; do
      for pattern in $defaults; do
        case $(entry_id "$file") in
          $pattern)
            entry_boots "$file" "$1" || return 1
            found=yes
            ;;
        esac
      done
    done
    [ -n "$found" ]
  else
    defaults=$(sed -n "s/^ *set default=//p" "$grub_cfg" | grep -v next_entry | tr -d "\"")
    numbers=$(grub_entries "$1" | sed "s/ .*//")
    [ -n "$defaults" ] && for default in $defaults; do
      printf "%s\n" "$numbers" | grep -qxF -e "$default" || return 1
    done
  fi
}
need_loader'\'' sh "keep'"$shown"'" "'"$expected"'"' "$@"; }
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
if [ ! -e "$system/etc/systemd/system/hey-trial.service" ]; then
  state="$host has no unit that ends a trial boot; import nixos/trial-boot.nix of hey into it (see README). Nothing was copied to $target (status 1)"
  exit 1
fi
step 'copy to root@vps_ultraman_root'
NIX_SSHOPTS='-T -o RemoteCommand=none -o ClearAllForwardings=yes -o ServerAliveInterval=5 -o ServerAliveCountMax=3 -o ControlMaster=auto -o ControlPersist=15m -o ConnectTimeout=10 -o ServerAliveInterval=15 -o ServerAliveCountMax=4 -S '"$tmp"/ssh nix --extra-experimental-features 'nix-command flakes' copy --to ssh://root@vps_ultraman_root "$system"
arm() { reach root@vps_ultraman_root -- 'sh -c '\'''"$deployment"'
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
grub_cfg=/boot/grub/grub.cfg
need_loader() {
  if by_systemd; then :; else refuse 1 "a trial boot is watched by a unit of systemd, and there is no systemd there"; fi
  if by_systemd_boot; then
    if command -v bootctl >/dev/null; then :; else refuse 1 "a trial boot needs bootctl there, to tell systemd-boot what to boot once"; fi
    if [ -w "$efivars" ]; then :; else refuse 1 "a trial boot needs to write the EFI variables there ($efivars), and they are read-only"; fi
    return
  fi
  if [ -e "$grub_cfg" ]; then :; else refuse 1 "a trial boot needs a boot loader that boots an entry once: there is neither systemd-boot with its EFI variables nor GRUB ($grub_cfg)"; fi
  if command -v grub-editenv >/dev/null; then :; else refuse 1 "a trial boot needs grub-editenv there, to tell GRUB what to boot once"; fi
  for words in "set default=.*next_entry" "save_env next_entry"; do
    if grep -q "$words" "$grub_cfg"; then :; else refuse 1 "a trial boot needs GRUB to boot an entry once, and $grub_cfg has no next_entry"; fi
  done
  disk=$(findmnt -no FSTYPE,SOURCE -T /boot/grub/ | tr -s " ")
  case $disk in
    *" /dev/mapper/"* | *" /dev/dm-"* | *" /dev/md"* | *" /dev/bcache"*) ;;
    ext[234]" "* | vfat" "* | xfs" "*) return ;;
  esac
  refuse 1 "a trial boot needs GRUB to forget its one-shot entry, and it can not write to /boot/grub there (${disk:-unknown}); it can to ext4, vfat or xfs on a plain partition"
}
entry_id() { printf "%s\n" "${1##*/}" | sed -E "s/[+][0-9]+(-[0-9]+)?[.]conf$/.conf/"; }
entry_boots() {
  case " $(sed -n "s/^options *//p" "$1" | tr "\n" " ") " in
    *" init=$2/init "*) true ;;
    *) false ;;
  esac
}
grub_entries() {
  counts=0 path="" kinds=""
  while read -r word rest; do
    case $word in
      menuentry | submenu)
        number=${counts%% *}
        counts="$((number + 1)) ${counts#"$number"}"
        case $rest in *"}") continue ;; esac
        quote=${rest%"${rest#?}"}
        title=${rest#?}
        title=${title%%"$quote"*}
        component=$number
        if [ -z "$path" ]; then
          top=$number
          case $title in
            [0-9]*) ;;
            *) if [ -z "$(printf "%s" "$title" | LC_ALL=C tr -d "A-Za-z0-9 ._()-")" ]; then component=$title; fi ;;
          esac
        fi
        path="$path>$component"
        kinds="menu $kinds"
        counts="0 $counts"
        continue
        ;;
      "}")
        case $kinds in
          menu*)
            path=${path%>*}
            counts=${counts#* }
            ;;
        esac
        kinds=${kinds#* }
        continue
        ;;
    esac
    case " $rest " in
      *" init=$1/init "*)
        case $path in
          *">"*">"*) echo "- ${path#>}" ;;
          *) echo "$top ${path#>}" ;;
        esac
        ;;
    esac
    case "$word $rest" in *"{") kinds="other $kinds" ;; esac
  done <"$grub_cfg"
}
entry_of() {
  if by_systemd_boot; then
    for file in "$(bootctl -x)"/loader/entries/*.conf; do
      if entry_boots "$file" "$1"; then
        entry_id "$file"
        return
      fi
    done
  else
    grub_entries "$1" | sed -n "1s/^[^ ]* //p"
  fi
}
boots_by_default() {
  if by_systemd_boot; then
    if [ -n "$(loader_variable LoaderEntryDefault)" ]; then return 1; fi
    defaults=$(sed -nE "s/^(default|preferred) +//p" "$(bootctl -p)/loader/loader.conf")
    found=
    for file in "$(bootctl -x)"/loader/entries/*.conf; do
      for pattern in $defaults; do
        case $(entry_id "$file") in
          $pattern)
            entry_boots "$file" "$1" || return 1
            found=yes
            ;;
        esac
      done
    done
    [ -n "$found" ]
  else
    defaults=$(sed -n "s/^ *set default=//p" "$grub_cfg" | grep -v next_entry | tr -d "\"")
    numbers=$(grub_entries "$1" | sed "s/ .*//")
    [ -n "$defaults" ] && for default in $defaults; do
      printf "%s\n" "$numbers" | grep -qxF -e "$default" || return 1
    done
  fi
}
id=$1
new=$2
take_lock "$4"
refuse_switching
mend >&2
refuse_changed "$5" "$6"
if [ -x "$new/bin/switch-to-configuration" ]; then :; else refuse 1 "$new did not arrive"; fi
if [ -e "$new/etc/systemd/system/hey-trial.service" ]; then :; else refuse 1 "a trial boot needs a unit in $new that ends it; import nixos/trial-boot.nix of hey there"; fi
if [ -x "$boots/bin/switch-to-configuration" ]; then :; else refuse 1 "what boots there can not be gone back to: $boots has no bin/switch-to-configuration"; fi
if [ "$boots" = "$new" ]; then refuse 1 "$new boots by default already, so that no boot of it would go back; reboot it without --guard"; fi
need_loader
number=$9
if [ "$number" = new ]; then number=$(($(generations | head -n 1) + 1)); fi
armed=
finish() {
  rm -f /run/hey/holder
  rm -rf "$trial.new"
  if [ -z "$armed" ] && [ -L "$trial/id" ]; then end_trial >&2; fi
}
trap finish EXIT
trap "exit 129" HUP
trap "exit 143" TERM
trap "" PIPE
umask 077
unarmed() { refuse 1 "it could not be armed: $1"; }
fact() { ln -s "$2" "$trial.new/$1" || unarmed "the disk can not be written to (is it full?)"; }
read -r boot </proc/sys/kernel/random/boot_id
rm -rf "$trial.new"
mkdir "$trial.new"
fact trial yes
fact id "$id"
fact boot "$boot"
fact by "$by"
fact prev "$boots"
fact new "$new"
fact seconds "$3"
fact on-unit-failure "$7"
fact generation "$number"
if [ "$9" = new ]; then fact made "$number"; fi
fact bootloader "${10}"
fact started yes
fact status 0
if finishing; then fact never-ends yes; fi
if printf "%s\n" "$8" >"$trial.new/commit" && failed_units >"$trial.new/failed" && mv -T "$trial.new" "$trial"; then :; else
  unarmed "the disk can not be written to (is it full?)"
fi
if [ "$9" = new ]; then ln -s "$new" "$profile-$number-link" || unarmed "generation $number could not be made"; fi
on_disk || unarmed "the disk can not be written to (is it full?)"
NIXOS_NO_CHECK=1 NIXOS_INSTALL_BOOTLOADER=0 limited "$boots/bin/switch-to-configuration" boot >&2 || unarmed "the boot menu could not be written (is /boot full?)"
boots_by_default "$boots" || unarmed "the boot menu does not boot $boots by default, which is what must come back (generations that NixOS lists in it, or a default of your own)"
entry=$(entry_of "$new")
[ -n "$entry" ] || unarmed "the boot menu has no entry for generation $number (how many does NixOS list in it?)"
ln -s "$entry" "$trial/entry"
sync -f "$trial"
boot_once "$entry" >&2 || unarmed "the boot loader did not take the entry $entry"
[ "$(once)" = "$entry" ] || unarmed "the boot loader has not kept the entry $entry"
sync -f /boot
ln -s "$(seconds_up)" "$trial/told" || unarmed "the disk can not be written to (is it full?)"
echo "boot $boot"
echo "prev $boots"
tell
systemd-run --quiet --collect --no-ask-password --unit="hey-reboot-$id" --on-active=2s --timer-property=AccuracySec=100ms systemctl reboot 9>&- || unarmed "systemd did not take the reboot"
armed=yes'\'' sh "'"$id"'" "'"$system"'" "'"$seconds"'" "'"$by"'" "keep'"$shown"'" "'"$expected"'" rollback '\'''"$deployment"'
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
archive'\'' new 0' "$@"; }
via() { "$way" "$@"; }
look() { fresh root@vps_ultraman_root -- 'sh -c '\'''"$deployment"'
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
confirm() { fresh root@vps_ultraman_root -- 'sh -c '\'''"$deployment"'
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
cancel() { via root@vps_ultraman_root -- 'sh -c '\'''"$deployment"'
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
recover() { fresh root@vps_ultraman_root -- 'sh -c '\'''"$deployment"'
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
check() { fresh root@vps_ultraman_root -- 'sh -c '\'''"$deployment"'
id=$1
dir=/run/hey/$id
shift
for check in "$@"; do
  left=$(($(readlink "$dir/deadline") - $(seconds_up)))
  checked=0
  timeout -k 2 "$([ "$left" -gt 0 ] && echo "$left" || echo 1)" sh -c "$check" </dev/null >"$dir/check" 2>&1 || checked=$?
  if [ ! -d "$dir" ]; then
    echo "over yes"
    break
  fi
  cat "$dir/check" >&2
  if [ "$checked" -ne 0 ]; then
    printf "waits --check-remote failed (status %s): %s\n" "$checked" "$check"
    break
  fi
done'\'' sh "'"$id"'" '\''systemctl is-active nginx'\''' "$@"; }
passes() { each_check true "$@"; }
fed=''
pause='5'
checks='yes'
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
limit='300'
because=
said_left() {
  clock
  rest=
  if [ "$(heard stands)" = open ]; then rest=$(heard_number left); fi
  if [ -n "$rest" ]; then deadline=$((now + rest)); fi
  if [ "$deadline" -gt "$latest" ]; then deadline=$latest; fi
  case $failing in
    "" | "$target does not answer"*) ;;
    *) because=$failing ;;
  esac
}
said_going() { echo "reboots now, and boots $prev"; }
why_lost() { echo "${because:-${failing:-it has not booted $system}}"; }
clock
latest=$((now + limit + seconds))
deadline=$latest
patience=$limit
menu=yes
step "boot $target for a trial: unless confirmed within $seconds s of that boot it reboots into what boots now"
arm_there
recorded "$(heard runs)" "$system"
step "$target reboots, and is waited for"
way=fresh
while :; do
  if [ "$(left)" -gt 0 ]; then
    try || :
    seen=$deadline
    say_failing "$failing"
  else
    clock
    await_end
  fi
  sleep 1
done
)
