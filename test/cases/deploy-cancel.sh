# $ ops-deploy.ts vps-ultraman --cancel --ssh-option Port=2222
/bin/sh /dev/fd/3 3<<'end of ops-deploy'
# $ /path/to/hey/scripts/ops-deploy.ts vps-ultraman --cancel --ssh-option 'Port=2222'
#
#  1. connect by ssh                                     here and there  exit 1
#  2. end a guarded deployment: back to what ran before  there           exit 1
exec 3<&-
set +abCmvx -euf
unset IFS
if command -v declare >/dev/null 2>&1; then eval 'unset -f $(declare -F | command sed "s/.* //"); export -n SHELLOPTS'; fi

main() {
  connect                     # ssh: one connection for all that follows
  there cancel_any 'asked to' </dev/null  # end a guarded deployment: back to what ran before
}

# ---- this run ------------------------------------------------------------------------------------
verb='ops-deploy'             # who speaks
target='root@vps-ultraman'    # what ssh is given
ssh_options='-T -o RemoteCommand=none -o ClearAllForwardings=yes -o Port=2222 -o ControlMaster=auto -o ControlPersist=15m -o ConnectTimeout=10 -o ServerAliveInterval=15 -o ServerAliveCountMax=4'  # ssh's words for the one connection of the run

# for_target: what each function there is given.
for_target() {
  :
}

# ---- lib/shell/here/connect-root.sh --------------------------------------------------------------
# ssh goes as root.

# there NAME WORD...: calls that function on the target, as root, over the one connection of this run.
there() { reach "$target" -- "$(far "$@")"; }

# connect: prepares all for it. The first question opens the connection.
connect() { open_connection; }

# ---- lib/shell/here/far.sh -----------------------------------------------------------------------
# How the target is told what to do: ssh runs one line there, in the login's own shell.

# open_connection: a private directory, in memory where there is such a place, and one connection for all ssh and nix of this run, which the
# first opens in it. Sets: last_words.
open_connection() {
  make_tmp
  at_end close_connection
  last_words="nothing was changed on $target"
}

# encode_program: once for the run; comments stay here. Sets: program.
encode_program() { program=$(printf "%s\n" "$on_target" | sed '/^ *#/d; /^$/d; s/^ *//' | encoded); }

# make_tmp: once. Not under TMPDIR: the path of a socket may have some hundred bytes at most, and macOS's TMPDIR takes half of them. Sets: tmp.
make_tmp() {
  local place
  if [ -n "$tmp" ]; then return 0; fi
  for place in "${XDG_RUNTIME_DIR-}" /dev/shm /tmp; do
    if [ -n "$place" ] && [ "${#place}" -le 60 ] && [ -d "$place" ] && [ -w "$place" ]; then break; fi
  done
  tmp=$(mktemp -d "$place/hey.XXXXXX")
  at_end clean_up
}

# close_connection: it would end by itself after a while; and does, where it may be the only way in.
close_connection() {
  if [ -n "$left_open" ]; then return 0; fi
  reach -O exit "$target" >/dev/null 2>&1 || :
}

# reach WORD...: ssh, over the one connection of this run.
# shellcheck disable=SC2086
reach() { ssh $ssh_options -S "$tmp/ssh" "$@"; }

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

# ---- on the target -------------------------------------------------------------------------------
on_target='set -u

# How a guarded deployment stands, and its end: confirmed, or taken back.

# say_id: the id of the deployment in $dir, unless it is over.
say_id() { if [ "$(progress)" != over ]; then echo "$id"; fi; }

# cancel_any WHY: the same as cancel_it, for whichever is under way. Sets: id. Ends: always.
cancel_any() {
  if not_root "take a deployment back" >&2; then exit 1; fi
  id=$(each_open say_id | tail -n 1)
  [ -n "$id" ] || id=$(readlink "$trial/id")
  if [ -z "$id" ]; then
    echo "nothing is armed"
    tell_facts
    exit 0
  fi
  cancel_it "$1"
}

