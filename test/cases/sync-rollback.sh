# $ sync.ts --rollback
/bin/sh /dev/fd/3 3<<'end of sync'
# $ /path/to/hey/scripts/sync.ts --rollback
# host id3-eniac, target this machine
#
#  1. find the generation before what boots  here            exit 1
#  2. boot it                                here            exit 1, 4, 13
exec 3<&-
set +abCmvx -euf
unset IFS
if command -v declare >/dev/null 2>&1; then eval 'unset -f $(declare -F | command sed "s/.* //"); export -n SHELLOPTS'; fi

main() {
  connect_here                # nobody else's change is in the way
  find_generation_here        # is it here, and whole?
  take_generation             # $system: what was found
  activate_here boot
}

# ---- this run ------------------------------------------------------------------------------------
verb='sync'                   # who speaks
target='this machine'         # what ssh is given
type_reboot='reboot'          # the line to type for a reboot
become='sudo'                 # the words before a command, for that
logged_host='id3-eniac'       # whose history it is
logged_target=''              # the same, as it was reached
lane=''                       # the directory of this host in a run of several
force='yes'                   # yes, to change also what someone else has changed
bootloader='0'                # 1, to install the boot loader anew, or 0
wanted_generation='previous'  # the number of the one to find, or "previous"

# for_target: what each function there is given.
for_target() {
  assigned force "$force" bootloader "$bootloader" generation "${generation-}" wanted_generation "$wanted_generation" by "${by-}" \
    last_deployed "${last_deployed-}" agreed "${agreed-}" system "${system-}"
}

# ---- lib/shell/here/this-machine.sh --------------------------------------------------------------
# What hey sync does around the program that builds and activates.

# connect_here: who deploys. Sets: agreed, last_deployed, by.
connect_here() {
  agreed=
  last_deployed=none
  by="hey sync"
}

# find_generation_here. Sets: facts, from. Ends: where it is not there.
find_generation_here() {
  local status
  if facts=$(as_me find_and_tell); then
    from=$(fact_number number)
  else
    status=$?
    stop_if_refused "$status"
    exit "$status"
  fi
}

# activate_here ACTION: activates $system here. Sets: last_words, changed, facts. Ends: where that failed.
activate_here() {
  local status
  step "$1"
  last_words="what was begun goes on by itself. Look: readlink /run/current-system /nix/var/nix/profiles/system"
  changed=yes
  if facts=$(there activate_system "$1" "$system"); then status=0; else status=$?; fi
  take_activated "$status"
  if [ -n "$(fact runs)" ]; then
    last_words="$(standing)$(owed)"
    case $status in
      0) ;;
      4) last_words="$how (status 4); $last_words. Look: systemctl --failed" ;;
      *) last_words="$how (status $status); $last_words. Look at what it said; then type the same line again" ;;
    esac
  elif [ "$status" -eq 0 ]; then
    status=1
  fi
  if [ "$status" -gt 0 ]; then exit "$status"; fi
  step "$last_words"
  last_words=
}

# ---- lib/shell/here/connect-here.sh --------------------------------------------------------------
# The target is this machine.

# there NAME WORD...: calls that function here, as root.
# shellcheck disable=SC2086
there() { $become sh -c 'program=$1; eval "$program"; eval "$2"' sh "$on_target" "$(for_target && quoted "$@")"; }

# as_me NAME WORD...: calls that function here.
as_me() { sh -c 'program=$1; eval "$program"; eval "$2"' sh "$on_target" "$(for_target && quoted "$@")"; }

# ---- lib/shell/here/far.sh -----------------------------------------------------------------------
# How the target is told what to do: ssh runs one line there, in the login's own shell.

# encode_program: once for the run; comments stay here. Sets: program.
encode_program() { program=$(printf "%s\n" "$on_target" | sed '/^ *#/d; /^$/d; s/^ *//' | encoded); }

# quoted WORD...: the words for a shell, whatever is in them.
quoted() {
  local word text
  for word in "$@"; do
    text=
    while case $word in *\'*) ;; *) false ;; esac do text="$text${word%%\'*}'\\''" word=${word#*\'}; done
    printf "'%s' " "$text$word"
  done
}

# encoded: stdin in one line in which no shell sees anything special between single quotes: no line end, as csh ends a word there; no "!",
# which it looks up in its history; no "\", which fish takes; no "'". printf %b makes the text of it again.
encoded() { LC_ALL=C sed -e 's/\\/\\0134/g' -e "s/'/\\\\0047/g" -e 's/!/\\0041/g' -e 's/$/\\n/' | tr -d "\n"; }

