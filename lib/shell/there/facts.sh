# What this machine says of itself, a fact a line, name first.

# Where NixOS keeps its generations; what boots is the one that this link leads to.
profile=/nix/var/nix/profiles/system

# refuse STATUS WHY: for the last line on the other side. Ends: always, with that status.
refuse() { printf "refused %s\n" "$2"; exit "$1"; }

# not_root WHAT: why this user may not do that; nothing for root.
not_root() { [ "$(id -u)" != 0 ] && echo "$(id -un) is not root there, and only root may $1: add --elevate sudo, or name no user in the target"; }

# need_root WHAT. Ends: where the caller is not root.
need_root() { if not_root "$1" >/dev/null; then refuse 1 "$(not_root "$1")"; fi; }

# by_systemd: whether systemd is what runs this machine.
by_systemd() { [ -d /run/systemd/system ]; }

# seconds_up: seconds since this machine was booted. The wall clock may jump.
seconds_up() { cut -d . -f 1 /proc/uptime; }

# limited COMMAND...: what hangs would hold the lock for ever.
limited() { timeout -k 10 600 "$@"; }

# generations: their numbers, newest first. By number: a name sorts 10 before 9. Other profiles may lie beside it (system-old-7-link).
generations() { printf "%s\n" "$profile"-*-link | sed -n "s|^$profile-\([1-9][0-9]\{0,8\}\)-link\$|\1|p" | sort -rn; }

# kernel_of SYSTEM: the version of its kernel.
kernel_of() {
  local version
  for version in "$1"/kernel-modules/lib/modules/*; do if [ -d "$version" ]; then echo "${version##*/}"; fi; done
}

# compare OLD NEW NAME: the fact NAME, where the system NEW has other parts than OLD that only a boot can change.
compare() {
  local parts="" part was is
  for part in kernel initrd kernel-modules systemd; do
    if [ "$1/$part" -ef "$2/$part" ]; then continue; fi
    was=$(readlink -e "$1/$part") || continue
    is=$(readlink -e "$2/$part") || continue
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

# number_of LINK: the number of a generation, of the name of its link.
number_of() { set -- "${1#system-}" && echo "${1%-link}"; }

# in_place: what runs, and what the profile is, as two words.
in_place() { echo "$(readlink -e /run/current-system || echo nothing) $(readlink -e "$profile" || echo nothing)"; }

# tell_facts: what runs, whether it came up badly or has other keys since, what boots, the profile where that is another, the number of the
# profile, and the fact "reboot" where a reboot is owed.
tell_facts() {
  local set next
  set=$(readlink -e "$profile" || echo nothing)
  next=$(menu_boots) || next=$set
  echo "runs $(readlink -e /run/current-system || echo nothing)"
  echo "boots $next"
  if [ "$next" != "$set" ]; then echo "profile $set"; fi
  if [ /run/hey/failed -ef /run/current-system ]; then echo "failed yes"; fi
  if [ /run/hey/keys -ef /run/current-system ]; then echo "keys yes"; fi
  echo "number $(number_of "$(readlink "$profile")")"
  compare /run/booted-system "$next" reboot
}

# tell_boot: which boot this is, and what runs.
tell_boot() { echo && echo "boot $(cat /proc/sys/kernel/random/boot_id)" && tell_facts; }

# failed_units: their names, in the order of the alphabet. Fails where systemd does not say.
failed_units() {
  local listed
  listed=$(timeout 20 systemctl list-units --failed --plain --no-legend --full) || return 1
  printf "%s\n" "$listed" | sed "s/ .*//; /^\$/d" | LC_ALL=C sort
}

# restarts: of each service how often systemd has started it again by itself, a line each: "NUMBER STATE SECOND NAME", with the second since
# the boot in which it was started last. Fails where systemd does not say.
restarts() {
  local listed line name number state started
  listed=$(timeout 20 systemctl show --property=Id,NRestarts,SubState,ExecMainStartTimestampMonotonic "*.service") || return 1
  # A paragraph for each unit, in an order of its own.
  printf "%s\n\n" "$listed" | (
    name="" number=0 state="" started=0
    while IFS= read -r line; do
      case $line in
        Id=*) name=${line#*=} ;;
        NRestarts=*) number=${line#*=} ;;
        SubState=*) state=${line#*=} ;;
        ExecMainStartTimestampMonotonic=*) started=${line#*=} ;;
        "")
          if [ -n "$name" ]; then echo "$number $state $((started / 1000000)) $name"; fi
          name="" number=0 state="" started=0
          ;;
      esac
    done
  ) | LC_ALL=C sort -k 4
}

# note_units DIR: how the units stand, for `failed_since` and `start_again`.
note_units() { failed_units >"$1/failed" && restarts >"$1/restarts" && running_units >"$1/active"; }

# running_units: their names. Fails where systemd does not say.
running_units() {
  local listed
  listed=$(timeout 20 systemctl list-units --state=active --plain --no-legend --full) || return 1
  printf "%s\n" "$listed" | sed "s/ .*//"
}