# cancel_it WHY: ends the deployment $id now: back to what ran before. Waits for it. Sets: dir.
# Ends: always; with 0 where it is rolled back, or will be.
cancel_it() {
  local said rounds
  dir=/run/hey/$id
  # A trial boot that has not begun: it may still be being armed.
  if [ ! -d "$dir" ] && [ "$(readlink "$trial/id")" = "$id" ]; then
    (umask 077 && mkdir -p /run/hey)
    exec 9>/run/hey/lock
    flock -w 60 9 || :
    case $(trial_progress) in
      starting) systemctl reboot 9>&- ;;
      rebooting | over)
        systemctl stop "hey-reboot-$id.timer" 2>/dev/null
        sh "$trial/end" >&2 || echo "unmended yes"
        echo "stands rolled-back"
        echo "why $1"
        tell_facts
        exit 0
        ;;
    esac
    exec 9>&-
  fi
  case $(progress) in open | back-cut) go_back "$1" ;; commit-cut) sh "$dir/commit" "$id" undo >&2 ;; esac
  for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    for _ in 1 2 3 4 5 6 7 8 9 10; do
      if [ ! -d "$dir" ] || { [ -L "$dir/trial" ] && [ "$(progress)" = going-back ]; }; then break 2; fi
      sleep 0.1
    done
  done
  # It is known by then that it goes on by itself; an old system that takes its time is waited for, but not a lock that another program holds.
  rounds=0
  while [ -d "$dir" ] && alive rollback && [ ! -L "$dir/held" ] && [ "$rounds" -lt 600 ]; do
    rounds=$((rounds + 1))
    sleep 0.5
  done
  said=$(stands)
  printf "%s\n" "$said"
  tell_facts
  if printf "%s\n" "$said" | grep -q "^held "; then exit 1; fi
  case $said in "stands rolled-back"* | "stands going-back"* | "stands not-activated"*) exit 0 ;; *) exit 1 ;; esac
}

# What this machine says of itself, a fact a line, name first.

# Where NixOS keeps its generations; what boots is the one that this link leads to.
profile=/nix/var/nix/profiles/system

# not_root WHAT: why this user may not do that; nothing for root.
not_root() { [ "$(id -u)" != 0 ] && echo "$(id -un) is not root there, and only root may $1: add --elevate sudo, or name no user in the target"; }

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

# locale_archive: where an activation finds the locales.
locale_archive() { echo "${LOCALE_ARCHIVE:-/run/current-system/sw/lib/locale/locale-archive}"; }

# inhibited STATUS LOG: whether NixOS (from 26.05 on) has refused to switch to the system, as dbus or systemd, say, are others.
inhibited() { [ "$1" = 1 ] && grep -q "^There are changes to critical components" "$2"; }

# A guarded deployment that is not over is a directory /run/hey/ID. Each fact in it is a link: it is there whole or not at all, and takes
# no free block of a full /run.
#   open | kept | confirmed, then committed or uncommitted | rolled-back     its one verdict: one link that gets other names
#   by prev new generation bootloader on-unit-failure deadline               who, from what, to what, how, until when
#   started status units why inhibited back                                  how far it came, what failed, why it was rolled back

# Its verdicts. The rollback gives it another name at its end where that is not what came of it: the old system does not run (not-rolled-back),
# something else does, as somebody has switched this machine meanwhile (superseded), or the lock of NixOS was held, so that nothing was
# activated (not-activated).
verdicts="rolled-back not-rolled-back superseded not-activated kept committed uncommitted"

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

# stands: how the deployment $id stands, and its facts. After a reboot nothing is known of it.
stands() {
  local at said end fact
  for _ in 1 2 3; do
    for at in "$dir" "/run/hey/past/$id"; do
      if [ ! -L "$at/deadline" ]; then continue; fi
      said=over
      if [ "$at" = "$dir" ]; then
        said=$(progress)
        # It may have become the past just now.
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
}

# say_cut: of the deployment $id: what was cut by a power cut and is still to be put right.
say_cut() {
  case $(readlink "$marker") in "$id "*) echo "cut commit" ;; *) if [ "$(readlink "$trial/id")" = "$id" ]; then echo "cut trial"; fi ;; esac
}

# shell_of SYSTEM: its shell. What an activation puts at /bin/sh may be the very thing that is broken.
shell_of() { if [ -x "$1/sw/bin/sh" ]; then echo "$1/sw/bin/sh"; else echo /bin/sh; fi; }

# start_apart FILE [PROPERTY...]: runs that script of the deployment $id as a unit, or a process ($job), of its own, that ends with no
# connection and no activation. Sets: job.
start_apart() {
  local name prev path locales
  name=$1
  shift
  prev=$(readlink "$dir/prev")
  path=$prev/sw/bin:$PATH
  locales=$(locale_archive)
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

# go_back WHY: has it rolled back now, beside the caller, with whom that must not end.
go_back() {
  ln -s "$1" "$dir/why" 2>/dev/null || :
  if [ -L "$dir/trial" ]; then
    # Its unit looks at it every second.
    ln -s 0 "$dir/now" && mv -T "$dir/now" "$dir/deadline"
    return
  fi
  # To remove a link takes no room and no free inode.
  rm -f "$dir/clock"
  # The one that waits looks at it each second. Where something has ended that for good there is no such unit any more.
  if by_systemd && systemctl start --no-block "hey-rollback-$id.service" 2>/dev/null; then :; else start_apart rollback; fi
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
end of ops-deploy