# assigned NAME VALUE [NAME VALUE...]: for a shell.
assigned() {
  while [ $# -gt 0 ]; do printf "%s=%s; " "$1" "$(quoted "$2")" && shift 2; done
}

# ---- lib/shell/here/fact.sh ----------------------------------------------------------------------
# What the target says of itself: a fact a line, name first. Data, of which nothing moves a terminal's cursor.

# Between two facts.
newline='
'

# fact NAME: the first of that name in $facts. A program is started only where there is something to take out.
fact() {
  local value="$newline$facts$newline"
  case $value in *"$newline$1 "*) value=${value#*"$newline$1 "} ;; *) return 0 ;; esac
  value=${value%%"$newline"*}
  # Beyond ASCII some letters move the cursor, or turn round what follows.
  if [ -n "$value" ] && [ -z "${value##*[!A-Za-z0-9./:_,@+=() >-]*}" ]; then value=$(printf "%s" "$value" | LC_ALL=C tr -cd " -~"); fi
  printf "%s\n" "$value"
}

# number DIGITS WORD: the word, if it is a number of so many digits at most; else nothing. Whatever a host says goes through this before a
# shell counts with it: in arithmetic bash and zsh run the commands in an array's index. A number that begins with a zero would be octal.
number() {
  local digits
  if [ -z "$2" ] || [ "${#2}" -gt "$1" ] || [ -z "${2##*[!0-9]*}" ]; then return 0; fi
  digits=${2#"${2%%[1-9]*}"}
  printf "%s\n" "${digits:-0}"
}

# fact_number NAME: the first fact of that name, if it is a number of nine digits at most.
fact_number() { number 9 "$(fact "$1")"; }

# changes NAME: a fact of what differs, with an arrow.
changes() { fact "$1" | sed "s/->/$(printf "\342\206\222")/g"; }

# stop_if_refused STATUS [MORE]: with what the target said against it. Sets: last_words. Ends: where it said so, with that status.
stop_if_refused() {
  if [ -z "$(fact refused)" ]; then return 0; fi
  last_words="$(fact refused); nothing was changed on $target (status $1)${2-}"
  exit "$1"
}

# standing: how the target stands, for a last line.
standing() { printf "%s" "$target runs $(fact runs), boots $(fact boots)"; }

# known_standing: the same behind other words, where it is known.
known_standing() { if [ -n "$(fact runs)" ]; then printf "%s" "; $(standing)"; fi; }

# owed: the reboot that is owed, for a last line.
owed() { if [ -n "$(fact reboot)" ]; then printf "%s" "; reboot needed: $(changes reboot). Then: $type_reboot"; fi; }

# ---- lib/shell/here/ask.sh -----------------------------------------------------------------------
# The first question: before the build, which can be long.

# take_generation: the system of the generation that was found there. Sets: system, to_activate, generation.
take_generation() {
  # A path of the store, whatever the target says.
  system=$(fact system | tr -cd "A-Za-z0-9+._?=/-")
  to_activate=$system
  generation=$(fact_number generation)
  step "generation $generation of $target: $system"
  if [ -n "$(fact other)" ]; then
    step "warning: that generation was not booted with these; what it needs of them works only after a reboot: $(changes other)"
  fi
}

# ---- lib/shell/here/activate.sh ------------------------------------------------------------------
# The activation, without a guard.

# take_activated STATUS: the activation is over, or the connection to it is: what came of it. Only who has heard from the target knows that.
# Sets: changed, last_words, how. Ends: where nothing was changed.
take_activated() {
  if [ -n "$(fact refused)" ]; then changed=; fi
  stop_if_refused "$1" "$(known_standing)"
  if [ -z "$(fact begun)" ] && [ "$1" -gt 0 ] && [ "$1" -lt 128 ]; then
    changed=
    last_words="the activation could not begin; nothing was changed on $target (status $1)"
    exit "$1"
  fi
  how=$(fact why)
  case $1 in
    0) how=activated ;;
    4) how="activated, but some units failed: $(fact units)" ;;
    *) how=${how:-the activation failed} ;;
  esac
}

# ---- lib/shell/here/log.sh -----------------------------------------------------------------------
# What is noted of a run, for later ones.