# failed_since DIR: units that fail now and did not when DIR was written; also services that systemd has started again since, and that either
# wait for the next time now or have had two: systemd never calls such a loop failed. Fails where systemd does not say.
failed_since() {
  local failed looping name number state before
  failed=$(failed_units) || return 1
  looping=$(restarts) || return 1
  {
    printf "%s\n" "$failed" | LC_ALL=C comm -13 "$1/failed" -
    printf "%s\n" "$looping" | LC_ALL=C join -1 4 -2 4 -a 1 -e 0 -o 0,1.1,1.2,2.1 - "$1/restarts" | while read -r name number state before; do
      # One that was started by the activation counts from the beginning.
      if [ "$number" -lt "$before" ]; then before=0; fi
      case $((number - before))-$state in
        0-*) ;;
        1-*auto-restart* | [2-9]-* | [1-9][0-9]*) loops "$name" ;;
      esac
    done
  } | LC_ALL=C sort
}

# looping_units: services that systemd starts again and again now.
looping_units() {
  local listed now number state started name
  listed=$(restarts) || return 1
  now=$(seconds_up)
  printf "%s\n" "$listed" | while read -r number state started name; do
    case $state in *auto-restart*) started=$now ;; esac
    if [ "${number:-0}" -ge 2 ] && [ "$((now - started))" -lt 60 ]; then loops "$name"; fi
  done
}

# loops NAME: what a unit is called that systemd starts again and again.
loops() { echo "$1 (starts again and again)"; }

# deciding: of units on stdin, one a line, those that decide whether a deployment stays: a user without any rights can make their own units and
# sessions fail, and anybody the service that is started for each who knocks (sshd@). The clock of a guarded deployment (hey-rollback-ID) is
# started again by systemd, and waits on.
deciding() { grep -v -E "^(hey-rollback-[A-Za-z0-9]+[.]service.*|user unit .*|user activation for .*|(user|user-runtime-dir|sshd|systemd-coredump|polkit-agent-helper)@.*|session-.*[.]scope|dbus-:.*@.*)\$" || :; }

# units_decide: whether some that failed in the activation of the deployment in $dir do.
units_decide() { readlink "$dir/units" | tr "," "\n" | sed "s/^ *//" | deciding | grep -q .; }

# stored NAME WORD...: the text of a script that has all of this program in it, and calls that function. (The name stands here as a word, and
# never in a string, so that it is known to be called.)
stored() { printf "%s\n" "set -u" "$program" "$*"; }

# locale_archive: where an activation finds the locales.
locale_archive() { echo "${LOCALE_ARCHIVE:-/run/current-system/sw/lib/locale/locale-archive}"; }

# inhibited STATUS LOG: whether NixOS (from 26.05 on) has refused to switch to the system, as dbus or systemd, say, are others.
inhibited() { [ "$1" = 1 ] && grep -q "^There are changes to critical components" "$2"; }

# units_in LOG: what has failed in an activation that ended with 4: units, those of users, and what is activated for users. Where the log names
# none, it is what systemd calls failed: each activation of NixOS has systemd forget what failed before. The log names the units last, and
# shows "systemctl status" of each behind that: command lines and journals, in which any words may stand, also at the beginning of a line.
# Before that the beginning of a line is what tells its own words from others.
units_in() {
  local own named
  own=$(LC_ALL=C sed "/^warning: the following units failed: /q" "$1")
  named=$({
    edited "$own" "s/^warning: the following units failed: //p" | tr "," "\n"
    edited "$own" "s/^warning: the following user units failed: //p" | tr "," "\n" | sed "s/^ */user unit /"
    edited "$own" "s/^warning: (user activation for [^ ]+) failed.*/\1/p"
    edited "$own" "s/^Failed to (start|stop|restart|reload|[a-z]+-[a-z-]+) (user unit )?([^ ]+\.[a-z]+)(:.*)?\$/\2\3/p"
    edited "$own" "s/^(A dependency job|Job) for ([^ ]+\.[a-z]+) .*/\2/p"
  } | listed)
  if [ -z "$named" ] && by_systemd; then named=$({ failed_units && looping_units; } | listed); fi
  echo "${named:-$unnamed}"
}

# What is said where nobody names them.
unnamed="which ones it did not say"

# listed: lines, as one list.
listed() { sed "s/^ *//" | grep . | LC_ALL=C sort -u | paste -s -d , - | sed "s/,/, /g"; }

# edited TEXT EDIT: what sed makes of it.
edited() { printf "%s\n" "$1" | LC_ALL=C sed -nE "$2"; }

# main_process UNIT: its number, or 0.
main_process() { systemctl show --property=MainPID --value "$1" 2>/dev/null || echo 0; }

# goes_on UNIT: whether it does. systemctl has no answer for a moment while systemd itself is renewed.
goes_on() { case $(systemctl show --property=ActiveState --value "$1" 2>/dev/null) in inactive | failed) false ;; esac; }
