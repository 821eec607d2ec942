# $ ops-status.ts vps-ultraman admin@vps_ultraman_root --elevate sudo
/bin/sh /dev/fd/3 3<<'end of ops-status'
# $ /path/to/hey/scripts/ops-status.ts vps-ultraman admin@vps_ultraman_root --elevate sudo
#
#  1. ask what it is like  there           exit 255
exec 3<&-
set +abCmvx -euf
unset IFS
if command -v declare >/dev/null 2>&1; then eval 'unset -f $(declare -F | command sed "s/.* //"); export -n SHELLOPTS'; fi

main() {
  ask_alone as_root_if_silent tell_status sudo -n --  # ask what it is like
}

# ---- this run ------------------------------------------------------------------------------------
verb='ops-status'             # who speaks
target='admin@vps_ultraman_root'  # what ssh is given
own_options='-T -o RemoteCommand=none -o ClearAllForwardings=yes -o BatchMode=yes -o ConnectTimeout=2'  # ssh's words for a connection that is neither

# for_target: what each function there is given.
for_target() {
  :
}

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

# far NAME WORD...: the line that calls that function of the target. All of them come along.
far() { printf "%s" "sh -c 'program=\$(printf %b \"\$1\"); eval \"\$program\"; eval \"\$(printf %b \"\$2\")\"' sh '$program' '$({ for_target && quoted "$@"; } | encoded)'"; }

# own_ssh WORD...: ssh, over a connection that nothing else uses.
# shellcheck disable=SC2086
own_ssh() { ssh $own_options "$@"; }

# ask_alone NAME WORD...: calls that function on the target, as the login itself. Nothing else is asked in this run.
ask_alone() { own_ssh "$target" -- "$(far "$@")" </dev/null; }

# ---- on the target -------------------------------------------------------------------------------
on_target='set -u

# Questions that are asked as root only where that asks for nothing.

# as_root_if_silent NAME BECOME...: calls that function, which changes nothing, as root by the words of BECOME; where these ask for a password, or
# may not, as who is logged in. It is told the connection, of which sudo keeps nothing.
as_root_if_silent() {
  local name
  name=$1
  shift
  if "$@" sh -c : </dev/null >/dev/null 2>&1; then
    exec "$@" sh -c "$program
connection=\$2
\$1" sh "$name" "${SSH_CONNECTION-}"
  fi
  "$name"
}

# What this machine is like now.

# tell_armed: the fact of what is armed in $dir.
tell_armed() { echo "armed $(progress)$(if [ -L "$dir/trial" ]; then echo -trial; fi) $left $(readlink "$dir/by")"; }

# tell_status: facts of it; first what can not hang, and "over" last, as half an answer is none. Changes nothing.
tell_status() {
  local link key value load holder size free at
  echo
  echo "user $(id -un)"
  tell_facts
  echo "booted $(readlink -e /run/booted-system || echo nothing)"
  link=$(readlink "$profile" || :)
  link=${link#system-}
  # The link itself, which has the date of the generation.
  echo "date $(stat -c %Y "$profile-${link%-link}-link" 2>/dev/null)"
  echo "version $(cat /run/current-system/nixos-version 2>/dev/null)"
  echo "kernel $(uname -r)"
  while read -r key value _; do
    case $key in
      MemTotal:) echo "memory $value" ;;
      MemAvailable:) echo "available $value" ;;
    esac
  done </proc/meminfo
  read -r load _ </proc/loadavg
  echo "load $load"
  echo "cores $(nproc)"
  echo "up $(seconds_up)"
  if [ "$(id -u)" != 0 ] && { [ -e /run/hey ] || [ -e "$trial" ]; }; then :; else
    echo "armed"
    each_open tell_armed
    case $(trial_progress) in
      rebooting | starting) echo "armed boot 0 $(readlink "$trial/by")" ;;
    esac
    if holder=$(readlink /run/hey/holder); then echo "armed lock 0 $holder"; fi
  fi
  echo "revision $(/run/current-system/sw/bin/nixos-version --configuration-revision 2>/dev/null)"
  # The file system of a network may hang.
  timeout 3 df -P -k / /nix /boot 2>/dev/null | while read -r _ size _ free _ at; do
    case $at in /*) echo "disk $at $size $free" ;; esac
  done | sort -u
  if by_systemd; then
    echo "unit"
    failed_units | sed "s/^/unit /"
  fi
  echo "over yes"
}

# What this machine says of itself, a fact a line, name first.

# Where NixOS keeps its generations; what boots is the one that this link leads to.
profile=/nix/var/nix/profiles/system

# by_systemd: whether systemd is what runs this machine.
by_systemd() { [ -d /run/systemd/system ]; }

# seconds_up: seconds since this machine was booted. The wall clock may jump.
seconds_up() { cut -d . -f 1 /proc/uptime; }

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

# failed_units: their names, in the order of the alphabet.
failed_units() { systemctl list-units --failed --plain --no-legend --full | cut -d " " -f 1 | LC_ALL=C sort; }

# A guarded deployment that is not over is a directory /run/hey/ID. Each fact in it is a link: it is there whole or not at all, and takes
# no free block of a full /run.
#   open | kept | confirmed, then committed or uncommitted | rolled-back     its one verdict: one link that gets other names
#   by prev new generation bootloader on-unit-failure deadline               who, from what, to what, how, until when
#   started status units why inhibited back                                  how far it came, what failed, why it was rolled back

# Where a trial boot is noted on the disk, from its arming to its end: a directory of links, which in that boot is copied to /run/hey/ID.
trial=/nix/var/nix/hey-trial

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
main
end of ops-status