# find_notes: where this user's notes are, and who deploys. Sets: notes, by.
find_notes() {
  case ${XDG_STATE_HOME-} in /*) notes=$XDG_STATE_HOME/hey ;; *) notes=${HOME-}/.local/state/hey ;; esac
  by=$(printf "%s" "$(id -un)@$(uname -n)" | tr -cd "A-Za-z0-9@._-")
}

# keep_log: has what comes of it noted at the end: a line of JSON for hey ops log (lib/log/log.ts). Sets: began.
keep_log() {
  find_notes
  began=$(date +%s)
  # Behind the last words, which are noted, too.
  at_last note_run
}

# member NAME VALUE: one of the line's, unless it is empty.
member() {
  if [ -n "$2" ]; then printf ', "%s": "%s"' "$1" "$(printf "%s" "$2" | tr -d "[:cntrl:]" | LC_ALL=C sed 's/[\\"]/\\&/g')"; fi
}

# note_run: the line. An unreadable disk costs the record, and nothing else. Into a pipe it would wait for a reader.
note_run() {
  local transcript=''
  if [ -n "${lane-}" ] && [ -d "$lane" ]; then transcript=$lane/log; fi
  (
    umask 077
    mkdir -p "$notes"
    if [ -f "$notes/log" ] || [ ! -e "$notes/log" ]; then
      printf '{"began": %s, "ended": %s, "status": %s%s}\n' "$began" "$(date +%s)" "$status" \
        "$(member by "$by" && member verb "$verb" && member host "$logged_host" && member target "$logged_target" && member from "$from" && member to "$(fact_number number)" && member reboot "$(fact reboot)" && member untouched "$([ -n "$changed" ] || echo yes)" && member said "$said" && member transcript "$transcript")" >>"$notes/log"
    fi
  ) 2>/dev/null || :
}

# ---- on the target -------------------------------------------------------------------------------
on_target='set -u

# The generations of the system profile.

# find_generation: the generation $wanted_generation ("previous" for the one before what boots) with its closure.
# Ends: where it is not there, or not whole.
find_generation() {
  local wanted link now there found number what found_system needs path
  wanted=$wanted_generation
  link=$(readlink "$profile")
  now=${link#system-}
  now=${now%-link}
  # A profile may be a system itself, and no generation.
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
    what="generation before what boots, which is none itself (${link:-nothing})"
  else
    what="generation before $now"
  fi
  if [ -z "$found" ]; then refuse 1 "there is no $what; there are ${there:-none}"; fi
  found_system=$(readlink -e "$profile-$found-link")
  if [ -x "$found_system/bin/switch-to-configuration" ]; then :; else refuse 1 "the closure of generation $found is gone (garbage collection, or a damaged store); --list shows those that are there"; fi
  # What it needs may be gone as well, on a damaged disk say.
  needs=$(nix-store --query --requisites "$found_system") || refuse 1 "the closure of generation $found is not known to nix there; --list shows the others"
  for path in $needs; do
    if [ ! -e "$path" ] && [ ! -L "$path" ]; then refuse 1 "the closure of generation $found is not whole, $path is gone; mend it there (nix-store --verify --check-contents --repair), or type another generation"; fi
  done
  echo "generation $found"
  echo "system $found_system"
  compare /run/booted-system "$found_system" other
}

# find_and_tell: finds it, and tells what runs.
find_and_tell() {
  find_generation
  tell_boot
}

# What this machine says of itself, a fact a line, name first.

# Where NixOS keeps its generations; what boots is the one that this link leads to.
profile=/nix/var/nix/profiles/system

# refuse STATUS WHY: for the last line on the other side. Ends: always, with that status.
refuse() {
  printf "refused %s\n" "$2"
  exit "$1"
}

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
  local parts part was is
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

# tell_facts: what runs, whether it came up badly, what boots and its number, and the fact "reboot" where a reboot is owed.
tell_facts() {
  local now
  echo "runs $(readlink -e /run/current-system || echo nothing)"
  echo "boots $(readlink -e "$profile" || echo nothing)"
  if [ "$(readlink /run/hey/failed)" = "$(readlink -e /run/current-system)" ]; then echo "failed yes"; fi
  now=$(readlink "$profile" || :)
  now=${now#system-}
  echo "number ${now%-link}"
  compare /run/booted-system "$profile" reboot
}

# tell_boot: which boot this is, and what runs.
tell_boot() {
  echo
  echo "boot $(cat /proc/sys/kernel/random/boot_id)"
  tell_facts
}

# stored NAME WORD...: the text of a script that has all of this program in it, and calls that function. (The name stands here as a word, and
# never in a string, so that it is known to be called.)
stored() { printf "%s\n" "set -u" "$program" "$*"; }

# locale_archive: where an activation finds the locales.
locale_archive() { echo "${LOCALE_ARCHIVE:-/run/current-system/sw/lib/locale/locale-archive}"; }

# inhibited STATUS LOG: whether NixOS (from 26.05 on) has refused to switch to the system, as dbus or systemd, say, are others.
inhibited() { [ "$1" = 1 ] && grep -q "^There are changes to critical components" "$2"; }

# units_in LOG: what has failed in an activation that ended with 4: units, those of users, and what is activated for users. It names the
# units last, and shows "systemctl status" of each behind that: command lines and journals, in which any words may stand, also at the
# beginning of a line. Before that the beginning of a line is what tells its own words from others.
units_in() {
  local own named
  own=$(LC_ALL=C sed "/^warning: the following units failed: /q" "$1")
  named=$({
    edited "$own" "s/^warning: the following units failed: //p" | tr "," "\n"
    edited "$own" "s/^warning: the following user units failed: //p" | tr "," "\n" | sed "s/^ */user unit /"
    edited "$own" "s/^warning: (user activation for [^ ]+) failed.*/\1/p"
    edited "$own" "s/^Failed to (start|stop|restart|reload|[a-z]+-[a-z-]+) (user unit )?([^ ]+\.[a-z]+)(:.*)?\$/\2\3/p"
    edited "$own" "s/^(A dependency job|Job) for ([^ ]+\.[a-z]+) .*/\2/p"
  } | sed "s/^ *//" | grep . | LC_ALL=C sort -u | paste -s -d , - | sed "s/,/, /g")
  echo "${named:-which ones it did not say}"
}

