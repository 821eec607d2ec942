# $ sync.ts switch --diff
(
verb=sync
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
log_host='id3-eniac'
log_target=''
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
target='this machine'
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
for place in "${XDG_RUNTIME_DIR-}" /dev/shm /tmp; do
  if [ -n "$place" ] && [ "${#place}" -le 60 ] && [ -d "$place" ] && [ -w "$place" ]; then break; fi
done
tmp=$(mktemp -d "$place/hey.XXXXXX")
clean() { rm -rf "$tmp"; }
state="nothing was changed on $target"
step 'build id3-eniac'
nix --extra-experimental-features 'nix-command flakes' build --show-trace --out-link "$tmp"/system '/path/to/flake#nixosConfigurations."id3-eniac".config.system.build.toplevel'
system=$(readlink "$tmp/system")
if [ -f "$system/nixos-version" ]; then
  :
else
  step "$system is not a NixOS system; nothing was copied"
  exit 1
fi
declared=$(nix --extra-experimental-features 'nix-command flakes' eval --raw '/path/to/flake#nixosConfigurations."id3-eniac".config' --apply 'c: let age = c.age or { }; secrets = age.secrets or { }; in builtins.concatStringsSep "" (map (path: "identity ${toString path}\n") (age.identityPaths or [ ]) ++ map (name: let file = builtins.tryEval (toString secrets.${name}.file); in "secret ${builtins.replaceStrings [ " " "\n" ] [ "_" "_" ] name} ${if file.success then builtins.unsafeDiscardStringContext file.value else ""}\n") (builtins.attrNames secrets))')
flake_dir='/path/to/flake'
identities=$(printf "%s\n" "$declared" | sed -n "s/^identity //p")
odd_identities=$(printf "%s\n" "$identities" | LC_ALL=C grep "[^A-Za-z0-9._/@:+,=-]" || :)
identities=$(printf "%s\n" "$identities" | LC_ALL=C grep -v "[^A-Za-z0-9._/@:+,=-]" | tr "\n" " " || :)
secrets=$(printf "%s\n" "$declared" | sed -n "s/^secret //p")
preview() { sudo sh -c "$deployment"'
new=$1
action=$2
running=$(readlink -e /run/current-system)
echo "shown $running $(readlink -e "$profile" || echo nothing)"
if [ "$running" = "$new" ]; then echo "same yes"; fi
has() { command -v "$1" >/dev/null 2>&1; }
told() {
  if [ "$4" = 0 ]; then
    printf "%s\n" "$3" | sed "s/^/$1 /"
  else
    echo "unseen $2 (status $4) $(printf "%s\n" "$3" | grep . | tail -n 1)"
  fi
}
said=$(has dix && limited env NO_COLOR=1 dix "$running" "$new" 2>&1 </dev/null) ||
  said=$(has nvd && limited nvd --color never diff "$running" "$new" 2>&1 </dev/null) ||
  said=$(limited nix --extra-experimental-features nix-command store diff-closures "$running" "$new" 2>&1 </dev/null)
told package "packages" "$said" "$?"
for system in "$running" "$new"; do
  said=$(nix --extra-experimental-features nix-command path-info --closure-size "$system" 2>/dev/null </dev/null)
  told size "the size" "${said##*[[:blank:]]}" "$?"
done
case $action in
  switch | test | dry-activate)
    locales=${LOCALE_ARCHIVE-}
    [ -n "$locales" ] || locales=/run/current-system/sw/lib/locale/locale-archive
    would() { limited env -i PATH="$PATH" LOCALE_ARCHIVE="$locales" NIXOS_INSTALL_BOOTLOADER=0 "$@" "$new/bin/switch-to-configuration" dry-activate 2>&1 </dev/null; }
    said=$(would) || {
      told unit "" "$said" 0
      said=$(would NIXOS_NO_CHECK=1)
    }
    told unit "what activation would do" "$said" "$?"
    ;;
esac
compare /run/booted-system "$new" reboot
for key in $3; do
  if public=$(dd if="$key" 2>/dev/null | ssh-keygen -y -P "" -f /dev/stdin 2>/dev/null); then
    echo "recipient ${public%% *} $(printf "%s" "${public#* }" | cut -d " " -f 1)"
  elif [ -e "$key" ]; then
    echo "identity $key"
  fi
done' sh "$system" switch "$identities" "$@"; }
asks=''
instead='. Try: --ask without --yes, or leave --diff and --ask out (hey.toml'\''s: --no-diff, --no-ask)'
arrow=$(printf "\342\206\222")
values() {
  printf "%s\n" "$answer" | LC_ALL=C sed -n "s/$colour//g;s/$arrow/->/g;s/$(printf "\342\210\205")/none/g;s/$(printf "\316\265")/none/g;s/^$1 //p" |
    LC_ALL=C tr -cd "\n -~"
}
colour="$(printf "\033")\[[0-9;]*m"
amount() { if [ "$1" -lt 104857600 ]; then echo "$(($1 / 1024)) KiB"; else echo "$(($1 / 1048576)) MiB"; fi; }
tag() {
  hash=$(printf "%s" "$1" | base64 -d | sha256sum | cut -c 1-8)
  hash=$((0x$hash))
  for bits in $((hash >> 26)) $(((hash >> 20) & 63)) $(((hash >> 14) & 63)) $(((hash >> 8) & 63)) $(((hash >> 2) & 63)) $(((hash & 3) << 4)); do
    printf "%s" ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/ | cut -c "$((bits + 1))"
  done | tr -d "\n"
}
header() {
  if head -c 11 "$1" | grep -q "^-----BEGIN"; then
    sed "1d;/^-----END/d" "$1" | base64 -d 2>/dev/null
  else
    cat "$1"
  fi | head -c 65536 | LC_ALL=C sed -n "/^-> /p;/^---/q"
}
judged() {
  tags=$(values recipient | while read -r type key; do echo "-> $type $(tag "$key") "; done)
  printf "%s\n" "$secrets" | while read -r secret file; do
    if [ ! -r "$file" ]; then file=$flake_dir/${file#/nix/store/*/}; fi
    if named=$(header "$file" 2>/dev/null) && [ -n "$named" ]; then :; else
      printf "%s\n" "odd $secret"
      continue
    fi
    if [ -n "$(values identity)" ] && printf "%s\n" "$named" | grep -q -v -e "^-> ssh-" -e "^-> [^ ]*-grease"; then continue; fi
    if [ -n "$tags" ] && printf "%s\n" "$named" | sed "s/\$/ /" | grep -q -F -e "$tags"; then continue; fi
    printf "%s\n" "lost $secret"
  done
}
of() { printf "%s\n" "$judgement" | sed -n "s/^$1 //p" | tr "\n" " " | sed "s/ \$//"; }
say_secrets() {
  if [ -z "$secrets" ]; then return; fi
  if [ -n "$odd_identities" ]; then
    blind="whether it decrypts its secrets with $(printf "%s" "$odd_identities" | tr "\n" " ")"
  elif [ -z "$(values identity)$(values recipient)" ]; then
    echo "  secrets can't be decrypted there, as it has none of these keys: ${identities% }"
  else
    judgement=$(judged)
    if [ -n "$(of lost)" ]; then echo "  secrets that are not encrypted to a key of this host: $(of lost)"; fi
    if [ -n "$(of odd)" ]; then blind="for whom these secrets are encrypted: $(of odd)"; fi
  fi
}
size_of() { number 15 "$(values size | sed -n "$1p")"; }
show_preview() {
  echo "$target, against what it runs now:"
  if [ "$(heard same)" = yes ]; then echo "  it runs this system already"; fi
  values package | grep . | sed "s/->/$arrow/g;s/^/  /" || :
  before=$(size_of 1)
  after=$(size_of 2)
  if [ -n "$before" ] && [ -n "$after" ]; then echo "  size: $(amount "$before") now, $(amount "$after") then"; fi
  values unit | grep . | sed "s/^/  /" || :
  if [ -n "$(heard reboot)" ]; then echo "  reboot needed: $(changes reboot)"; fi
  blind=
  say_secrets
  { values unseen && printf "%s\n" "$blind"; } | grep . | uniq | sed "s/^/  could not be found out: /" || :
}
step "what will change on $target"
shown=
known=$answer
if answer=$(preview); then :; else
  state="what will change on $target could not be found out; nothing was changed on it (status 1)"
  exit 1
fi
if [ -n "${lane-}" ] && [ -e "$lane/ask" ]; then
  show_preview >"$lane/preview.new"
  await_agreed
else
  if [ -n "$asks" ] && [ ! -t 1 ]; then show_preview >/dev/tty; fi
  show_preview
  if [ -z "$asks" ] || agreed "Go on with $target?"; then :; else
    state="not agreed to; nothing was changed on $target (status 1)"
    exit 1
  fi
fi
if [ -z "$asks" ] && [ -n "$(values unseen)$blind" ]; then
  state="not all of what will change on $target could be found out; nothing was changed on it (status 1)$instead"
  exit 1
fi
if [ -n "$asks" ]; then
  if still_there; then :; else
    state="$target can't be reached any more; nothing was changed on it (status 1)"
    exit 1
  fi
fi
shown=" $(heard shown | tr -cd "A-Za-z0-9 +._?=/-")"
answer=$known
if [ " $(readlink -e /run/current-system) $(readlink -e /nix/var/nix/profiles/system || echo nothing)" = "$shown" ]; then :; else
  state="this machine has changed since it was shown; nothing was done (status 1). Type the same line again"
  exit 1
fi
program='nixos-rebuild'
state="$program has not come to its end, so $target may run and boot the old system or the new. Look: readlink /run/current-system /nix/var/nix/profiles/system; then type the same line again"
touched=yes
step 'nixos-rebuild switch'
sudo nixos-rebuild --show-trace --flake '/path/to/flake#id3-eniac' switch
)