# edited TEXT EDIT: what sed makes of it.
edited() { printf "%s\n" "$1" | LC_ALL=C sed -nE "$2"; }

# goes_on UNIT: whether it does. systemctl has no answer for a moment while systemd itself is renewed.
goes_on() { case $(systemctl show --property=ActiveState --value "$1" 2>/dev/null) in inactive | failed) false ;; esac; }

# The activation of a system that is there, as nixos-rebuild does it.

# set_profile SYSTEM GENERATION: the profile becomes that system: as the generation of that number, or as a "new" one.
set_profile() {
  if [ "$2" = new ]; then limited nix-env -p "$profile" --set "$1"; else limited nix-env -p "$profile" --switch-generation "$2"; fi
}

# activate_system ACTION SYSTEM: takes the lock, sets the profile to $system, and activates SYSTEM: that, or a specialisation of it. The
# activation runs on when the connection is lost, even where it would write: its output goes to a file, and only the reader of that file
# hangs on the connection. Sets: dir, job. Ends: always, with the status of the activation.
activate_system() {
  local action="$1" status why="" units="" blocked=""
  set -e
  echo
  # The second must not set a profile that it then can not activate.
  take_lock
  refuse_switching
  refuse_changed
  # A garbage collector may have come by while somebody was asked.
  if [ -x "$2/bin/switch-to-configuration" ]; then :; else refuse 1 "$2 is not there any more"; fi
  # In files, as systemd may spoil a "$" in a command; and before anything is changed, as /run may be full.
  dir=$(mktemp -d /run/hey-activation.XXXXXX) || refuse 1 "no directory can be made in /run there (is it full?)"
  if printf "" >"$dir/log" && stored switch_noting "\"\$@\"" >"$dir/run"; then :; else
    rm -rf "$dir"
    refuse 1 "/run can not be written to there (is it full?)"
  fi
  echo "begun yes"
  case $action in switch | boot) take_profile ;; esac
  if start_switch "$2" "$action"; then
    tail -n +1 -s 0.1 --pid="$job" -f "$dir/log" >&2 9>&- &
  else
    why="the activation could not be started (does another one run there?)"
  fi
  wait
  status=$(readlink "$dir/status") || status=none
  case $status in
    4) units=$(units_in "$dir/log") ;;
    # By a signal, to the unit or to the program alone.
    none | 129 | 1[3-8]? | 19[0-2])
      status=1
      why=${why:-the activation was cut before its end}
      ;;
  esac
  if inhibited "$status" "$dir/log"; then blocked=yes; fi
  rm -rf "$dir"
  # What runs now has not come up as it should: it is not what it would be by another deployment of the same.
  if [ "$status" -eq 0 ]; then rm -f /run/hey/failed; else ln -sfn "$2" /run/hey/failed; fi
  if [ "$status" -eq 4 ]; then echo "units $units"; fi
  if [ -n "$why" ]; then echo "why $why"; elif [ -n "$blocked" ]; then echo "inhibited yes"; fi
  tell_facts
  exit "$status"
}

# take_profile: the profile becomes $system. Ends: where it could not be set.
take_profile() {
  local before
  # Over, as the lock was given; but it may be what is booted once. What armed it knows how to end it.
  if [ -L "$trial/id" ] && ! sh "$trial/end" >&2; then
    rm -rf "$dir"
    refuse 1 "what a trial boot has left there can not be cleared away (is /boot full?)"
  fi
  before=$(readlink "$profile") || :
  if set_profile "$system" "$generation" >&2; then :; else
    rm -rf "$dir"
    tell_facts
    if [ "$(readlink "$profile")" = "$before" ]; then refuse 1 "its profile could not be set (disk full?)"; fi
    echo "why nix-env failed behind the new profile, and nothing was activated"
    exit 1
  fi
  rm -f "$marker"
  on_disk || :
}

# switch_noting SYSTEM ACTION PATH DIR: the activation, as its file "run". The status is noted on the spot: systemd-run --wait says 0 too where
# D-Bus goes away, and where SIGTERM ends the unit. The note is made by the ln of the system that runs now; the activation itself has the PATH
# that it would have without it. Ends: always.
switch_noting() {
  local status="0"
  "$1/bin/switch-to-configuration" "$2" || status=$?
  PATH=$3
  ln -s "$status" "$4/status"
  exit "$status"
}

# run_by SYSTEM ACTION COMMAND...: the file "run", by that command.
run_by() {
  local what="$1" action="$2"
  shift 2
  "$@" "$(shell_of "$runs")" "$dir/run" "$what" "$action" "$runs/sw/bin:$PATH" "$dir" 9>&-
}

# start_switch SYSTEM ACTION: starts it, as a process or a unit of its own. Sets: job.
start_switch() {
  local unit="nixos-rebuild-switch-to-configuration"
  if ! by_systemd; then
    run_by "$1" "$2" env -i PATH="$PATH" LOCALE_ARCHIVE="$(locale_archive)" NIXOS_INSTALL_BOOTLOADER="$bootloader" setsid >"$dir/log" 2>&1 </dev/null &
    job=$!
    return 0
  fi
  run_by "$1" "$2" systemd-run --quiet --collect --no-ask-password --service-type=exec --unit="$unit" \
    --setenv=LOCALE_ARCHIVE="$(locale_archive)" --setenv=NIXOS_INSTALL_BOOTLOADER="$bootloader" \
    --property=StandardOutput="append:$dir/log" --property=StandardError="append:$dir/log" >&2 || return 1
  # systemd is asked once a second, and when the end is noted.
  while goes_on "$unit.service"; do
    for _ in 1 2 3 4 5 6 7 8 9 10; do
      sleep 0.1
      if [ -L "$dir/status" ]; then break; fi
    done
  done &
  job=$!
}

# One deployment at a time, and never over a change of somebody else.

# refuse_held. Ends: where the lock has a holder that is named.
refuse_held() {
  local holder
  if holder=$(readlink /run/hey/holder); then refuse 13 "another deployment holds the lock: $holder"; fi
}

# The lock under which the program of NixOS changes what runs.
nixos_lock=/run/nixos/switch-to-configuration.lock

# lock_holder: who holds the lock of NixOS: "process 4711 (COMMAND)". Fails where nobody does. It only looks: to try that lock is to stand in
# the way of somebody who takes it just then.
lock_holder() {
  local at device kind pid where command
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

# refuse_switching. Ends: where another program is switching this machine.
refuse_switching() {
  local switcher
  if switcher=$(lock_holder); then refuse 13 "another program is switching it, and holds the lock of NixOS: $switcher"; fi
}

# take_lock: holds it by the descriptor 9 as long as that is open; with the name of its holder, which is taken away at the end.
# Sets: held_by. Ends: where another one holds it.
take_lock() {
  (umask 077 && mkdir -p /run/hey)
  exec 9>/run/hey/lock
  # Who has just got it, or is about to leave it, has no name there yet, or no more.
  for _ in 1 2 3 4 5 6 7 8 9 10; do if flock -n 9; then break; else refuse_held && sleep 0.1; fi; done
  if flock -n 9; then :; else refuse 13 "another deployment holds the lock; whose it is can not be seen"; fi
  (each_open refuse_open; refuse_trial) || exit
  held_by="$by, since $(date -u +%T) UTC"
  trap "rm -f /run/hey/holder" EXIT
  ln -sfn "$held_by" /run/hey/holder
}

# refuse_changed. Ends: where someone else has changed what runs, unless $force says so; where it has changed since somebody agreed to what
# would be another than that, in any case: what they saw run and boot is $agreed. Sets: runs, boots.
refuse_changed() {
  runs=$(readlink -e /run/current-system) || refuse 1 "no NixOS system runs there"
  boots=$(readlink -e "$profile") || boots=nothing
  case $agreed in
    "" | "$runs $boots") ;;
    *) refuse 1 "it has changed since it was shown: it runs $runs now, and boots $boots. Type the same line again" ;;
  esac
  case " $boots $last_deployed " in *" $runs "*) return ;; esac
  if [ "$force" = yes ]; then return; fi
  refuse 1 "changed by someone else: it runs $runs, but its profile is $boots and last deployed from here was ${last_deployed:-nothing}. Look there first; --force deploys all the same"
}

# A guarded deployment that is not over is a directory /run/hey/ID. Each fact in it is a link: it is there whole or not at all, and takes
# no free block of a full /run.
#   open | kept | confirmed, then committed or uncommitted | rolled-back     its one verdict: one link that gets other names
#   by prev new generation bootloader on-unit-failure deadline               who, from what, to what, how, until when
#   started status units why inhibited back                                  how far it came, what failed, why it was rolled back

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
holds() {
  case $(progress) in open) [ "$left" -ge -30 ] || [ -L "$dir/trial" ] ;; committing | going-back) ;; *) false ;; esac
}

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

# shell_of SYSTEM: its shell. What an activation puts at /bin/sh may be the very thing that is broken.
shell_of() { if [ -x "$1/sw/bin/sh" ]; then echo "$1/sw/bin/sh"; else echo /bin/sh; fi; }

# The last step of a guarded deployment: the system becomes what boots. And what puts right a commit or a trial boot that was cut short.

# on_disk: a power cut can leave the boot menu in two halves, and fsck empties what it finds so. Before the menu is written, the disk has all
# that tells of it and all that it boots. What tells of it goes only when the disk has the menu.
on_disk() { sync -f /nix/var/nix /nix/store; }
'

# ---- lib/shell/here/run.sh -----------------------------------------------------------------------
# The beginning and the end of every script.

# step WORDS...: says what is done now, or how it ended. Sets: said.
step() {
  said="$*"
  printf "%s\n" "$verb: $said" >&2 || :
}

# at_end FUNCTION: has it called when the script ends, however it ends; the last one that was added goes first. Sets: hooks.
at_end() { hooks="$1 $hooks"; }

# at_last FUNCTION: the same, behind all others. Sets: hooks.
at_last() { hooks="$hooks $1"; }

# begin: from here on one function ends the script, whatever ends it. Sets: said, hooks, last_words, facts, from, changed, tmp, left_open,
# status.
begin() {
  said='' hooks='' last_words='' facts='' from='' changed='' tmp='' left_open='' status=0
  at_end say_last_words
  trap 'status=$?; end_run' EXIT
  trap "exit 129" HUP; trap "exit 130" INT; trap "exit 131" QUIT; trap "exit 141" PIPE; trap "exit 143" TERM
}

# end_run: what was added by at_end. A second ^C waits for nothing. Ends: at that.
end_run() {
  local hook
  trap "clean_up; exit 130" INT
  for hook in $hooks; do "$hook" || :; done
}

# say_last_words: what is true of the target, and what to type, where the script ended before its end.
say_last_words() { if [ "$status" -gt 0 ] && [ -n "$last_words" ]; then step "$last_words"; fi; }

# clean_up: takes the private directories away.
clean_up() {
  if [ -z "$tmp" ]; then return 0; fi
  # A connection that is left open needs its place.
  if [ -n "$left_open" ]; then find "$tmp" -mindepth 1 ! -name ssh -exec rm -rf {} + || :; else rm -rf "$tmp" || :; fi
}

begin
encode_program
keep_log
main
end of sync
