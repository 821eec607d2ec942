# $ ops-deploy.ts vps-ultraman vps_ultraman_root --boot --reboot --guard --check true --check-remote 'systemctl is-active nginx'
/bin/sh /dev/fd/3 3<<'end of ops-deploy'
# $ /path/to/hey/scripts/ops-deploy.ts vps-ultraman vps_ultraman_root --boot --reboot --guard --check true --check-remote 'systemctl is-active nginx'
# host vps-ultraman, target root@vps_ultraman_root
#
#  1. connect by ssh                                                                                  here and there  exit 1
#  2. ask it: may it be changed, is there room, is nobody else at it?                                 there           exit 1, 13
#  3. build vps-ultraman                                                                              here            exit 1, or nix's
#  4. the system must have the unit that ends a trial boot                                            here            exit 1
#  5. copy what is missing there, if it is the right machine by name and host key (--rename: or not)  here and there  exit 1, or nix's
#  6. would this login still work? the new system's own programs say so                               there           exit 17
#  7. boot it once: unless confirmed within 180 s of that boot it reboots into the old one            there           exit 1, 13
#  8. wait for it, confirm it over new connections, 5 s apart                                         here and there  exit 10, 11, 12, 13, 15
#  9. only then: profile and boot menu                                                                there           exit 14
exec 3<&-
(: 4>&2) || exec 2>/dev/null; (: 4<&0) 2>/dev/null || exec </dev/null; (: 4>&1) 2>/dev/null || exec >/dev/null
set +abCmvx -euf
unset IFS
if command -v declare >/dev/null 2>&1 && [ -n "${SHELLOPTS-}" ]; then eval 'unset -f $(declare -F | command sed "s/.* //"); export -n SHELLOPTS'; fi

main() {
  connect                     # ssh: one connection for all that follows
  ask_target has_room can_try   # ask it: may it be changed, is there room, is nobody else at it?
  expect_silence              # nix can copy only where the login prints nothing of its own

  step 'build vps-ultraman'
  nix --extra-experimental-features 'nix-command flakes' build --show-trace --out-link "$tmp/system" '.#nixosConfigurations."vps-ultraman".config.system.build.toplevel'
  take_built_system           # $system
  if already_so boots; then
    reboot_there always 300   # and wait until it is back, as another boot over a new connection
    return
  fi
  require_machine_of_system   # is it the host that is meant? else nothing is sent
  require_trial_unit          # the new system ends a trial boot by itself

  step "copy to root@vps_ultraman_root"
  copy_closure nix --extra-experimental-features 'nix-command flakes' copy --to ssh://root@vps_ultraman_root "$system"
  judge_there none boot       # would this login still work?
  boot_for_a_trial            # once; unless confirmed within 180 s of that boot it reboots into what boots now
  await_and_confirm commit    # confirmed over new connections, else back to what ran before; only then it boots as well
}

# ---- this run ------------------------------------------------------------------------------------
verb='ops-deploy'             # who speaks
host='vps-ultraman'           # its name in the flake
target='root@vps_ultraman_root'  # what ssh is given
where='vps_ultraman_root'     # the same, in lines to type
type_shell='/path/to/hey/scripts/ops-ssh.ts'  # the line to type for a command there, up to TARGET
type_reboot='/path/to/hey/scripts/ops-reboot.ts vps-ultraman vps_ultraman_root'  # the line to type for a reboot
type_deploy='/path/to/hey/scripts/ops-deploy.ts'  # the line to type for a deployment, up to HOST
ssh_options='-T -a -x -k -o RemoteCommand=none -o PermitLocalCommand=no -o ClearAllForwardings=yes -o Tunnel=no -o LogLevel=INFO -o VisualHostKey=no -o EscapeChar=none -o SessionType=default -o StdinNull=no -o ForkAfterAuthentication=no -o BatchMode=yes -o ServerAliveInterval=5 -o ServerAliveCountMax=3 -o ControlMaster=auto -o ControlPersist=15m -o ConnectTimeout=10 -o ServerAliveInterval=5 -o ServerAliveCountMax=6'  # ssh's words for the one connection of the run
nix_options=''                # the same as nix reads them, where that is in other words
fresh_options='-o BatchMode=yes -o ControlMaster=no -o ControlPath=none -o ConnectTimeout=10 -o ServerAliveInterval=5 -o ServerAliveCountMax=3 -T -a -x -k -o RemoteCommand=none -o PermitLocalCommand=no -o ClearAllForwardings=yes -o Tunnel=no -o LogLevel=INFO -o VisualHostKey=no -o EscapeChar=none -o SessionType=default -o StdinNull=no -o ForkAfterAuthentication=no'  # ssh's words for a new connection that asks nobody anything
logged_host='vps-ultraman'    # whose history it is
logged_target='vps_ultraman_root'  # the same, as it was reached
lane_timeout='3600'           # how many seconds one step on the host may take
raw=''                        # yes, to show what the host says beside an answer as it came
lane=''                       # the directory of this host in a run of several
rename=''                     # yes, to go on where the machine is another one by its name or its key
kept_keys='/home/me/.ssh/keys.homelab'  # the directory of the host keys that are kept here
force=''                      # yes, to change also what someone else has changed
force_lockout=''              # yes, to activate also what would lock this login out
then_port=''                  # the port at which sshd answers afterwards, if not the one of now
bootloader='0'                # 1, to install the boot loader anew, or 0
generation='new'              # the number of the system's generation, or "new"
seconds='180'                 # the time to confirm in
activation_timeout='600'      # how many seconds a guarded activation may take
settle='5'                    # the seconds between the two connections that confirm; nothing for none
checks='yes'                  # yes, where there are checks
patience='300'                # how many seconds behind the deadline a host that does not answer is waited for
limit='300'                   # how many seconds a reboot may take
on_unit_failure='rollback'    # warn or rollback
said='' by='' last_deployed='' first_seen='' agreed='' system='' id='' armed=''  # not known yet

# run_checks: the checks of this run, until one fails.
run_checks() {
  check_here true || return 1
  check_there 'systemctl is-active nginx' || return 1
}

# for_target: what each function there is given.
for_target() {
  assigned force "$force" bootloader "$bootloader" generation "$generation" seconds "$seconds" on_unit_failure "$on_unit_failure" \
    said "$said" by "$by" last_deployed "$last_deployed" first_seen "$first_seen" agreed "$agreed" system "$system" id "$id" \
    armed "$armed"
}

# ---- lib/shell/here/connect-root.sh --------------------------------------------------------------
# ssh goes as root.

# there NAME WORD...: calls that function on the target, as root, over the one connection of this run.
there() { reach "$target" -- "$(far "$@")"; }

# there_anew NAME WORD...: the same over a new connection, which asks nobody anything.
there_anew() { fresh "$target" -- "$(far "$@")"; }

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
close_connection() { [ -n "$left_open" ] || eval "ssh $ssh_options -S \"\$tmp/ssh\" -O exit \"\$target\"" >/dev/null 2>&1 || :; }

# reach WORD...: ssh, over the one connection of this run.
reach() { (calling && eval "exec ssh $ssh_options -S \"\$tmp/ssh\" \"\$@\""); }

# fresh WORD...: ssh, over a connection of its own that asks nobody anything: it proves that this machine can get in, now. (-S in NIX_SSHOPTS would
# win over ControlPath.)
fresh() {
  eval "set -- $fresh_options -S none \"\$@\""
  at_either_port "$@"
}

# at_either_port WORD...: ssh, at the port that sshd is to be moved to, where there is one. Before that, and where the host has rolled back, sshd is
# where it was. What can't connect has read nothing of stdin.
at_either_port() {
  local status="0"
  if [ -n "$then_port" ]; then
    (calling && exec ssh -p "$then_port" "$@") || status=$?
    if [ "$status" -ne 255 ]; then return "$status"; fi
  fi
  (calling && exec ssh "$@")
}

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
assigned() { while [ $# -gt 0 ]; do printf "%s=%s; " "$1" "$(quoted "$2")" && shift 2; done; }

# far NAME WORD...: the line that calls that function of the target. All of them come along. The answer begins with the line $answer_begins. So
# nothing that the login's shell prints is taken for a part of it.
far() { printf "%s" "sh -c 'echo; echo \"$answer_begins\"; program=\$(printf %b \"\$1\"); eval \"\$program\"; eval \"\$(printf %b \"\$2\")\"' sh '$program' '$({ for_target && quoted "$@"; } | encoded)'"; }

# not_answered STATUS: says why a first question was not answered, or what the target has against it. What was reached is never said to be
# unreachable. Sets: last_words. Ends: always, with 1 where the target did not say another status.
not_answered() {
  local shell said_last
  stop_if_refused "$1"
  # ssh has said why.
  last_words="$target can't be reached; nothing was changed on it (status 1)"
  if [ "$1" -eq 124 ]; then
    last_words="$target has not answered in time, and was given up on; nothing was changed on it (status 1)"
  elif [ "$1" -ne 255 ]; then
    shell=$(heard 20 reach "$target" -- "echo \$SHELL" </dev/null 2>/dev/null | grep "^/" | tail -n 1 | cut -c 1-100) || :
    said_last=$(printf "%s\n" "$facts" | grep . | tail -n 1 | cut -c 1-400) || :
    last_words="$target was reached, but the login's shell there${shell:+, $shell,} did not run what it was told (status $1)${said_last:+, and said: $said_last}; nothing was changed on it (status 1). Give the login another shell: sh, bash, zsh, fish or tcsh"
  fi
  exit 1
}

# ---- lib/shell/here/ask.sh -----------------------------------------------------------------------
# The first question: before the build, which can be long.

# ask_target [MORE...]: is it there, may it be deployed to, and is nobody else at it? MORE are further questions of the target's.
# Sets: facts, from, agreed, last_deployed, first_seen. Ends: where the target says no.
ask_target() {
  agreed='' first_seen=''
  read_record
  ask_there may_deploy "$@"
  first_seen=$(shown)
  if [ -n "$(fact special)" ]; then
    step "$target runs the specialisation $(fact special); the system itself will run, unless --specialisation says otherwise"
    return
  fi
  case " $last_deployed " in
    "  " | *" $(fact runs) "*) ;;
    *) step "$target runs another system than hey last deployed to it from here" ;;
  esac
}

# ask_there NAME WORD...: asks a first question. Sets: facts, from. Ends: where the target says no, or nothing.
ask_there() {
  step "ask $target"
  facts=$(heard 60 there "$@" </dev/null) || not_answered "$?"
  # A shell that runs nothing says nothing, and ends well.
  if [ -z "$(fact runs)" ]; then not_answered 0; fi
  from=$(fact_number number)
}

# expect_silence: nix copy reads its own answer from the first byte on. Sets: last_words. Ends: where the login prints something before.
expect_silence() {
  local printed
  printed=$(fact before | cut -c 1-60)
  if [ -z "$printed" ]; then return 0; fi
  give_up 1 "the login's shell on $target prints text before it runs a command: \"$printed\"; nix can't copy over that, and nothing was changed on $target (status 1). Let its rc file print only for a terminal"
}

# ---- lib/shell/here/log.sh -----------------------------------------------------------------------
# What is noted of a run, for later ones.

# is_own DIR: whether it is this user's, or could only be made by this user: root that has kept another's HOME makes nothing there.
is_own() {
  while [ ! -e "$1" ] && [ ! -L "$1" ]; do set -- "${1%/*}" && set -- "${1:-/}"; done
  [ -d "$1" ] && { [ -O "$1" ] || [ -k "$1" ]; }
}

# is_plain FILE: whether it is an ordinary file, or not there: no link is followed, and no pipe waited for.
is_plain() { [ ! -L "$1" ] && { [ -f "$1" ] || [ ! -e "$1" ]; }; }

# find_notes: where this user's notes are (lib/here/state.ts), and who deploys. Sets: notes, by.
find_notes() {
  local place home
  notes=
  by=$(id -un | tr -cd "A-Za-z0-9._-")
  # A name is expanded to the home of the password file.
  eval "home=~$by"
  for place in "${XDG_STATE_HOME-}" "${HOME:-.}/.local/state" "$home/.local/state"; do
    case $place in /*) if [ -z "$notes" ] && is_own "$place/hey"; then notes=$place/hey; fi ;; esac
  done
  by="$by@$(uname -n | tr -cd "A-Za-z0-9._-")"
}

# keep_log: has what comes of it noted at the end: a line of JSON for hey ops log (lib/log/log.ts). Sets: began, reached.
keep_log() {
  reached=
  find_notes
  began=$(date +%s)
  # Behind the last words, which are noted, too.
  at_last note_run
}

# member NAME VALUE: one of the line's, unless it is empty. Most values need no program.
member() {
  local text="$2"
  case $text in
    "") return ;;
    *[!A-Za-z0-9\ .,:\;@/_+=\(\)-]*) text=$(printf "%s" "$text" | tr -d "[:cntrl:]" | LC_ALL=C sed 's/[\\"]/\\&/g') ;;
  esac
  printf ', "%s": "%s"' "$1" "$text"
}

# note_run: the line. An unreadable disk costs the record, and nothing else. Into a pipe it would wait for a reader.
note_run() {
  local transcript=''
  if [ -n "${lane-}" ] && [ -d "$lane" ]; then transcript=$lane/log; fi
  (
    umask 077
    if [ -n "$notes" ] && mkdir -p "$notes" && is_plain "$notes/log"; then
      printf '{"began": %s, "ended": %s, "status": %s%s}\n' "$began" "$(date +%s)" "$status" \
        "$(member by "$by" && member verb "$verb" && member host "$logged_host" && member target "$logged_target" && member reached "$reached" && member from "$from" && member to "$(fact_number number)" && member reboot "$(fact reboot)" && member program "$(fact_number program)" && member untouched "$([ -n "$changed" ] || echo yes)" && member said "$said" && member transcript "$transcript")" >>"$notes/log"
    fi
  ) 2>/dev/null || :
}

# read_record: what ran on the host when it was last deployed to from here, to notice when someone else has changed it. Sets: last_deployed.
read_record() {
  last_deployed=$({ cd "$notes/deployed" && [ -f "$host" ] && head -c 4096 "$host"; } 2>/dev/null | tr -cd "A-Za-z0-9 +._?=/-")
}

# record SYSTEM...: notes what runs on the host now. Two words while it is not known whether the second runs.
record() {
  (umask 077 && mkdir -p "${notes:?}/deployed" && cd "$notes/deployed" && is_plain "$host" && printf "%s\n" "$*" >"$host") 2>/dev/null || :
}

# ---- lib/shell/here/hear.sh ----------------------------------------------------------------------
# What comes back from a host: so much of it, for so long, and nothing in it that moves a terminal's cursor.

# What a terminal is told by escape sequences: colours, and titles, links and the clipboard up to their end.
told_terminal="s/$(printf "\033")\[[0-?]*[ -/]*[@-~]//g;s/$(printf "\033")[]PX^_][^$(printf "\033\007")]*($(printf "\007")|$(printf "\033")\\\\)?//g"

# Letters beyond ASCII that neither move a cursor nor turn round what follows: of Europe, with arrows, quotes, lines and marks; and of East Asia.
harmless_letters="$(printf "\302[\241-\254\256-\277]|[\303-\312\316-\321][\200-\277]|\342\200[\220-\247\260-\277]|\342[\202\206\210\224-\227\234][\200-\277]|\343[\201-\203][\200-\277]|[\344-\351][\200-\277][\200-\277]")"

# plain_text LETTERS: stdin, without what a terminal would not just show. Beyond ASCII only those letters stay; with "~" none.
plain_text() { LC_ALL=C sed -E "s/$(printf "\r")*\$//;y/$(printf "\t\r")/  /;$told_terminal;s/($1)|[^ -~]/\1/g"; }

# for_terminal: stdin, with the letters beyond ASCII that the terminal knows; with $raw as it came.
for_terminal() {
  case $raw${LC_ALL:-${LC_CTYPE:-${LANG-}}} in yes*) cat ;; *[Uu][Tt][Ff]*8*) plain_text "$harmless_letters" ;; *) plain_text "~" ;; esac
}

# plainly BYTES: stdin for a terminal, as it comes, and so many bytes of it at most, with its end.
plainly() {
  local chunk rest="$1"
  # What a host says begins and ends anywhere. A shell keeps no NUL.
  while [ "$rest" -gt 0 ] && [ ! -e "$call/enough" ] && chunk=$(dd bs=4096 count=1 2>/dev/null | LC_ALL=C tr "\000" "?" && echo .) && [ "$chunk" != . ]; do
    rest=$((rest - ${#chunk}))
    printf "%s" "${chunk%.}" | for_terminal
  done
  if [ "$rest" -gt 0 ]; then return; fi
  printf "\n%s\n" "$verb: the host says more than $1 bytes; the rest is left out, up to its end:"
  # It is read all the same, so that nothing there waits for a reader.
  tail -c 4096 | for_terminal
}

# What nix writes beyond ASCII has another place in an answer.
arrow="$(printf "\342\206\222")"

# plain_answer: stdin, an answer, without what the login's shell has said before it, and without anything beyond ASCII. Nothing that is asked for
# has longer lines.
plain_answer() {
  LC_ALL=C cut -b 1-4096 | behind_login | LC_ALL=C sed "s/$arrow/->/g;s/$(printf "\342\210\205")/none/g;s/$(printf "\316\265")/none/g" | plain_text "~"
}

# The line with which each answer begins. What the login's shell has said comes before it, whether or not that ends its line.
answer_begins="hey answers"

# behind_login: stdin from that line on, with the first line before it as the fact "before"; all of it where that line is not there.
behind_login() { LC_ALL=C sed -n "/^$answer_begins\$/{s/.*//;x;s/^\n*//;s/\n.*//;s/./before &/p;d;};H;\$!d;x;s/^\n//p"; }

# calling: the process that goes on as ssh is noted, so that it can be ended. For subshells.
calling() { sh -c "echo \$PPID" >"$call/process"; }

# limit_call SECONDS PROCESS...: ends ssh where it takes longer, and than any step may; and when it is over, those that read what it says, if
# something that it has left running holds that open. A signal for all that this script has started must not end it before ssh, which may heed none.
limit_call() {
  local most ends signal="TERM"
  trap "" HUP INT TERM
  most=$(number 5 "$1")
  clock
  ends=$((now + (most < lane_timeout ? most : lane_timeout)))
  shift
  while sleep 0.3 && clock && [ -d "$call" ]; do
    if [ -e "$call/over" ]; then
      sleep 2
      if [ ! -d "$call" ]; then return; fi
      enough said answer
      sleep 1
      kill "$@" || :
    elif [ "$now" -gt "$ends" ]; then
      : >"$call/late"
      kill -s "$signal" "$(cat "$call/process")" || :
      signal=KILL
    fi
  done
}

# called TAKER SECONDS COMMAND...: a command that goes by ssh. That function takes what the host answers, and what it says beside that is shown
# plainly: so much of it as is read, for so many seconds. Its status; 124 where it took longer. At the end of a run no signal cuts it short.
called() {
  local call status="0" taker teller
  if [ -n "$ending" ]; then trap "" HUP INT TERM; fi
  call=$(mktemp -d "$tmp/call.XXXXXX") && mkfifo "$call/answer" "$call/said" || return 1
  # Each in a subshell of its own, as a shell keeps open what it redirects for a function: the answer would end only with the last of these.
  ("$1") <"$call/answer" &
  taker=$!
  (plainly 1048576) <"$call/said" >&2 &
  teller=$!
  (limit_call "$2" "$taker" "$teller") </dev/null >/dev/null 2>&1 &
  shift 2
  "$@" >"$call/answer" 2>"$call/said" || status=$?
  : >"$call/over"
  wait "$taker" "$teller" 2>/dev/null || :
  if [ -e "$call/late" ]; then status=124; fi
  if [ -e "$call/answered" ]; then plain_answer <"$call/answered"; fi
  rm -rf "$call"
  return "$status"
}

# enough PIPE...: nothing more is read there. Who reads a pipe notices that only when something comes.
enough() {
  local pipe
  : >"$call/enough"
  for pipe in "$@"; do echo 1<>"$call/$pipe"; done
}

# heard SECONDS COMMAND...: a host's answer to that, as a whole.
heard() { called keep_answer "$@"; }

# keep_answer: stdin, as much as an answer may have.
keep_answer() { exec head -c 262144 >"$call/answered"; }

# said_lately LINES: the last of what was said beside an answer and kept in $tmp/said, a screen line each.
said_lately() { tail -n "$1" "$tmp/said" | cut -c 1-200 >&2; }

# ---- lib/shell/here/fact.sh ----------------------------------------------------------------------
# What the target says of itself: a fact a line, name first. Data, of which nothing moves a terminal's cursor.

# all_of NAME: all facts of that name.
all_of() { printf "%s\n" "$facts" | LC_ALL=C sed -n "s/^$1 //p"; }

# fact NAME: the first of that name. Without a program, as it is called often.
fact() {
  local line
  local IFS="$newline"
  case $newline$facts in *"$newline$1 "*) ;; *) return 0 ;; esac
  # Line by line, as what a shell takes off the beginning of a long text takes it the square of that.
  for line in $facts; do
    case $line in "$1 "*)
      printf "%s\n" "${line#"$1 "}"
      return 0
      ;;
    esac
  done
}

# store_path WORD: the word, if it is a path of the store; else nothing.
store_path() {
  local name
  case $1 in /nix/store/????????????????????????????????-?*) ;; *) return 0 ;; esac
  name=${1#/nix/store/}
  if [ "${#name}" -gt 244 ] || [ -z "${name##*[!A-Za-z0-9+._?=-]*}" ]; then return 0; fi
  printf "%s\n" "$1"
}

# fact_path NAME: the first fact of that name, if it is a path of the store.
fact_path() { store_path "$(fact "$1")"; }

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

# shown: what ran and what the profile was when the target said so.
shown() { fact shown | tr -cd "A-Za-z0-9 +._?=/-"; }

# changes NAME: a fact of what differs, with an arrow.
changes() { fact "$1" | cut -c 1-200 | sed "s/->/$(printf "\342\206\222")/g"; }

# stop_if_refused STATUS [MORE]: with what the target said against it. Sets: last_words. Ends: where it said so, with that status.
stop_if_refused() {
  local more=""
  # What somebody had left there was brought to its end before.
  if [ -n "$(fact ended)" ]; then more=" else"; fi
  if [ -n "$(fact refused)" ]; then give_up "$1" "$(short "$(fact refused)"); nothing$more was changed on $target (status $1)${2-}"; fi
}

# short WORDS: as much of them as a person reads.
short() { if [ "${#1}" -le 600 ]; then printf "%s\n" "$1"; else printf "%s\n" "$1" | cut -c 1-600; fi; }

# standing: how the target stands, for a last line.
standing() {
  local boots
  boots="boots $(short "$(fact boots)")"
  if [ -n "$(fact profile)" ]; then boots="its profile is $(short "$(fact profile)"), its boot menu $boots"; fi
  printf "%s" "$target runs $(short "$(fact runs)"), $boots"
}

# owed: the reboot that is owed, for a last line.
owed() { if [ -n "$(fact reboot)" ]; then printf "%s" "; reboot needed: $(changes reboot). Then: $type_reboot"; fi; }

# clock: seconds on a clock that no one sets. Sets: now.
clock() {
  if [ -r /proc/uptime ]; then read -r now _ </proc/uptime; else now=$(date +%s); fi
  now=${now%%.*}
}

# ---- lib/shell/here/harmless.sh ------------------------------------------------------------------
# A flake may be a stranger's: what only looks at it starts nothing that its repository names.

# Between two lines.
newline='
'

# ---- lib/shell/here/build.sh ---------------------------------------------------------------------
# What was built here.

# take_built_system: the new system. Sets: system, to_activate. Ends: where it is none, or none that can be activated.
take_built_system() {
  system=$(readlink "$tmp/system") || stop "nix build has left no system; nothing was copied"
  to_activate=$system
  [ -f "$system/nixos-version" ] || stop "$system is not a NixOS system; nothing was copied"
  if [ -e "$system/bin/switch-to-configuration" ] || [ -L "$system/bin/switch-to-configuration" ]; then return 0; fi
  stop "$system has no bin/switch-to-configuration (system.switch.enable = false), so it can't be activated; nothing was copied"
}

# already_so FACT...: whether each of these facts is the new system: then nothing is left to do but a reboot that was asked for.
# Sets: current, last_words.
already_so() {
  local name
  if [ -n "$(fact failed)$(fact profile)$(fact keys)" ]; then return 1; fi
  for name in "$@"; do
    if [ "$(fact "$name")" != "$system" ]; then return 1; fi
  done
  current=yes
  step "already so: $(standing)$(owed). To do it again: --force"
  last_words=
}

# require_trial_unit. Sets: last_words. Ends: where the new system has none that ends a trial boot.
require_trial_unit() {
  if [ ! -e "$system/etc/systemd/system/hey-trial.service" ]; then
    give_up 1 "$host has no unit that ends a trial boot; import nixos/trial-boot.nix of hey into it (see README). Nothing was copied to $target (status 1)"
  fi
}

# copy_closure COMMAND...: that copies, by the one connection of this run. What the host says beside it is shown plainly, by an ssh of this run that
# is before the other one on PATH; where no program can be run from there, nix takes that. Where the connection was lost the copy goes on when the
# target answers again. Ends: where it takes too long, or the target does not answer again.
copy_closure() {
  local status
  mkdir -p "$tmp/bin"
  # shellcheck disable=SC2016
  printf "%s\n" "#!/bin/sh" 'PATH=${PATH#*:} exec ssh "$@" 2>&5 5>&-' >"$tmp/bin/ssh"
  chmod 700 "$tmp/bin/ssh"
  while :; do
    status=0
    heard "$lane_timeout" by_nix "$@" 4>&2 </dev/null || status=$?
    case $status in
      0) return ;;
      124) stop "$target was given up on, as the copy has not ended within $lane_timeout s; what has arrived stays, and nothing runs it" ;;
    esac
    if connected; then return "$status"; fi
    await_target
    step "go on with the copy to $target"
  done
}

# connected: whether the one connection of this run is there.
connected() { eval "ssh $ssh_options -S \"\$tmp/ssh\" -O check \"\$target\"" >/dev/null 2>&1; }

# await_target: the connection to it was lost. Sets: last_words. Ends: where it does not answer again within two minutes.
await_target() {
  local latest
  clock
  latest=$((now + 120))
  step "the connection to $target was lost; it is waited for, at most 120 s"
  until heard 15 there true </dev/null >/dev/null 2>&1; do
    clock
    if [ "$now" -ge "$latest" ]; then
      give_up 1 "the connection to $target was lost, and it has not answered within 120 s; nothing was changed on it (status 1)"
    fi
    sleep 1
  done
}

# by_nix COMMAND...: nix says at 4 what it does, and may have a terminal there. For heard.
by_nix() { (calling && NIX_SSHOPTS="${nix_options:-$ssh_options} -S $tmp/ssh" PATH=$tmp/bin:$PATH exec "$@" 5>&2 2>&4 4>&-); }

# ---- lib/shell/here/reboot.sh --------------------------------------------------------------------
# A reboot of the target, proven by another boot_id over a new connection: an open port says nothing.

# reboot_there WHEN SECONDS: reboots it, "if-needed" only where one is owed, and waits so long for it. Sets: last_words, changed, facts.
# Ends: where it is not seen back, or runs another system.
reboot_there() {
  local before boot expected until_when status
  last_words="$target was not rebooted: it can't be reached by a login that asks nothing, so it would not be seen back (status 1)"
  if facts=$(booted_anew) && [ -n "$(fact boot)" ]; then :; else exit 1; fi
  step "reboot $target, and wait for it at most $2 s"
  last_words="the connection was lost while $target was told to reboot; it is not known whether it does"
  before=$changed
  changed=yes
  if facts=$(heard 120 there reboot_soon "$1" </dev/null); then :; else
    status=$?
    if [ "$status" -eq 124 ]; then
      last_words="$target was given up on, as it has not answered in time; it is not known whether it reboots. Look: $type_shell $where"
      status=1
    fi
    # It may have been deployed to until here.
    if [ -n "$(fact refused)" ]; then
      changed=$before
      last_words="$(fact refused); $target was not rebooted (status $status)"
    fi
    exit "$status"
  fi
  if [ "$(fact unneeded)" = yes ]; then
    changed=$before
    last_words=
    step "no reboot is needed: $(standing)"
    return 0
  fi
  boot=$(fact boot)
  expected=$(fact boots)
  if [ -z "$boot" ] || [ -z "$expected" ]; then
    give_up 1 "$target did not say which system it boots, so it is not known whether it is rebooted (status 1). Look: $type_shell $where"
  fi
  last_words="$target was told to reboot, and was not seen back yet. Look: $type_shell $where"
  clock
  until_when=$((now + $2))
  while :; do
    sleep 0.5
    if facts=$(booted_anew 2>"$tmp/said") && [ -n "$(fact boot)" ] && [ "$(fact boot)" != "$boot" ]; then break; fi
    clock
    if [ "$now" -ge "$until_when" ]; then
      said_lately 5
      case $(fact boot) in
        "") last_words="$target was not seen back within $2 s (status 30). Look at its console" ;;
        *) last_words="$target answers, but has not gone down within $2 s (status 30). Look: $type_shell $where systemctl list-jobs" ;;
      esac
      exit 30
    fi
  done
  if [ "$(fact runs)" != "$expected" ]; then
    give_up 32 "$target was rebooted, but runs $(fact runs), not $expected (status 32). Look at its boot menu, on its console"
  fi
  record "$expected"
  last_words=
  step "rebooted: $(standing)"
}

# booted_anew: which boot it is, over a new connection, as the login itself.
booted_anew() { heard 30 fresh "$target" -- "$(far tell_boot)" </dev/null; }

# ---- lib/shell/here/identity.sh ------------------------------------------------------------------
# Whether the machine that was reached is the one that is meant: by its name, and by its host key.

# plain_name NAME: a name as it is compared. Most are that already.
plain_name() {
  case $1 in
    *[!abcdefghijklmnopqrstuvwxyz0123456789-]*) printf "%s\n" "${1%.}" | LC_ALL=C sed "y/ABCDEFGHIJKLMNOPQRSTUVWXYZ/abcdefghijklmnopqrstuvwxyz/; s/[^a-z0-9._-]//g" ;;
    *) printf "%s\n" "$1" ;;
  esac
}

# same_name ONE OTHER: one may have its domain, and the other not.
same_name() { [ "$1" = "$2" ] || [ "$1" = "${2%%.*}" ] || [ "${1%%.*}" = "$2" ]; }

# name_there: what the target is called, by the system that it runs, or by its kernel where that is no NixOS; nothing for an installer, and for the
# names that a machine has before anybody names it.
name_there() {
  local name
  name=$(plain_name "$(fact system-name)")
  if [ "$(fact runs)" = nothing ]; then name=$(plain_name "$(fact kernel-name)"); fi
  case $(fact installer)$name in yes* | nixos | nixos-installer | localhost | localhost.* | none | unnamed) ;; *) echo "$name" ;; esac
}

# is_called NAME: whether the target is, or has no name; by its kernel, too, and by the generation that was asked for.
is_called() {
  local name
  name=$(name_there)
  [ -z "$name" ] || same_name "$1" "$name" || same_name "$1" "$(plain_name "$(fact kernel-name)")" ||
    same_name "$1" "$(plain_name "$(fact generation-name)")"
}

# owners_of_key: the hosts whose host key, of those that are kept here, the target has.
owners_of_key() {
  local keys
  keys=$(all_of host-key | LC_ALL=C tr -cd "A-Za-z0-9 +/=\n-" | grep .) || return 0
  find -L "$kept_keys" -name "ssh_host_ed25519_key_*.pub" -exec grep -l -F -e "$keys" {} + 2>/dev/null | sed "s/.*ssh_host_ed25519_key_//; s/\.pub\$//"
}

# require_name NAME: that the target is called so, and has no other host's key; with $rename that is only said. Without a NAME its key alone counts.
# Sets: reached, last_words. Ends: where it is another machine.
require_name() {
  local who owners
  if [ -n "$1" ] && ! is_called "$1"; then
    reached=$(name_there)
    who="$target calls itself $reached, and is to be $1"
  else
    owners=$(owners_of_key)
    case $newline$owners$newline in "$newline$newline" | *"$newline$host$newline"*) return 0 ;; esac
    reached=${owners%%"$newline"*}
    who="$target has the host key that is kept here for $reached"
  fi
  if [ -n "$rename" ]; then step "$who; it goes on, as --rename was given" && return 0; fi
  give_up 1 "$who; nothing was sent to it or changed on it (status 1). If it is to be $host: --rename"
}

# require_machine_of_system: that the target is called as the system that was built. Sets: reached, last_words. Ends: where it is another machine.
require_machine_of_system() { require_name "$(plain_name "$(sed q "$system/etc/hostname" 2>/dev/null || :)")"; }

# ---- lib/shell/here/judge.sh ---------------------------------------------------------------------
# Would this login still work under the new system? Asked before it is activated; whoever means a lock-out says so.

# offered_keys: the keys that ssh here has for the target, as ssh-keygen -l says them; "certificate" for one of a key. stdin: what ssh -G says.
offered_keys() {
  local about socket file
  about=$(cat)
  printf "%s\n" "$about" | sed -n "s/^identityfile //p; s/^certificatefile //p" | while IFS= read -r file; do
    case $file in [~]/*) file=$HOME/${file#??} ;; esac
    if [ -e "$file" ]; then ssh-keygen -l -f "$file" </dev/null; fi
    if [ -e "$file-cert.pub" ]; then echo "certificate"; fi
  done
  case $newline$about in *"${newline}identitiesonly yes"*) return 0 ;; esac
  socket=$(printf "%s\n" "$about" | sed -n "s/^identityagent //p")
  case $socket in
    none) return 0 ;;
    "" | SSH_AUTH_SOCK) socket=${SSH_AUTH_SOCK-} ;;
    [~]/*) socket=$HOME/${socket#??} ;;
  esac
  if [ -S "$socket" ]; then SSH_AUTH_SOCK=$socket ssh-add -l </dev/null || :; fi
}

# own_offer: what ssh here has for the target, as words: fingerprints, and NAME:LIST of what it can speak.
own_offer() {
  local about
  about=$(eval "ssh -G $ssh_options \"\$target\"" </dev/null 2>/dev/null) || return 0
  printf "%s\n" "$about" | offered_keys 2>/dev/null | sed -n "s/.*-CERT)\$/certificate/p; s/.*\(SHA256:[A-Za-z0-9+/]*\).*/\1/p; s/^certificate\$/&/p" | sort -u
  printf "%s\n" "$about" | sed -n "s/^ciphers /ciphers:/p; s/^hostkeyalgorithms /hostkeyalgorithms:/p; s/^kexalgorithms /kexalgorithms:/p; s/^macs /macs:/p" | tr -d " "
}

# judge_there BY ACTION: asks the target whether its login would still work, were the new system activated. BY is what becomes root there.
# Sets: judged, facts, last_words. Ends: where it would not, unless that is meant, or nothing is activated.
judge_there() {
  local kept why
  kept=$facts
  step "would this login still work on $target?"
  # shellcheck disable=SC2046
  facts=$(heard 60 there judge_login "$to_activate" "$then_port" "$1" $(own_offer) </dev/null) || facts="unjudged $target has not said whether this login would still work"
  judged=$facts
  why=$(short "$(all_of lockout | tr "\n" ";" | sed "s/;\$//; s/;/; /g")")
  facts=$kept
  if [ -z "$why" ]; then return; fi
  if [ "$2" = dry-activate ] || [ "$force_lockout" = yes ]; then
    step "warning: this login would not work any more: $why"
    return
  fi
  give_up 17 "the new system would lock this login out: $why; it is not activated, and nothing was changed on $target (status 17). Who means it adds --force-lockout"
}

# ---- lib/shell/here/trial.sh ---------------------------------------------------------------------
# A trial boot: the target boots the system once, that is confirmed over new connections, and only then it becomes what boots. Until then the old
# one is what boots, and the target reboots by itself. $seconds counts there, in the boot that is tried; a reboot may take $limit seconds.

# boot_for_a_trial: has it booted there. Sets: because, deadline, latest, menu. Ends: where the target refuses.
boot_for_a_trial() {
  begin_guard
  because=
  # It may take ten minutes to write a boot menu, and what was begun there is to be told by then.
  clock
  latest=$((now + 720 + limit + seconds))
  deadline=$latest
  menu=yes
  step "boot $target for a trial: unless confirmed within $seconds s of that boot it reboots into what boots now"
  arm arm_trial 720
  clock
  latest=$((now + limit + seconds))
  deadline=$latest
  record "$(fact runs)" "$system"
}

# await_and_confirm LASTS: waits for that boot, and confirms it. Returns where it holds. Sets: anew, seen. Ends: where it is rolled back, or that is
# not known.
await_and_confirm() {
  step "$target reboots, and is waited for"
  anew=yes
  seen=$deadline
  while [ -z "$held" ]; do
    if [ "$(left)" -gt 0 ]; then
      try_to_confirm "$1" || :
      seen=$deadline
      say_failing "$failing"
    else
      clock
      await_end "$1"
    fi
    if [ -z "$held" ]; then sleep 1; fi
  done
}

# ---- lib/shell/here/guard.sh ---------------------------------------------------------------------
# The guard: armed on the target, activated there, confirmed over new connections, and only then what boots. Until then nothing lasting has
# changed there, and the target goes back by itself.

# Why a target is told to go back.
interrupted_words="the deployment was interrupted"

# begin_guard: what a guarded deployment knows at its beginning. Sets: id, prev, meant, boots_before, resort, failing, asked, anew, menu, armed,
# checking, cause, held, told, look_there.
begin_guard() {
  id=${tmp##*.}
  prev=$(fact runs)
  meant=$(name_there)
  boots_before='' resort='' failing='' asked='' anew='' menu='' armed='' checking='' held='' told='' cause=interrupted
  look_there="Look: $type_deploy --status $host $where"
  at_end abandon
}

# arm NAME SECONDS: by that function of the target, which may take so long. Sets: armed, changed, facts, prev, boots_before, cause, last_words.
# Ends: where it refuses.
arm() {
  local status
  armed=yes
  changed=yes
  if facts=$(heard "$2" there "$1" </dev/null) && [ -n "$(fact_path prev)" ]; then
    :
  else
    status=$?
    # The host alone knows that it is not armed. Without its word it may be, whatever has become of ssh here.
    if [ -n "$(fact refused)" ]; then
      armed=
      changed=
      stop_if_refused "$status"
    fi
    case $status in
      255) cause="the connection was lost while it was armed" ;;
      124) cause="it was not armed in time" ;;
      1[2-9]?) cause="ssh was ended by a signal while $target was armed" ;;
      *) cause="it could not be armed" ;;
    esac
    exit 1
  fi
  prev=$(fact_path prev)
  boots_before=$(fact boots)
}

# call_there NAME WORD...: over the one connection first, then over new ones.
call_there() { if [ -n "$anew" ]; then there_anew "$@"; else there "$@"; fi; }

# left: the seconds until the deadline.
left() { clock && echo "$((deadline > now ? deadline - now : 0))"; }

# try_to_confirm LASTS: one attempt; 1 where it must be tried again. Two connections prove it, $settle seconds apart: some things (a network that
# is set up anew, a service that can't run) fail only a moment after the activation. The checks are between them. Sets: facts, failing, asked, menu.
try_to_confirm() {
  local proven was_asked="$asked"
  if [ -n "$settle$checks" ]; then
    facts=$(heard 30 there_anew look_at_it </dev/null 2>"$tmp/said") && ! leads_elsewhere || unanswered || return 1
    take_verdict
    if [ -n "$held" ]; then return 0; fi
    if [ -n "$(fact waits)" ] || [ -z "$(fact status)" ]; then
      failing=$(fact waits)
      return 1
    fi
    clock
    proven=$now
    if [ -n "$checks" ]; then
      run_checks || return 1
      # It has gone back meanwhile, for what failed before.
      if [ "$(fact over)" = yes ]; then return 1; fi
      failing=$(fact waits)
      if [ -n "$failing" ]; then return 1; fi
    fi
    while clock && [ "$((now - proven))" -le "${settle:--1}" ]; do sleep 0.2; done
  fi
  asked=yes
  menu=yes
  facts=$(heard 30 there_anew confirm_it "$1" </dev/null 2>"$tmp/said") && ! leads_elsewhere || not_asked "$was_asked" || unanswered || return 1
  asked=
  take_verdict
  if [ -n "$held" ]; then return 0; fi
  failing=$(fact waits)
  return 1
}

# leads_elsewhere: whether the target is another machine by now, by the name that it gives itself. A machine that knows nothing of this deployment
# says its name.
leads_elsewhere() { [ "$(fact stands)" = lost ] && [ -n "$meant" ] && [ -n "$(name_there)" ] && ! same_name "$meant" "$(name_there)"; }

# no_answer: what is known of a target that has not answered.
no_answer() {
  if leads_elsewhere; then echo "$target leads to another machine now, which calls itself $(name_there)"; else echo "$target does not answer"; fi
}

# not_asked BEFORE: a connection that did not come about has asked for nothing. BEFORE is what held before it. Sets: asked. Fails: always.
not_asked() {
  local words="^(ssh: connect to host|ssh: Could not resolve|kex_exchange_identification:) |during banner exchange"
  if leads_elsewhere || grep -q -E "$words" "$tmp/said"; then asked=$1; fi
  return 1
}

# unanswered: why it is not confirmed. Sets: failing.
unanswered() {
  failing=$(no_answer)
  if ! leads_elsewhere; then failing="$failing over a new connection"; fi
  return 1
}

# say_failing WHY: why it is not confirmed, once for each reason. Sets: told.
say_failing() {
  if [ "$1" = "$told" ]; then return 0; fi
  told=$1
  if [ -z "$1" ]; then return 0; fi
  said_lately 3
  if [ "$(left)" -gt 0 ]; then step "not confirmed yet, $(left) s left: $1"; else step "$1"; fi
}

# await_end LASTS: behind the deadline only the host decides. What was cut short there, by a lack of memory say, is begun again.
# Sets: facts, seen, asked. Ends: where it is known, or was waited for long enough.
await_end() {
  local gone_back
  if facts=$(heard 30 there_anew look_at_it </dev/null 2>"$tmp/said") && ! leads_elsewhere; then
    seen=$now
    asked=
    take_verdict
    if [ -n "$held" ]; then return 0; fi
    case $(fact stands) in
      open | starting | rebooting) if [ "$now" -gt "$((deadline + 30))" ]; then facts=$(heard 60 call_there cancel_it "$interrupted_words" </dev/null 2>"$tmp/said") || :; fi ;;
      commit-cut) facts=$(heard 30 there_anew confirm_it "$1" </dev/null 2>"$tmp/said") || : ;;
      back-cut) facts=$(heard 60 call_there cancel_it "$interrupted_words" </dev/null 2>"$tmp/said") || : ;;
    esac
    if [ "$now" -gt "$((deadline + 600))" ]; then
      if [ -n "$(fact held)" ]; then finish 15 "not confirmed, and not rolled back yet: $target $(what_goes_on) (status 15). $look_there"; fi
      finish 15 "not confirmed, and rolling back does not end: $(standing) (status 15). A reboot brings what it boots: $type_shell $where reboot"
    fi
    say_failing "$target answers, and is not done yet: $(if [ -n "$(fact held)" ]; then what_goes_on; else fact stands; fi)"
  elif [ "$now" -gt "$((seen + patience))" ]; then
    gone_back="by its own clock it rolls back to $prev, which can't be seen from here; a reboot brings $boots_before"
    if [ -n "$asked" ]; then gone_back="it was asked to confirm when the connection was lost, and has done so, or rolls back to $prev by its own clock"; fi
    finish 11 "$(no_answer): $gone_back (status 11). Look at its console; then: $type_deploy --status $host $where"
  else
    say_failing "$(no_answer)"
  fi
}

# abandon: who ends the script in the middle wants what ran before, now. A machine that may have lost its power while its boot menu was written is
# waited for, as nobody else would mend that. Sets: last_words.
abandon() {
  local last_try waited enough
  end_check TERM || :
  if [ -z "$armed" ]; then return 0; fi
  enough=
  step "$cause: $target is told to go back to $prev now; if it does not hear that, it does so within $(left) s"
  clock
  last_try=$now
  if [ -n "$menu" ]; then last_try=$((now + patience)); fi
  waited=
  until tell_to_go_back; do
    last_words="$cause, and $(no_answer): it goes back to $prev by itself within $(left) s${asked:+, unless it has confirmed just now}. $look_there"
    clock
    if [ "$now" -ge "$last_try" ] || [ -n "$enough" ]; then break; fi
    if [ -z "$waited" ]; then
      step "$target does not answer, and is waited for, at most $((last_try - now)) s, as its boot menu may have to be mended; ^C ends that"
      trap "enough=yes" HUP INT TERM
    fi
    waited=yes
    sleep 1
  done
  trap "" HUP INT TERM
}

# tell_to_go_back: one attempt; 1 where it does not answer. Sets: facts, last_words, anew.
tell_to_go_back() {
  local way stood
  for way in yes ""; do
    anew=$way
    facts=$(heard 60 call_there cancel_it "$interrupted_words" </dev/null 2>/dev/null) || :
    stood=$(fact stands)
    if leads_elsewhere; then stood=; fi
    if [ -n "$stood" ]; then break; fi
  done
  if [ "$stood" = lost ]; then mended || stood=; fi
  if [ "$stood$(fact runs)$(fact boots)" = "lost$system$system" ]; then stood=committed; fi
  case $stood in
    "") return 1 ;;
    rolled-back) last_words="$cause, rolled back: $(brought_back)" ;;
    not-rolled-back) last_words="$cause, and rolling back failed: $(standing). A reboot brings what it boots: $type_shell $where reboot" ;;
    superseded) last_words="$cause, and $(what_superseded). $look_there" ;;
    not-activated) last_words="$cause; $(what_unactivated)" ;;
    lost) if as_before; then last_words="$cause, rolled back: $(standing)"; else last_words="$cause, and nothing is known there of this deployment any more: $(standing). $look_there"; fi ;;
    kept | committed | uncommitted) last_words="$cause when it was confirmed already: $(standing)" ;;
    going-back) last_words="$cause: $target $(what_goes_on). $look_there" ;;
    committing | commit-cut) last_words="$cause when it was confirmed already: $target runs $(fact runs), and what it boots is not settled yet. $look_there" ;;
    *) last_words="$cause: $(standing). $look_there" ;;
  esac
  if [ "$(fact unmended)" = yes ]; then last_words="$last_words; $(not_bootable)"; fi
}

# ---- lib/shell/here/checks.sh --------------------------------------------------------------------
# Commands of the user's that must succeed before a guarded deployment stays.

# end_check SIGNAL: the check that runs, if one does, with all that it has started.
end_check() { if [ -n "$checking" ]; then kill -s "$1" -- "-$checking" 2>/dev/null || kill -s "$1" "$checking" 2>/dev/null; fi; }

# check_here COMMAND: whether it succeeds while there is time. Sets: checking, failing.
check_here() {
  local own_session checked signal
  # A process group of its own where there is setsid, so that it ends with all that it has started.
  own_session=$(command -v setsid || :)
  # Into a file: what a check leaves running would hold our own output open.
  ${own_session:+"$own_session"} sh -c "$1" </dev/null >"$tmp/said" 2>&1 &
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
    failing="--check failed (status $checked): $1"
    return 1
  fi
}

# check_there COMMAND...: whether all succeed on the target. Sets: facts, failing.
check_there() { facts=$(heard "$(($(left) + 5))" there_anew check_remotely "$@" </dev/null 2>"$tmp/said") || unanswered; }

# ---- lib/shell/here/verdict.sh -------------------------------------------------------------------
# How a guarded deployment ended, by what the target says.

# finish STATUS WORDS...: the last line. Sets: armed, last_words, held, status. Ends: where the status is not 0.
finish() {
  local ended
  ended=$1
  shift
  armed=
  last_words=
  step "$*"
  if [ "$ended" -gt 0 ]; then exit "$ended"; fi
  held=yes
}

# take_verdict: ends with what $facts say, if that settles it. Sets: runs_now, boots_now, units.
# Ends: where it does not hold.
take_verdict() {
  see_trial
  see_reboot
  runs_now=$(fact runs)
  boots_now=$(fact boots)
  units=$(fact units)
  case $(fact stands) in
    kept | committed | uncommitted) take_confirmed ;;
    rolled-back) take_rolled_back ;;
    not-rolled-back) finish 15 "not confirmed, and rolling back failed: $(standing) (status 15). A reboot brings what it boots: $type_shell $where reboot" ;;
    superseded) finish 13 "not confirmed, and $(what_superseded) (status 13). $look_there" ;;
    not-activated)
      if [ "$runs_now" = "$prev" ]; then record "$runs_now"; fi
      finish 13 "$(what_unactivated) (status 13). Type the same line again"
      ;;
    lost) take_lost ;;
  esac
}

# see_reboot: whether the target reboots, as a last resort. That may take longer than an activation, and its boot menu is
# not being written then. Sets: resort, patience, menu.
see_reboot() {
  if [ -z "$(fact rebooting)" ] || [ -n "$resort" ]; then return 0; fi
  resort=$(fact why)
  if [ -z "$(fact status)" ]; then resort="the activation did not end in time"; fi
  patience=$limit
  menu=
  step "rebooting into the old system, as $prev can't be made to run otherwise; $target is waited for, at most $limit s"
}

# take_confirmed. Ends: where it could not be made to last.
take_confirmed() {
  # Another system than this one was not confirmed by this deployment, whatever is said of it.
  if [ "$runs_now" != "$system" ] || { [ "$(fact stands)" = committed ] && [ "$boots_now" != "$system" ]; }; then
    finish 15 "$target says that it is confirmed, but that is not $system: $(standing) (status 15). $look_there"
  fi
  record "$runs_now"
  if [ -n "$units" ]; then step "warning: units failed: $units"; fi
  case $(fact stands) in
    committed) finish 0 "deployed and confirmed: $(standing)$(owed)" ;;
    uncommitted)
      said_lately 5
      finish 14 "confirmed, but not committed: $(standing)$(if [ "$boots_now" != "$runs_now" ]; then echo ", so a reboot undoes it"; fi) (status 14). Look at what it said; where a disk is full (/, /boot), make room; then type the same line again"
      ;;
    *) finish 0 "confirmed until the next boot: $(standing)" ;;
  esac
}

# take_rolled_back. Ends: always.
take_rolled_back() {
  local why
  # The host has seen the old system run. Someone else may have deployed since.
  if [ "$runs_now" = "$prev" ]; then record "$runs_now"; fi
  why=$(fact why)
  if [ "$(fact inhibited)" = yes ]; then
    finish 12 "rolled back, as it can't be switched to while the host runs: $(brought_back) (status 12). Type: $type_deploy $host $where --boot --reboot"
  fi
  case $why in
    *asked* | *interrupted*) finish 10 "rolled back, as $why: $(brought_back) (status 10)" ;;
    *units* | *activation*) finish 12 "rolled back, as $why${units:+ ($units)}: $(brought_back) (status 12)" ;;
  esac
  if [ "$(fact started)" = yes ] && [ -z "$(fact status)" ]; then
    finish 12 "the activation did not end within $activation_timeout s (--activation-timeout), and is rolled back: $(brought_back) (status 12)"
  fi
  case $why in "" | "not confirmed in time") why="not confirmed within $seconds s (--confirm-timeout)" ;; esac
  finish 10 "rolled back, as ${failing:-it was $why}: $(brought_back) (status 10)"
}

# brought_back: how it stands, and what of it does not run any more.
brought_back() {
  standing
  if [ -n "$(fact stopped)" ]; then printf "%s" "; what ran before and could not be started again: $(short "$(fact stopped)")"; fi
}

# what_superseded: why it is not rolled back.
what_superseded() { echo "not rolled back, as another program has switched $target meanwhile: $(standing)"; }

# what_unactivated: why nothing was.
what_unactivated() { echo "nothing was activated, as $(fact why): $(standing)"; }

# in_the_commit: when the machine was booted again.
in_the_commit() { echo "the machine was booted again in the middle of the commit"; }

# not_bootable: that it may not boot.
not_bootable() { echo "its boot menu could not be written, and it is not certain that it boots. Make room there (/, /boot), then: $type_reboot"; }

# as_before: whether it runs what it ran or booted before.
as_before() { [ "$(fact runs)" = "$prev" ] || [ "$(fact runs)" = "$boots_before" ]; }

# mended: has what a power cut has left there put right; 1 where it does not answer. Sets: facts, was_cut.
mended() {
  was_cut=$(fact cut)
  if [ -z "$was_cut$menu" ]; then return 0; fi
  facts=$(heard 60 there_anew recover_it </dev/null 2>"$tmp/said") && [ -n "$(fact runs)" ]
}

# take_lost: it was booted again since: what was not committed is gone, and a commit that was cut in two is undone. Sets: runs_now, boots_now.
# Ends: unless the new system is what runs and boots.
take_lost() {
  local why
  mended || return 0
  runs_now=$(fact runs)
  boots_now=$(fact boots)
  if [ "$(fact unmended)" = yes ]; then
    said_lately 5
    finish 15 "not confirmed, and the machine was booted again: $(standing) (status 15); $(not_bootable)"
  fi
  if [ -n "$resort" ] && [ "$runs_now" = "$prev" ]; then
    case $resort in
      *asked* | *interrupted* | "not confirmed"*) finish 10 "rolled back by a reboot, as ${failing:-it was $resort}, and the old system could not be made to run otherwise: $(standing) (status 10)" ;;
      *) finish 12 "rolled back by a reboot, as $resort, and the old system could not be made to run otherwise: $(standing) (status 12)" ;;
    esac
  fi
  if as_before; then
    if [ "$was_cut" = commit ]; then why="$(in_the_commit); its boot menu was written anew"; else why=$(why_lost); fi
    finish 10 "rolled back, as $why: $(standing) (status 10)"
  fi
  if [ "$runs_now" = "$system" ] && [ "$boots_now" = "$system" ]; then
    record "$runs_now"
    finish 0 "deployed and confirmed: $(standing)$(if [ "$was_cut" = commit ]; then echo "; $(in_the_commit), and its boot menu was written anew"; fi)"
    return 0
  fi
  finish 15 "nothing is known there of this deployment any more: $(standing) (status 15). $look_there"
}

# ---- lib/shell/here/trial-boot.sh ----------------------------------------------------------------
# What a trial boot knows of boots.

# see_trial: the target knows better how much time is left, once it is up. It is believed no more time than it was given. Sets: deadline, because.
see_trial() {
  local rest
  clock
  rest=
  if [ "$(fact stands)" = open ]; then rest=$(fact_number left); fi
  if [ -n "$rest" ]; then deadline=$((now + rest)); fi
  if [ "$deadline" -gt "$latest" ]; then deadline=$latest; fi
  # What was seen in the trial says more than that it went away at the end.
  case $failing in
    "" | "$target does not answer"*) ;;
    *) because=$failing ;;
  esac
}

# what_goes_on: what the target does to go back.
what_goes_on() { echo "reboots now, and boots $prev"; }

# why_lost: why nothing is known there any more.
why_lost() { echo "${because:-${failing:-it has not booted $system}}"; }

# ---- on the target -------------------------------------------------------------------------------
on_target='set -u

# What room is left where a deployment writes.

# left_on UNIT PATH...: "AT SIZE LEFT" of their file systems, a line each, in KiB (-k) or inodes (-i). Some have no number of inodes (btrfs, FAT).
# The file system of a network may hang.
left_on() {
  local size free at
  timeout 3 df -P "$@" 2>/dev/null | while read -r _ size _ free _ at; do
    case $size$free in *[!0-9]* | 0*) continue ;; esac
    case $at in /*) echo "$at $size $free" ;; esac
  done | sort -u
}

# has_room. Ends: where nothing can be copied to: known now, it would be seen only after the build.
has_room() {
  local at size free
  left_on -k / /nix | (
    while read -r at _ free; do
      if [ "$free" -lt 32768 ]; then refuse 1 "$at is full there ($((free / 1024)) MiB left), and nothing can be copied; make room first: nix-collect-garbage --delete-older-than 14d"; fi
    done
  ) || exit
  left_on -i / /nix | (
    while read -r at size free; do
      if [ "$free" -lt 1024 ]; then refuse 1 "$at is full there ($free of $size inodes left), and nothing can be copied; make room first: nix-collect-garbage --delete-older-than 14d"; fi
    done
  ) || exit
}

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

# What is said where nobody names them.
unnamed="which ones it did not say"

# listed: lines, as one list.
listed() { sed "s/^ *//" | grep . | LC_ALL=C sort -u | paste -s -d , - | sed "s/,/, /g"; }

# goes_on UNIT: whether it does. systemctl has no answer for a moment while systemd itself is renewed.
goes_on() { case $(systemctl show --property=ActiveState --value "$1" 2>/dev/null) in inactive | failed) false ;; esac; }

# What a trial boot needs of the boot loader: an entry for the system that is tried, that it is booted once, and that the old system is
# what boots by default.

# What GRUB boots by, where it is the boot loader.
grub_cfg=/boot/grub/grub.cfg

# can_try. Ends: where what a trial boot needs is missing; says what. Changes nothing.
can_try() {
  local words disk
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
  # Where GRUB can not write it can not forget either: the tried system would boot for ever.
  disk=$(findmnt -no FSTYPE,SOURCE -T /boot/grub/ | tr -s " ")
  case $disk in
    *" /dev/mapper/"* | *" /dev/dm-"* | *" /dev/md"* | *" /dev/bcache"*) ;;
    ext[234]" "* | vfat" "* | xfs" "*) return ;;
  esac
  refuse 1 "a trial boot needs GRUB to forget its one-shot entry, and it can not write to /boot/grub there (${disk:-unknown}); it can to ext4, vfat or xfs on a plain partition"
}

# entry_id FILE: the id of systemd-boot for it: its name without the tries that are left.
entry_id() { printf "%s\n" "${1##*/}" | sed -E "s/[+][0-9]+(-[0-9]+)?[.]conf$/.conf/"; }

# entry_boots FILE SYSTEM: whether the entry in that file boots it.
entry_boots() {
  case " $(sed -n "s/^options *//p" "$1" | tr "\n" " ") " in
    *" init=$2/init "*) true ;;
    *) false ;;
  esac
}

# grub_entries SYSTEM: each entry of GRUB that boots it: its number in the first menu (- in another), then how GRUB is told it. At the top that
# is the title, as entries may come and go there with the firmware; below it is the number, as NixOS has > in titles there, which parts two.
grub_entries() {
  local counts path kinds word rest number quote title component top
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

# entry_of SYSTEM: the entry that boots it, as boot_once takes it.
entry_of() {
  local file
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

# boots_by_default SYSTEM: whether it is that.
boots_by_default() {
  local defaults numbers default
  if by_systemd_boot; then
    # It would win over loader.conf.
    if [ -n "$(loader_variable LoaderEntryDefault)" ]; then return 1; fi
    [ "$(menu_of_bootctl || menu_of_loader_conf)" = "$1" ]
  else
    defaults=$(sed -n "s/^ *set default=//p" "$grub_cfg" | grep -v next_entry | tr -d "\"")
    numbers=$(grub_entries "$1" | sed "s/ .*//")
    [ -n "$defaults" ] && for default in $defaults; do
      printf "%s\n" "$numbers" | grep -qxF -e "$default" || return 1
    done
  fi
}

# The entry of the boot menu that is booted at the next boot only: systemd-boot takes it from a variable of the firmware, GRUB from its
# environment block. Both forget it before they boot it.

# Where the variables of the firmware are.
efivars=/sys/firmware/efi/efivars

# The environment block of GRUB.
grubenv=/boot/grub/grubenv

# loader_variable NAME: of systemd-boot: text in UTF-16, behind four bytes of attributes. Through a pipe, as tail seeks in what looks like a
# regular file, and Linux lets nobody seek there.
# shellcheck disable=SC2002 # so it is of use
loader_variable() { cat "$efivars/$1-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f" 2>/dev/null | tail -c +5 | tr -d "\000"; }

# by_systemd_boot: whether it has booted this machine. (GRUB has that variable too.)
by_systemd_boot() {
  case $(loader_variable LoaderInfo) in systemd-boot*) ;; *) false ;; esac
}

# entry_once: the entry that is booted once; nothing where there is none.
entry_once() { if by_systemd_boot; then loader_variable LoaderEntryOneShot; else grub-editenv "$grubenv" list 2>/dev/null | sed -n "s/^next_entry=//p"; fi; }

# boot_once ENTRY: an empty one takes it back. (grub-reboot is the same grub-editenv, after questions to the disk that it can do without.)
boot_once() {
  if by_systemd_boot; then
    bootctl set-oneshot "$1"
  elif [ -n "$1" ]; then
    grub-editenv "$grubenv" set "next_entry=$1"
  else
    grub-editenv "$grubenv" unset next_entry
  fi
}

# One deployment at a time, and never over a change of somebody else.

# refuse_held. Ends: where the lock has a holder that is named.
refuse_held() {
  local holder
  if holder=$(readlink /run/hey/holder); then refuse 13 "another deployment holds the lock: $holder$(how_to_end)"; fi
}

# The lock under which the program of NixOS changes what runs.
nixos_lock=/run/nixos/switch-to-configuration.lock

# lock_holder: who holds the lock of NixOS: "process 4711 (COMMAND)". Fails where nobody does. It only looks: to try that lock is to stand in
# the way of somebody who takes it just then.
lock_holder() {
  local at device pid command
  at=$(stat -c "%D %i" "$nixos_lock" 2>/dev/null) || return 1
  device=$((0x${at% *}))
  at=$(printf "%02x:%02x:%s" $((device >> 8 & 0xfff)) $((device & 0xff | device >> 12 & 0xfff00)) "${at#* }")
  # A shell would read that file a byte at a time.
  pid=$(grep "^[^ ]* FLOCK .* $at " /proc/locks | { read -r _ _ _ _ pid _ && echo "$pid"; }) || return 1
  command=$(LC_ALL=C tr -c " -~" " " 2>/dev/null <"/proc/$pid/cmdline" | cut -c 1-200)
  if [ -n "$command" ]; then echo "process $pid (${command% })"; else echo "a process that process $pid has left behind"; fi
}

# refuse_switching. Ends: where another program is switching this machine.
refuse_switching() {
  local switcher
  if switcher=$(lock_holder); then refuse 13 "another program is switching it, and holds the lock of NixOS: $switcher$(how_to_end)"; fi
}

# take_lock [COMMAND]: holds it by the descriptor 9 as long as that is open; with the name of its holder, which is taken away at the end. A
# deployment that died is brought to its end first, behind COMMAND. Sets: held_by. Ends: where another one holds it.
take_lock() {
  (umask 077 && mkdir -p /run/hey)
  exec 9>/run/hey/lock
  # Who has just got it, or is about to leave it, has no name there yet, or no more.
  for _ in 1 2 3 4 5 6 7 8 9 10; do if flock -n 9; then break; else refuse_held && sleep 0.1; fi; done
  if flock -n 9; then :; else refuse 13 "another deployment holds the lock; whose it is can not be seen"; fi
  (each_open refuse_open; refuse_trial) || exit
  ${1:-:}
  (each_open end_dead) || :
  unroot_lost
  held_by="$by, since $(date -u +%T) UTC"
  trap "rm -f /run/hey/holder" EXIT
  ln -sfn "$held_by" /run/hey/holder
}

# refuse_other. Ends: where it is other than at the first question of the run: somebody has changed it meanwhile, and knows nothing of this run.
refuse_other() {
  local now
  now=$(in_place)
  case $force-$first_seen in
    yes-* | *- | *-"$now") ;;
    *) refuse 1 "it was changed by someone else meanwhile: it runs ${now% *} now, and boots ${now#* }. Type the same line again" ;;
  esac
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
  if [ "$force" = yes ] || is_own_system "$runs"; then return; fi
  refuse 1 "changed by someone else: it runs $runs, but its profile is $boots and last deployed from here was ${last_deployed:-nothing}. Look there first; --force deploys all the same"
}

# is_own_system SYSTEM: whether it was booted (as somebody has picked an older one in the boot menu, or another one boots next), or is a generation,
# or a specialisation of one: nobody has brought that here who is not known.
is_own_system() {
  local number
  if [ "$(readlink -e /run/booted-system)" = "$1" ]; then return 0; fi
  for number in $(generations); do
    if [ "$(readlink -e "$profile-$number-link")" = "$1" ] || specialisation_of "$profile-$number-link" "$1" >/dev/null; then return 0; fi
  done
  return 1
}

# specialisation_of SYSTEM RUNS: by which name that is a specialisation of the system. Fails where it is none.
specialisation_of() {
  local each
  for each in "$1"/specialisation/*; do
    if [ "$(readlink -e "$each")" = "$2" ]; then echo "${each##*/}" && return 0; fi
  done
  return 1
}

# tell_specialisation: which one runs, of the system that boots.
tell_specialisation() {
  local name
  if name=$(specialisation_of "$profile" "$runs"); then echo "special $name"; fi
}

# may_deploy [MORE...]: whether this machine can be deployed to by this user, now; MORE are questions of the kind. Changes nothing.
# Ends: where it can not.
may_deploy() {
  local more
  need_root deploy
  (each_open refuse_open; refuse_trial) || exit
  if [ -e /run/hey/lock ]; then flock -n /run/hey/lock true || refuse_held; fi
  refuse_switching
  refuse_changed
  echo "shown $(in_place)"
  tell_specialisation
  tell_facts
  tell_names
  for more in "$@"; do "$more"; done
}

# A guarded deployment that is not over is a directory /run/hey/ID. Each fact in it is a link: it is there whole or not at all, and takes
# no free block of a full /run.
#   open | kept | confirmed, then committed or uncommitted | rolled-back     its one verdict: one link that gets other names
#   by prev new generation bootloader on-unit-failure last-reboot deadline   who, from what, to what, how, until when
#   started status units why inhibited rebooting stopped                     how far it came, what failed, why and how it was rolled back

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

# holds: whether it ends by itself, and with it what it holds. The clock that takes it back may be late by half a minute.
holds() { case $(progress) in open) [ "$left" -ge -30 ] || [ -L "$dir/trial" ] ;; committing | going-back) ;; *) false ;; esac; }

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

# stands: how the deployment $id stands, and its facts. After a reboot nothing is known of it.
stands() {
  local at said fact
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
        said=$(verdict_of "$at")
      fi
      echo "stands $said"
      echo "left $(($(readlink "$at/deadline") - $(seconds_up)))"
      for fact in started status why units stopped inhibited held rebooting; do
        if [ -L "$at/$fact" ]; then echo "$fact $(readlink "$at/$fact")"; fi
      done
      return
    done
    sleep 0.2
  done
  if [ "$(readlink "$trial/id")" = "$id" ]; then
    said=$(trial_progress)
    if [ "$said" = over ]; then
      say_lost
    else
      echo "stands $said"
    fi
    return
  fi
  say_lost
}

# say_lost: nothing is known of the deployment $id: this machine was booted again, or is another one. What it has kept from the garbage collector
# goes, unless something is still to be put right by that.
say_lost() {
  if ! unmended; then unroot; fi
  echo "stands lost"
  say_cut
  tell_names
}

# unmended: whether a commit, or a trial boot, has left something to be put right.
unmended() { [ -L "$marker" ] || [ -L "$trial/id" ]; }

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

# disarm: nothing is rolled back by itself any more.
disarm() {
  local sleeper
  if by_systemd; then
    systemctl stop "hey-rollback-$id.service" 2>/dev/null || :
  else
    sleeper=$(readlink "$dir/sleeper") || return 0
    kill -s TERM -- "-$sleeper" 2>/dev/null || :
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

# Where the garbage collector looks for what it must keep. On the disk, as a deployment may go on behind a reboot.
roots=/nix/var/nix/gcroots

# root NAME SYSTEM: keeps that system from the garbage collector as long as the deployment $id lasts.
root() { ln -s "$2" "$roots/hey-$id-$1"; }

# unroot: lets it have what the deployment $id has kept from it.
unroot() { rm -f "$roots/hey-$id-"*; }

# unroot_lost: the same for deployments of which a power cut has left nothing else.
unroot_lost() {
  local link owner
  for link in "$roots"/hey-*; do
    owner=${link#"$roots/hey-"}
    owner=${owner%%-*}
    # What puts that right needs them.
    case $owner in "$(readlink "$trial/id")" | "$(readlink "$marker" | cut -d " " -f 1)") continue ;; esac
    if [ -L "$link" ] && [ ! -d "/run/hey/$owner" ]; then rm -f "$link"; fi
  done
}

# end_dead: brings the deployment in $dir, which died, to its end, and says so: what was confirmed is committed; anything else goes back, unless
# somebody has switched this machine since.
end_dead() {
  local now
  if holds; then return; fi
  now=$(readlink -e /run/current-system)
  case $(progress) in
    commit-cut) sh "$dir/commit" "$id" >>"$dir/log" 2>&1 9>&- ;;
    open | back-cut)
      # Its activation was over, and somebody has gone back already.
      if [ -L "$dir/status" ] && [ "$now" = "$(readlink "$dir/prev")" ]; then rm -f "$dir/started"; fi
      # Nobody waits for a reboot now.
      rm -f "$dir/last-reboot"
      give_verdict || :
      sh "$dir/rollback" "$id" >>"$dir/log" 2>&1 9>&-
      ;;
  esac
  if [ -d "$dir" ]; then archive; fi
  echo "ended yes"
  echo "hey: the deployment of $(readlink "/run/hey/past/$id/by"), which died, is ended first ($(verdict_of "/run/hey/past/$id")): $(readlink -e /run/current-system) runs" >&2
}

# verdict_of DIR: of the deployment there, which is over.
verdict_of() {
  local end
  for end in $verdicts; do if [ -L "$1/$end" ]; then echo "$end"; fi; done
}

# archive: the deployment is over: its roots go. What is known of the last few stays, as who deployed may ask late.
archive() {
  local old
  unroot
  if [ -L "$dir/trial" ]; then forget_trial; fi
  mkdir -p /run/hey/past
  mv -T "$dir" "/run/hey/past/$id"
  # Names that mktemp has made.
  # shellcheck disable=SC2012
  ls -t /run/hey/past | tail -n +9 | while read -r old; do
    if [ "$old" != "$id" ]; then rm -rf "/run/hey/past/$old"; fi
  done
}

# forget_trial: without its id it is none, whatever is still to be removed.
forget_trial() {
  local owner
  owner=$(readlink "$trial/id") && rm -f "$roots/hey-$owner-"*
  rm -f "$trial/id" && rm -rf "$trial"
}

# finishing: whether systemd still starts what this boot is to start.
finishing() {
  case $(systemctl is-system-running) in
    initializing | starting) true ;;
    *) false ;;
  esac
}

# Whether an activation can begin: asked before the profile moves.

# The unit in which the programs of NixOS activate a system, and hey does.
switch_unit="nixos-rebuild-switch-to-configuration"

# own_activation: the process of one of hey without a guard that goes on. Fails where there is none.
own_activation() {
  local noted process
  for noted in /run/hey-activation.*/process; do
    process=$(readlink "$noted") && kill -0 "$process" 2>/dev/null && echo "$process" && return
  done
  return 1
}

# how_to_end: for a refusal, where what is in the way is an activation, how to end it.
how_to_end() {
  if own_activation >/dev/null; then
    echo ". If it hangs, end it: ops-deploy --cancel"
  elif by_systemd && goes_on "$switch_unit.service"; then
    echo ". If it hangs, end it there: systemctl stop $switch_unit"
  fi
}

# What this machine boots: what its boot menu boots, which need not be the profile.

# menu_boots: the system that the boot loader boots next, or an entry that is none of NixOS. Fails where that can not be found out.
menu_boots() {
  local found
  if by_systemd_boot || { [ -r /boot/loader/loader.conf ] && [ ! -r "$grub_cfg" ]; }; then
    # Of a trial boot it is not told what is booted once.
    found=$({ [ ! -L "$trial/id" ] || [ -z "$(loader_variable LoaderEntryOneShot)" ]; } && menu_of_bootctl) ||
      found=$(menu_of_loader_conf) || return 1
  elif [ -r "$grub_cfg" ]; then
    found=$(menu_of_grub) || return 1
  else
    return 1
  fi
  [ -n "$found" ] && echo "$found"
}

# menu_differs: whether that is known, and another system than the profile.
menu_differs() {
  local next
  next=$(menu_boots) && [ "$next" != "$(readlink -e "$profile")" ]
}

# menu_of_bootctl: as systemd says it, by all that its loader looks at. Fails where it does not.
menu_of_bootctl() {
  local listed entry
  listed=$(limited bootctl list --json=short 2>/dev/null </dev/null) || return 1
  case $listed in *"\"isDefault\":true"*) ;; *) return 1 ;; esac
  entry=${listed%%"\"isDefault\":true"*}
  entry=${entry##*"\"id\":\""}
  case $entry in
    *" init="*"/init"* | *"\"init="*"/init"*)
      entry=${entry##*init=}
      echo "${entry%%/init*}"
      ;;
    *) echo "the entry ${entry%%"\""*} of its boot menu" ;;
  esac
}

# menu_of_loader_conf: as loader.conf has it: "preferred", else "default", each a pattern for the ids of entries. The first of the menu that
# fits boots; "preferred" passes over one without a try left. Where none fits it is the first of all. Fails where that is not known.
menu_of_loader_conf() {
  local preferred default tries entry found first="" best="" fallback=""
  preferred=$(loader_setting preferred)
  default=$(loader_setting default)
  # What was booted last: only the firmware knows that.
  case $preferred$default in *@saved*) return 1 ;; esac
  loader_entries | (
    while read -r tries entry found; do
      first=${first:-$found}
      # shellcheck disable=SC2254 # patterns
      case $entry in $preferred) if [ "$tries" = some ]; then best=${best:-$found}; fi ;; esac
      # shellcheck disable=SC2254 # patterns
      case $entry in $default) fallback=${fallback:-$found} ;; esac
    done
    best=${best:-${fallback:-$first}}
    [ -n "$best" ] && echo "$best"
  )
}

# loader_setting NAME: what loader.conf says of it last, in small letters
loader_setting() { sed -n "s/^$1[[:blank:]]\{1,\}//p" /boot/loader/loader.conf 2>/dev/null | tail -n 1 | tr "[:upper:]" "[:lower:]"; }

# loader_entries: the entries of systemd-boot in the order of its menu: whether it has "some" or "no" tries left, its id in small letters, and
# the system that it boots, or words for one that is none of NixOS. Without a try left it comes last; then sort-key, machine and version
# tell, and at the end the id, the highest first.
loader_entries() {
  local file entry tries key value keyed sort_key machine version found between
  between=$(printf "\037")
  for file in /boot/loader/entries/*.conf; do
    [ -r "$file" ] || continue
    entry=${file##*/} tries=some keyed=1 sort_key="" machine="" version=""
    case $entry in
      *+[0-9]*.conf)
        case ${entry##*+} in 0[!0-9]*) tries=no ;; esac
        entry=${entry%+*}.conf
        ;;
    esac
    found="the entry $entry of its boot menu"
    while read -r key value || [ -n "$key" ]; do
      case $key in
        sort-key) sort_key=$value keyed=0 ;;
        machine-id) machine=$value ;;
        version) version=$value ;;
        options)
          case " $value " in
            *" init="*"/init "*)
              found=" $value "
              found=${found#*" init="}
              found=${found%%"/init "*}
              ;;
          esac
          ;;
      esac
    done <"$file"
    printf "%s$between" "$([ "$tries" = some ] || echo last)" "$keyed" "$sort_key" "$machine" "$version"
    printf "%s$between%s\n" "$entry" "$tries $(printf "%s" "$entry" | tr "[:upper:] " "[:lower:]_") $found"
  done | LC_ALL=C sort -t "$between" -k 1,1 -k 2,2 -k 3,3 -k 4,4 -k 5,5Vr -k 6,6Vr | sed "s/.*$between//"
}

# menu_of_grub: as its environment and its configuration have it: an entry for once, the saved one, or a fixed one; by number or by title, and
# with ">" behind that of a menu. Fails where there is no such entry.
menu_of_grub() {
  local name value once="" saved="" wanted="" word rest title quote number="-1" depth="0" at="0" here=""
  while IFS="=" read -r name value; do
    case $name in
      next_entry) if [ ! -L "$trial/id" ]; then once=$value; fi ;;
      saved_entry) saved=$value ;;
    esac
  done <"$grubenv" 2>/dev/null || :
  while read -r word rest; do
    case "$word $rest" in
      "set default="*next_entry*) continue ;;
      "set default="*saved_entry*) wanted=${saved:-0} ;;
      "set default="*)
        wanted=${rest#default=}
        wanted=${wanted#"\""}
        wanted=${wanted%"\""}
        ;;
    esac
    case $word in
      menuentry | submenu)
        if [ -n "$once" ]; then wanted=$once once=""; fi
        quote=${rest%"${rest#?}"}
        title=${rest#?}
        title=${title%%"$quote"*}
        if [ "$depth" -eq "$at" ]; then
          number=$((number + 1))
          here=""
          case ${wanted:-0} in
            "$number" | "$title") here=yes ;;
            "$number>"* | "$title>"*)
              wanted=${wanted#*">"}
              number=-1
              at=$((depth + 1))
              ;;
          esac
        fi
        ;;
    esac
    case "$word $rest" in
      *"{ }" | *"{}" | *"{"*"}") ;;
      *"{") depth=$((depth + 1)) ;;
      "} "*) depth=$((depth - 1)) ;;
    esac
    case " $rest " in
      *" init="*"/init "*)
        if [ -n "$here" ]; then
          rest=${rest#*init=}
          echo "${rest%%/init*}"
          return
        fi
        ;;
    esac
  done <"$grub_cfg"
  return 1
}

# Who this machine is.

# tell_names: these alone.
tell_names() {
  local key kind="" text="" name=""
  echo "kernel-name $(uname -n)"
  # A last line without an end is a line too.
  { read -r name </run/current-system/etc/hostname; } 2>/dev/null || :
  echo "system-name $name"
  if grep -qs "^VARIANT_ID=\"\{0,1\}installer" /etc/os-release; then echo "installer yes"; fi
  for key in /etc/ssh/ssh_host_ed25519_key /persist/etc/ssh/ssh_host_ed25519_key $(sed -n "s/^ *HostKey  *//p" /etc/ssh/sshd_config 2>/dev/null); do
    if [ -r "$key.pub" ]; then
      read -r kind text _ <"$key.pub" || :
      echo "host-key $kind $text"
    fi
  done
}

# A reboot of this machine.

# reboot_inhibitors: the programs that want no reboot now, a line each: who, its process, and why. Nothing where logind does not say.
reboot_inhibitors() {
  local listed
  listed=$(timeout 20 busctl --json=short call org.freedesktop.login1 /org/freedesktop/login1 org.freedesktop.login1.Manager ListInhibitors 2>/dev/null) ||
    return 0
  # Each is "WHAT","WHO","WHY","MODE",UID,PID.
  printf "%s\n" "$listed" | sed "s/\],\[/\n/g" |
    sed -nE "s/^.*\"([a-z-]+:)*shutdown(:[a-z-]+)*\",\"(.*)\",\"(.*)\",\"block\",[0-9]+,([0-9]+).*/\3 (process \5): \4/p"
}

# refuse_inhibited. Ends: where a program wants no reboot now, unless $force says so. Until systemd 257 root reboots over it without a word, and
# from then on systemd refuses it when nobody hears that any more.
refuse_inhibited() {
  local some
  if [ "$force" = yes ] || ! by_systemd; then return 0; fi
  some=$(reboot_inhibitors | paste -s -d ";" - | sed "s/;/; /g")
  if [ -n "$some" ]; then refuse 1 "a program there wants no reboot now: $some. Wait for its end, or type the same line with --force"; fi
}

# reboot_soon WHEN: a second from now, so that this is still heard; with "if-needed" only where what boots has other parts than what was
# booted. A boot menu in two halves, or of another system than the profile, is written anew before. Ends: where that may not be, or can not.
reboot_soon() {
  need_root reboot
  take_lock
  mend_all >&2
  if unmended; then refuse 1 "what was cut short there can not be mended (is /boot full?), and the boot menu may be in two halves: a reboot might not come back"; fi
  if menu_differs && ! boot_entry "$(readlink -e "$profile")" >&2; then refuse 1 "its boot menu does not boot its profile, and could not be written anew (is /boot full?)"; fi
  echo "boot $(cat /proc/sys/kernel/random/boot_id)"
  tell_facts
  if [ "$1" = if-needed ] && [ -z "$(compare /run/booted-system "$profile" reboot)" ]; then
    echo "unneeded yes"
  elif by_systemd; then
    refuse_inhibited
    systemd-run --quiet --collect --no-ask-password --on-active=1s --timer-property=AccuracySec=100ms systemctl reboot -i 9>&- || refuse 1 "systemd did not take the reboot"
  else
    setsid sh -c "sleep 1; exec /run/current-system/sw/bin/reboot" </dev/null >/dev/null 2>&1 9>&- &
  fi
}

# The rollback, which runs with nobody there. It must go also where nothing can be written.

# give_verdict: the deployment in $dir is rolled back, unless another verdict was given.
give_verdict() { mv -T "$dir/open" "$dir/rolled-back" 2>/dev/null; }

# superseded OLD NEW: whether somebody else has switched this machine meanwhile. Then nothing is left to undo.
superseded() {
  local own
  case $(readlink -e /run/current-system) in
    "" | "$1" | "$2") return 1 ;;
  esac
  # A service of the new system may have gone on to a specialisation of it.
  for own in "$2"/specialisation/*; do
    if [ "$(readlink -e "$own")" = "$(readlink -e /run/current-system)" ]; then return 1; fi
  done
}

# The last step of a guarded deployment: the system becomes what boots. And what puts right a commit or a trial boot that was cut short.

# on_disk: a power cut can leave the boot menu in two halves, and fsck empties what it finds so. Before the menu is written, the disk has all
# that tells of it and all that it boots. What tells of it goes only when the disk has the menu.
on_disk() { sync -f /nix/var/nix /nix/store; }

# menu_on_disk: the boot menu is.
menu_on_disk() { [ ! -d /boot ] || sync -f /boot; }

# commit_system SYSTEM: makes it what boots, as the deployment in $dir says. 1 where that failed.
commit_system() {
  local newest number
  newest=$(generations | head -n 1)
  number=$(readlink "$dir/generation")
  # A garbage collector may have deleted it meanwhile.
  if [ "$(readlink -e "$profile-$number-link")" != "$1" ]; then number=new; fi
  rm -f "$marker"
  ln -s "$id $1 $(readlink "$profile") $newest" "$marker" || return 1
  wait_for_lock
  set_profile "$1" "$number" || return 1
  on_disk || return 1
  write_boot_menu "$1" || return 1
  menu_on_disk || return 1
  # It boots now, whether or not that can be written down.
  rm -f "$marker" || :
}

# wait_for_lock: another program may hold the lock of NixOS for a moment, a minute at most.
wait_for_lock() {
  local waited
  waited=0
  while [ "$waited" -lt 60 ] && lock_holder >/dev/null; do
    sleep 1
    waited=$((waited + 1))
  done
}

# write_boot_menu SYSTEM: the boot loader boots it.
write_boot_menu() { NIXOS_INSTALL_BOOTLOADER=$(readlink "$dir/bootloader") limited "$1/bin/switch-to-configuration" boot; }

# uncommit: what the marker tells of is undone: the profile, and what boots.
uncommit() {
  if [ ! -L "$marker" ]; then return; fi
  uncommit_profile
  boot_entry "$(readlink -e "$profile")"
}

# uncommit_profile: the profile is again what it was before the commit that the marker tells of. A generation is deleted only if that commit
# made it.
uncommit_profile() {
  local marked newest before now
  marked=$(readlink "$marker") || return 0
  newest=${marked##* }
  before=${marked% *}
  before=${before##* }
  now=$(readlink "$profile")
  if [ "$now" = "$before" ]; then return; fi
  # A garbage collector may have deleted that generation meanwhile. What it was is kept as a root.
  if [ ! -e "$profile-$(number_of "$before")-link" ]; then restore_generation "$before"; fi
  limited nix-env -p "$profile" --switch-generation "$(number_of "$before")"
  if [ "$(number_of "$now")" -gt "$newest" ]; then limited nix-env -p "$profile" --delete-generations "$(number_of "$now")"; fi
}

# restore_generation LINK: makes the generation of that link anew, of what booted when the deployment that the marker tells of began.
restore_generation() {
  local kept
  kept=$(readlink -e "$roots/hey-$(readlink "$marker" | cut -d " " -f 1)-boots") || return 0
  case $1 in system-[0-9]*-link) ln -s "$kept" "${profile%system}$1" ;; esac
}

# boot_entry SYSTEM: the boot entry is its own; then the commit that the marker tells of is over, one way or the other.
boot_entry() {
  on_disk
  NIXOS_NO_CHECK=1 NIXOS_INSTALL_BOOTLOADER=0 limited "$1/bin/switch-to-configuration" boot && menu_on_disk && rm -f "$marker"
}

# end_trial: takes away what is left of a trial boot that is over: the entry, where that was not booted, and the generation, which is
# deleted only if it was made for it and nobody has taken it since. Then the boot menu is as it was.
end_trial() {
  local made
  disarm_trial || return 1
  if made=$(readlink "$trial/made") && [ "$(readlink "$profile")" != "system-$made-link" ] &&
    [ "$(readlink "$profile-$made-link")" = "$(readlink "$trial/new")" ]; then
    rm -f "$profile-$made-link"
  fi
  if [ -e "$(readlink -e "$profile")/bin/switch-to-configuration" ]; then boot_entry "$(readlink -e "$profile")" || return 1; fi
  forget_trial
}

# disarm_trial: what is tried is not what is booted once any more.
disarm_trial() {
  local entry
  entry=$(readlink "$trial/entry") || return 0
  if [ "$(entry_once)" = "$entry" ]; then boot_once "" || return 1; fi
}

# mend_all: puts right what a deployment that was cut short has left. Then nobody needs what it has kept from the garbage collector.
mend_all() {
  mend_commit
  # What armed it knows how to end it.
  if [ -L "$trial/id" ]; then sh "$trial/end"; fi
  unroot_lost
}

# mend_commit: a commit that was ended, by a power cut say, and belongs to nobody any more, is finished where its system runs, else undone, unless
# something else was deployed since.
mend_commit() {
  local marked committed before
  marked=$(readlink "$marker") || return 0
  committed=${marked#* }
  committed=${committed%% *}
  before=${marked% *}
  before=${before##* }
  case $(readlink -e "$profile") in
    "$committed") if [ "$(readlink -e /run/current-system)" = "$committed" ]; then boot_entry "$committed"; else uncommit; fi ;;
    *) if [ "$(readlink "$profile")" = "$before" ]; then uncommit; else rm -f "$marker"; fi ;;
  esac
}

# commit_apart ID [undo]: makes the confirmed deployment what boots; "undo" takes a commit that was cut back. Runs as its file "commit".
# Sets: id, dir. Ends: where it is over.
commit_apart() {
  local new said
  id=$1
  dir=/run/hey/$id
  exec 8<"$dir/commit"
  # Who only looks whether it runs holds the lock for a moment too; another one has done it when it lets go.
  flock -w 5 8 && [ -d "$dir" ] || exit 0
  new=$(readlink "$dir/new")
  disarm
  if [ "${2-}" = undo ]; then
    uncommit 8<&-
    said=uncommitted
  elif [ "$(readlink -e /run/current-system)" != "$new" ]; then
    # It was cut, and somebody has switched this machine since.
    mend_commit 8<&-
    said=uncommitted
  elif commit_system "$new" 8<&-; then
    said=committed
  else
    uncommit 8<&-
    said=uncommitted
  fi
  mv -T "$dir/confirmed" "$dir/$said"
  archive
}

# Would this very login still work under another system? Its own programs judge, in a mount namespace of their own. Nothing of it is activated, and
# nothing of this machine is touched: /etc is that of the system there, /tmp holds what is written meanwhile, and /tmp/live is the /etc of now.
# The system that runs is the measure, as this login came in under it: what would be wrong with both is a doubt, and no finding.
# The lines of a judgement: "wrong WHAT WHY", "maybe WHAT WHY", "unknown WHAT WHY".

# in_line: stdin, its lines with blanks between.
in_line() { paste -s -d " "; }

# connection_of PROCESS: "ADDRESS PORT ADDRESS PORT" of the ssh connection that this came in by. sudo and doas take it out of the environment, so
# it is read of the processes above. Nothing where none of them has it.
connection_of() {
  local process found
  process=$1
  while [ "$process" -gt 1 ]; do
    found=$(tr "\000" "\n" 2>/dev/null <"/proc/$process/environ" | sed -n "s/^SSH_CONNECTION=//p")
    if [ -n "$found" ]; then echo "$found" && return; fi
    process=$(sed -n "s/^PPid:[^0-9]*//p" "/proc/$process/status" 2>/dev/null)
    process=${process:-0}
  done
}

# judge_login SYSTEM PORT BY OFFER...: whether this login would work under that system: facts "lockout WHY", "doubt WHY" and "unjudged WHY". PORT is
# where it will come to, if not where it has come to. BY is what becomes root: none, sudo, doas, run0, or secret for sudo with a password. OFFER is
# what ssh has on the other side: fingerprints of keys, "certificate", and NAME:LIST for what it can speak.
judge_login() {
  local new user at found before kind what why
  new=$1
  user=${SUDO_USER:-${DOAS_USER:-$(id -un)}}
  at=$(connection_of $$)
  if [ "$new" -ef /run/current-system ]; then return 0; fi
  if [ ! -x "$new/sw/bin/sshd" ]; then echo "unjudged there is no sshd in the new system" && return; fi
  case $user:$at in *[!A-Za-z0-9._@:%\ -]* | *:) echo "unjudged by which connection $user came in is not known" && return ;; esac
  # shellcheck disable=SC2086
  set -- "$user" $at "$@"
  found=$(in_view judge_view "$new" "$@")
  # It came to its end.
  case $found in *whole) ;; *) echo "unjudged a namespace of its own can not be had there" && return ;; esac
  before=$found
  case $found in *wrong*) before=$(in_view judge_view /run/current-system "$@") ;; esac
  case $before in *whole) ;; *) before=$found ;; esac
  printf "%s\n" "$found" | while read -r kind what why; do
    case $kind in
      wrong) if printf "%s\n" "$before" | grep -q "^wrong $what "; then echo "doubt $why"; else echo "lockout $why"; fi ;;
      maybe) echo "doubt $why" ;;
      unknown) echo "unjudged $why" ;;
    esac
  done
}

# in_view NAME WORD...: calls that function in a mount namespace of its own.
in_view() {
  limited env "program=$program" unshare --mount sh -c "$program
\"\$@\"" sh "$@" </dev/null 2>/dev/null
}

# judge_view SYSTEM USER ADDRESS PORT ADDRESS PORT NEW PORT BY OFFER...: judges that system, in a namespace. Ends: where that can not be prepared.
judge_view() {
  local system user from to now port by
  system=$(readlink -f "$1") user=$2 from=$3 to=$5 now=$6 port=${8:-$6} by=$9
  if [ "$1" -ef /run/current-system ]; then port=$now; fi
  shift 9
  export LC_ALL=C
  { mount -t tmpfs -o mode=755 hey /tmp && mkdir /tmp/live /tmp/etc && mount --bind /etc /tmp/live && ln -s "$system"/etc/* /tmp/etc/; } || exit 3
  # Nobody is asked for accounts but the files.
  if [ -d /run/nscd ]; then mount -t tmpfs hey /run/nscd || exit 3; fi
  rm -f /tmp/etc/passwd /tmp/etc/group /tmp/etc/shadow
  make_accounts "$system" "$user"
  { mount --bind /tmp/etc /etc && ssh-keygen -q -t ed25519 -N "" -f /tmp/key; } || exit 3
  # Meanwhile, as this waits.
  judge_firewall "$system" "$from" "$to" "$port" "$now" >/tmp/firewall &
  judge_network "$system" "$to"
  judge_account "$system" "$user"
  judge_sshd "$system" "$user" "$from" "$to" "$port" "$@"
  if [ "$by" != none ] && [ "$user" != root ]; then judge_root "$system" "$user" "$by"; fi
  wait
  cat /tmp/firewall
  echo whole
}

# make_accounts SYSTEM USER: passwd, group and shadow of /tmp/etc, as far as that user goes: those of now, with what the system declares. As
# NixOS does it.
make_accounts() {
  local file spec line id group home shell expires hash days
  for file in passwd group shadow; do cat "/etc/$file" >"/tmp/etc/$file"; done
  if [ "$1" -ef /run/current-system ]; then return; fi
  file=$(cat "$1/activate" "$1/etc/systemd/system/userborn.service" 2>/dev/null | grep -o "/nix/store/[^ \"]*-\(users-groups\|userborn\)\.json" | head -n 1)
  if [ -z "$file" ]; then echo "unknown accounts which accounts the new system has can not be read" && return; fi
  spec=$(declared_user "$file" "$2" 2>/tmp/said) || { echo "unknown accounts $file can not be read: $(tail -n 1 /tmp/said)" && return; }
  line=$(printf "%s\n" "$spec" | sed -n "s/^user://p")
  case $spec in mutable:1*) ;; *) line=${line:-none} ;; esac
  # Who was made by hand stays.
  if [ -z "$line" ] && ! grep -q "\(^\| \)$2\( \|\$\)" /var/lib/nixos/declarative-users 2>/dev/null; then return; fi
  for file in passwd shadow; do grep -v "^$2:" "/etc/$file" >"/tmp/etc/$file"; done
  sed -e "s/\([:,]\)$2,/\1/" -e "s/[,]\{0,1\}\([:]\{0,1\}\)\b$2\$/\1/" /etc/group >/tmp/etc/group
  case $line in "" | none) return ;; esac
  group=${line%%:*} line=${line#*:}
  id=${line%%:*} line=${line#*:}
  home=${line%%:*} line=${line#*:}
  shell=${line%%:*} line=${line#*:}
  expires=${line%%:*} hash=${line#*:}
  printf "%s\n" "$spec" | sed -n "s/^group://p" | add_to_groups "$2"
  # Who is there keeps their number.
  id=$(grep "^$2:" /etc/passwd | cut -d : -f 3 | grep . || echo "${id:-60001}")
  echo "$2:x:$id:$(grep "^$group:" /tmp/etc/group | cut -d : -f 3 | grep . || echo 60001)::$home:$shell" >>/tmp/etc/passwd
  line=$(grep "^$2:" /etc/shadow)
  days=$(printf "%s\n" "$line" | cut -d : -f 8)
  if [ -n "$expires" ]; then days=$(($(date -u -d "$expires" +%s) / 86400)); fi
  case $hash in /*) if [ -e "$hash" ]; then hash=$(head -n 1 "$hash"); else hash=; fi ;; esac
  case $spec-$line in mutable:1*-?*) hash=$(printf "%s\n" "$line" | cut -d : -f 2) ;; esac
  echo "$2:${hash:-!}:1:::::$days:" >>/tmp/etc/shadow
}

# declared_user FILE USER: what a list of accounts, as NixOS makes it, says of that user: "mutable:1", or "mutable:" where there are no others;
# "user:GROUP:ID:HOME:SHELL:EXPIRES:PASSWORD", with a path for the last where it lies in a file; "group:NAME:ID" for each group.
declared_user() {
  nix --extra-experimental-features nix-command eval --raw --impure --expr "with builtins; let
    all = fromJSON (readFile \"$1\");
    text = value: if value == null then \"\" else toString value;
    of = set: name: text (if hasAttr name set then getAttr name set else null);
    is = user: user.name == \"$2\" && user.enable or true;
    hash = user: head (filter (value: value != \"\") [ (of user \"hashedPasswordFile\") (of user \"hashedPassword\") ] ++ [ \"\" ]);
    line = kind: words: concatStringsSep \":\" ([ kind ] ++ words);
    lines = [ (line \"mutable\" [ (text (all.mutableUsers or true)) ]) ]
      ++ map (user: line \"user\" (map (of user) [ \"group\" \"uid\" \"home\" \"shell\" \"expires\" ] ++ [ (hash user) ])) (filter is all.users)
      ++ map (group: line \"group\" (map (of group) [ \"name\" \"gid\" ]))
        (filter (group: elem \"$2\" group.members || any (user: is user && user.group == group.name) all.users) all.groups);
  in concatStringsSep \"\n\" lines"
}

# add_to_groups USER: stdin, lines NAME:ID of the groups that have it.
add_to_groups() {
  local name id
  while IFS=: read -r name id; do
    if grep -q "^$name:" /tmp/etc/group; then
      sed -i "s/^\($name:.*:\)\(..*\)\$/\1\2,$1/; s/^\($name:.*:\)\$/\1$1/" /tmp/etc/group
    else
      # Of two groups with one number sshd would know the first alone.
      echo "$name:x:${id:-$((60000 + $(wc -l </tmp/etc/group)))}:$1" >>/tmp/etc/group
    fi
  done
}

# judge_account SYSTEM USER
judge_account() {
  local entry shell program days
  entry=$(grep "^$2:" /etc/passwd) || { echo "wrong account the account $2 is removed" && return; }
  shell=${entry##*:}
  program=$shell
  case $shell in /run/current-system/*) program=$1/${shell#/run/current-system/} ;; /etc/profiles/*) program=$(readlink -f "$shell") ;; esac
  case $shell in
    */nologin | */false) echo "wrong shell the login shell of $2 is $shell, which lets nobody in" ;;
    "") ;;
    *) if [ ! -x "$program" ]; then echo "wrong shell the login shell of $2, $shell, is not there" ; fi ;;
  esac
  days=$(grep "^$2:" /etc/shadow | cut -d : -f 8)
  if [ -n "$days" ] && [ "$days" -le $(($(date +%s) / 86400)) ]; then echo "wrong expired the account $2 is expired"; fi
}

# option NAME: what sshd has for it, of the words that were asked for.
option() { sed -n "s/^$1 //p" /tmp/sshd; }

# asked_sshd SSHD FILE USER ADDRESS ADDRESS PORT: what that configuration comes to, for this connection.
asked_sshd() { "$1" -T -f "$2" -h /tmp/key -C "user=$3,addr=$4,host=$4,laddr=$5,lport=$6"; }

# is_wanted SYSTEM UNIT: whether that is there, may run, and is begun by another one.
is_wanted() {
  local link
  if [ ! -e "$1/etc/systemd/system/$2" ] || [ "$1/etc/systemd/system/$2" -ef /dev/null ]; then return 1; fi
  for link in "$1"/etc/systemd/system/*.wants/"$2" "$1"/etc/systemd/system/*.requires/"$2"; do if [ -h "$link" ]; then return; fi; done
  return 1
}

# has_of LIST LIST: whether two lists with commas have a word in common; the first of it.
has_of() {
  local word
  for word in $(echo "$1" | tr , " "); do case ,$2, in *",$word,"*) echo "$word" && return ;; esac done
  return 1
}

# judge_sshd SYSTEM USER FROM TO PORT OFFER...
judge_sshd() {
  local sshd units word cipher
  units=$1/etc/systemd/system
  cipher=""
  if ! is_wanted "$1" sshd.service && ! is_wanted "$1" sshd.socket; then
    case $4$(ls "$units") in
      100.*tailscaled.service* | *dropbear*) echo "maybe unit sshd is not started; another program may answer" ;;
      *) echo "wrong unit sshd is not started" ;;
    esac
    return
  fi
  sshd=$(cat "$units/sshd.service" "$units/sshd@.service" 2>/dev/null | sed -n "s/^ExecStart=[-@:+!]*\([^ ]*\/sshd\) .*/\1/p" | head -n 1)
  if [ ! -x "$sshd" ]; then sshd=$1/sw/bin/sshd; fi
  if asked_sshd "$sshd" /etc/ssh/sshd_config "$2" "$3" "$4" "$5" >/tmp/sshd 2>/tmp/said; then :; else
    echo "wrong config sshd refuses its configuration: $(grep -v "host key" /tmp/said | head -n 1)"
    return
  fi
  judge_listening "$1" "$4" "$5"
  judge_permission "$sshd" "$2" "$3" "$4" "$5"
  for word in "$@"; do
    case $word in
      ciphers:*) cipher=$(has_of "${word#*:}" "$(option ciphers)") || unspoken ciphers ;;
      hostkeyalgorithms:*) has_of "${word#*:}" "$(option hostkeyalgorithms)" >/dev/null || unspoken hostkeyalgorithms ;;
      kexalgorithms:*) has_of "${word#*:}" "$(option kexalgorithms)" >/dev/null || unspoken kexalgorithms ;;
      macs:*) case $cipher in *gcm@* | *poly1305@*) ;; *) has_of "${word#*:}" "$(option macs)" >/dev/null || unspoken macs ;; esac ;;
    esac
  done
  judge_host_keys
  judge_keys "$sshd" "$@"
}

# unspoken NAME
unspoken() { echo "wrong $1 ssh here knows none of the $1 of sshd ($(option "$1"))"; }

# judge_listening SYSTEM ADDRESS PORT: whether sshd, or its socket, listens there.
judge_listening() {
  local all each ports
  all=$(option listenaddress)
  if is_wanted "$1" sshd.socket; then all=$(sed -n "s/^ListenStream=//p" "$1/etc/systemd/system/sshd.socket"); fi
  for each in $all; do
    case $each in "$2:$3" | "[$2]:$3" | "$3") return ;; esac
    case $each-$2 in "0.0.0.0:$3"-*.*.*.* | "[::]:$3"-*:*) return ;; esac
    if [ "$each" = "[::]:$3" ] && is_wanted "$1" sshd.socket; then return; fi
  done
  ports=$(printf "%s\n" "$all" | sed "s/.*://" | sort -u)
  if printf "%s\n" "$ports" | grep -qx "$3"; then
    echo "wrong address sshd does not listen at $2, to which ssh came, but at $(printf "%s\n" "$all" | in_line)"
  else
    echo "wrong port sshd answers at port $(printf "%s\n" "$ports" | in_line | sed "s/ / and /g"), not at $3, to which ssh came (where that is meant: --then-port)"
  fi
}

# judge_permission SSHD USER FROM TO PORT: whether that user may log in by a key, from there, and gets a shell.
judge_permission() {
  local name entry said
  case $2-$(option permitrootlogin) in
    root-no) echo "wrong root sshd lets root in by nothing (PermitRootLogin no)" ;;
    root-forced*) echo "wrong root sshd lets root in for forced commands only (PermitRootLogin)" ;;
  esac
  if [ "$(option pubkeyauthentication)" = no ]; then echo "wrong pubkey sshd takes no keys (PubkeyAuthentication no)"; fi
  case " $(option authenticationmethods) " in
    "  " | *" any "* | *" publickey "*) ;;
    *publickey*) echo "maybe methods sshd wants more than a key (AuthenticationMethods $(option authenticationmethods))" ;;
    *) echo "wrong methods sshd takes no keys (AuthenticationMethods $(option authenticationmethods))" ;;
  esac
  if [ "$(option maxsessions)" = 0 ]; then echo "wrong sessions sshd opens no session (MaxSessions 0)"; fi
  if [ "$(option usepam)" = yes ]; then
    case $(sed -n "s/^account \{1,\}\([^ ]* .*\)/\1/p" /etc/pam.d/sshd 2>/dev/null) in
      *"required "*pam_deny* | *"requisite "*pam_deny*) echo "maybe pam PAM may refuse the account (pam_deny in /etc/pam.d/sshd)" ;;
      *pam_access* | *pam_listfile* | *pam_succeed_if* | *pam_wheel* | *pam_time* | *pam_group*) echo "maybe pam PAM may refuse the account (/etc/pam.d/sshd)" ;;
    esac
  fi
  if [ "$(option usepam)" = no ] && grep -q "^$2:!" /etc/shadow; then
    echo "wrong locked the account $2 has no password, so it is locked without PAM (UsePAM no)"
  fi
  # sshd itself says whether a list of names has this user and its groups.
  for name in denyusers allowusers denygroups allowgroups; do
    option "$name" | while read -r entry; do
      case $name-$entry in
        *users-*@*) echo "Match User ${entry%@*} Address ${entry##*@}" ;;
        *users-*) echo "Match User $entry" ;;
        *) echo "Match Group $entry" ;;
      esac
      echo "Banner /listed"
    done >/tmp/listing
    if [ ! -s /tmp/listing ]; then continue; fi
    said=$(asked_sshd "$1" /tmp/listing "$2" "$3" "$4" "$5" 2>/dev/null) || {
      echo "unknown $name whether $2 is in $name can not be told"
      continue
    }
    case $name-$said in
      deny*"banner /listed"*) ;;
      deny* | *"banner /listed"*) continue ;;
    esac
    echo "wrong $name sshd does not let $2 in from $3 ($name: $(option "$name" | in_line))"
  done
  judge_forced "$(option forcecommand)" ForceCommand
  judge_chroot "$2"
}

# judge_forced COMMAND WHENCE: whether a shell comes of what is run in the place of each command.
judge_forced() {
  case $1 in
    "" | none) ;;
    */nologin* | nologin* | */false* | false* | */true | true | internal-sftp* | */sftp-server* | */git-shell*) echo "wrong forced each session gets $1 and nothing else ($2)" ;;
    *) echo "maybe forced each session gets $1 ($2)" ;;
  esac
}

# judge_chroot USER
judge_chroot() {
  local entry dir
  dir=$(option chrootdirectory)
  entry=$(grep "^$1:" /etc/passwd) || return 0
  if [ -z "$dir" ] || [ "$dir" = none ]; then return; fi
  entry=${entry%:*}
  dir=$(printf "%s\n" "$dir" | sed "s,%u,$1,g; s,%h,${entry##*:},g")
  if [ ! -d "$dir" ]; then
    echo "wrong chroot each session is put into $dir, which is not there (ChrootDirectory)"
  elif [ ! -e "$dir/nix/store" ] && [ ! -e "$dir/bin/sh" ]; then
    echo "wrong chroot each session is put into $dir, which has no shell (ChrootDirectory)"
  else
    echo "maybe chroot each session is put into $dir (ChrootDirectory)"
  fi
}

# judge_host_keys: whether sshd will have the keys by which ssh knows this machine.
judge_host_keys() {
  local file missing some
  missing="" some=""
  for file in $(option hostkey); do
    case $file in
      /tmp/key) ;;
      *) if [ -s "$file" ] || [ -s "/tmp/live/${file#/etc/}" ]; then some=yes; else missing="$missing $file"; fi ;;
    esac
  done
  if [ -n "$some" ] || [ -z "$missing" ]; then return; fi
  echo "maybe host-keys none of its host keys is there (${missing# }): those that sshd makes are other ones than ssh knows"
}

# judge_keys SSHD SYSTEM USER FROM TO PORT OFFER...: whether one of the keys of ssh is in the files that sshd reads for that user.
judge_keys() {
  local sshd system user entry home path file all why none
  sshd=$1 system=$2 user=$3
  case " $* " in *" SHA256:"*) ;; *) echo "unknown key which key ssh has got in with is not known" && return ;; esac
  entry=$(grep "^$user:" /etc/passwd) || return 0
  entry=${entry%:*}
  home=${entry##*:}
  : >/tmp/keys
  all=$(option authorizedkeysfile | sed "s,%u,$user,g; s,%h,$home,g; s,%U,$(id -u "$user"),g; s,%%,%,g")
  none="no key of ssh here is in a file that sshd reads for $user ($all)"
  for path in $all; do
    case $path in none) continue ;; /*) ;; *) path=$home/$path ;; esac
    for file in $(key_files "$system" "$path"); do keys_of "$file" >>/tmp/keys; done
  done
  shift
  judge_our_keys "$sshd" "$@" && return
  why=$(cat /tmp/against)
  if [ -n "$why" ]; then
    echo "wrong key $why"
  elif [ "$(option authorizedkeyscommand)" != none ]; then
    echo "maybe key $none; what AuthorizedKeysCommand says is not known"
  elif [ "$(option trustedusercakeys)" != none ] && case " $* " in *" certificate "*) ;; *) false ;; esac then
    echo "maybe key $none; whether its certificate counts is not known"
  elif will_write "$system" "$all"; then
    echo "maybe key $none, and the new system writes one of these"
  else
    echo "wrong key $none"
  fi
}

# key_files SYSTEM PATH: where that is read, once the system runs: its own file, or one that lies there now and stays; and what it puts there by a
# link.
key_files() {
  local name
  case $2 in
    /etc/*)
      name=${2#/etc/}
      if [ -e "$2" ]; then echo "$2" && return; fi
      # What another system has put there goes with it.
      case $(readlink "/tmp/live/$name") in /etc/static/*) return ;; esac
      if ! grep -qxF "$name" /tmp/live/.clean 2>/dev/null && [ -f "/tmp/live/$name" ]; then echo "/tmp/live/$name"; fi
      ;;
    *)
      if [ -f "$2" ]; then echo "$2"; fi
      cat "$1"/etc/tmpfiles.d/*.conf 2>/dev/null | sed -n "s,^[LC][+!-]* *$2 .* \(/nix/store/[^ ]*\)\$,\1,p"
      ;;
  esac
}

# will_write SYSTEM PATHS: whether the system has one of these in what it does when it is activated or booted.
will_write() {
  local system path
  system=$1
  for path in $2; do
    case $path in
      /etc/*) ;;
      *) if grep -qsF "$path" "$system/activate" "$system"/etc/tmpfiles.d/*.conf "$system"/etc/systemd/system/*.service; then return; fi ;;
    esac
  done
  return 1
}

# keys_of FILE: its keys, a line each: BITS FINGERPRINT OPTIONS (TYPE).
keys_of() {
  sed -nE "/^[[:blank:]]*#/d; s/^[[:blank:]]*(.*[[:blank:]])?((ssh|ecdsa|sk)-[a-z0-9@.-]+)[[:blank:]]+(AAAA[A-Za-z0-9+/=]+).*\$/\2 \4 \1/p" "$1" |
    ssh-keygen -l -f - 2>/dev/null
}

# judge_our_keys SSHD SYSTEM USER FROM TO PORT OFFER...: whether one of the keys on offer is in /tmp/keys, and lets in. What a line has against it
# goes to /tmp/against.
judge_our_keys() {
  local sshd user from to port word line options kind
  sshd=$1 user=$3 from=$4 to=$5 port=$6
  shift 6
  : >/tmp/against
  for word in "$@"; do
    case $word in SHA256:*) ;; *) continue ;; esac
    grep -F " $word " /tmp/keys >/tmp/ours || continue
    while read -r line; do
      kind=${line##* }
      options=${line#* "$word"}
      options=${options% *}
      lets_in "$sshd" "$user" "$from" "$to" "$port" "$options" "$kind" && return
    done </tmp/ours
  done
  return 1
}

# lets_in SSHD USER FROM TO PORT OPTIONS TYPE: whether a key with these options in its line does. What is against it goes to /tmp/against.
lets_in() {
  local list until_when now algorithms
  case ,$6 in *[,\ ]cert-authority*) return 1 ;; esac
  case $7 in
    "(ED25519)") algorithms=ssh-ed25519 ;;
    "(RSA)") algorithms=rsa-sha2-512,rsa-sha2-256 ;;
    *) algorithms= ;;
  esac
  if [ -n "$algorithms" ] && ! has_of "$algorithms" "$(option pubkeyacceptedalgorithms)$(option pubkeyacceptedkeytypes)" >/dev/null; then
    echo "sshd takes no keys of the type of ssh here, $7 (PubkeyAcceptedAlgorithms)" >/tmp/against
    return 1
  fi
  list=$(printf "%s\n" "$6" | sed -n "s/.*from=\"\([^\"]*\)\".*/\1/p")
  if [ -n "$list" ]; then
    printf "%s\n" "Match Address $list" "Banner /listed" >/tmp/listing
    if ! asked_sshd "$1" /tmp/listing "$2" "$3" "$4" "$5" 2>/dev/null | grep -qx "banner /listed"; then
      echo "the key of ssh here counts only from $list, and ssh comes from $3" >/tmp/against
      return 1
    fi
  fi
  until_when=$(printf "%s\n" "$6" | sed -n "s/.*expiry-time=\"\([0-9]*\)\(Z\{0,1\}\)\".*/\1\2/p")
  case $until_when in
    "") ;;
    *)
      now=$(case $until_when in *Z) date -u +%Y%m%d%H%M%S ;; *) date +%Y%m%d%H%M%S ;; esac)
      until_when=$(printf "%s000000" "${until_when%Z}" | cut -c 1-14)
      if [ "$until_when" -le "$now" ]; then
        echo "the key of ssh here has expired (expiry-time)" >/tmp/against
        return 1
      fi
      ;;
  esac
  judge_forced "$(printf "%s\n" "$6" | sed -n "s/.*command=\"\([^\"]*\)\".*/\1/p")" "command= of the key"
}

# as_user USER COMMAND...: as that user of /etc, with their groups.
as_user() {
  local user
  user=$1
  shift
  setpriv --reuid "$(id -u "$user")" --regid "$(id -g "$user")" --init-groups -- "$@"
}

# judge_root SYSTEM USER BY: whether that user becomes root by that.
judge_root() {
  local program
  if ! grep -q "^$2:" /etc/passwd; then return; fi
  program=${3%secret}
  program=${program:-sudo}
  if [ "$program" = run0 ]; then echo "unknown root what polkit will say of run0 is not known" && return; fi
  judge_wrapper "$1" "$2" "$program" || return
  case $program in
    sudo) judge_sudo "$@" ;;
    doas)
      case $(as_user "$2" "$1/sw/bin/doas" -C /etc/doas.conf env 2>&1) in
        "permit nopass"*) ;;
        permit*) echo "wrong root doas asks $2 for a password" ;;
        deny*) echo "wrong root doas lets $2 not become root" ;;
        *) echo "unknown root what doas will say is not known" ;;
      esac
      ;;
  esac
}

# judge_wrapper SYSTEM USER PROGRAM: whether NixOS will have that as a program that makes its caller root, and that user may run it.
judge_wrapper() {
  local script text mode owner
  script=$(sed -n "s/^ExecStart=\([^ ]*\).*/\1/p" "$1/etc/systemd/system/suid-sgid-wrappers.service" 2>/dev/null)
  text=$(cat "$1/activate" "$script" 2>/dev/null)
  case $text in *wrapperDir/*) ;; *) echo "unknown root which programs make root is not known" && return 1 ;; esac
  mode=$(printf "%s\n" "$text" | sed -n "s|^ *chmod \"\([^\"]*\)\" \"[^\"]*wrapperDir/$3\"\$|\1|p" | tail -n 1)
  owner=$(printf "%s\n" "$text" | sed -n "s|^ *chown \([^ ]*\) \"[^\"]*wrapperDir/$3\"\$|\1|p" | tail -n 1)
  if [ -z "$mode" ] || [ -z "$owner" ]; then echo "wrong root there is no $3" && return 1; fi
  : >/tmp/wrapper
  { chmod 0000 /tmp/wrapper && chown "$owner" /tmp/wrapper && chmod "$mode" /tmp/wrapper; } 2>/dev/null ||
    { echo "unknown root who may run $3 is not known" && return 1; }
  if as_user "$2" test -x /tmp/wrapper && [ -u /tmp/wrapper ]; then return; fi
  echo "wrong root $2 may not run $3, or becomes not root by it ($owner, $mode)"
  return 1
}

# judge_sudo SYSTEM USER BY: what sudo says itself.
judge_sudo() {
  local said rule items item asks allowed
  if [ ! -x "$1/sw/bin/sudo" ]; then echo "unknown root what sudo will say is not known" && return; fi
  said=$("$1/sw/bin/sudo" -l -U "$2" 2>&1 </dev/null)
  allowed=""
  case $said in
    *!requiretty*) ;;
    *requiretty* | *"must have a tty"*) echo "wrong root sudo wants a terminal of $2 (requiretty), and a deployment has none" && return ;;
  esac
  # The last rule that fits is the one that counts.
  for rule in $(printf "%s\n" "$said" | sed -n "s/^ *(\([^)]*\)) */\1=/p" | tr " " "_"); do
    case ${rule%%=*} in *ALL* | *root*) ;; *) continue ;; esac
    asks=yes
    case $said in *"!authenticate"*) asks=no ;; esac
    items=$(echo "${rule#*=}" | tr , " ")
    for item in $items; do
      case $item in *NOPASSWD:*) asks=no ;; *PASSWD:*) asks=yes ;; esac
      item=${item##*:}
      case ${item#_} in ALL) allowed=$asks ;; */sh | */bash) allowed=unknown ;; esac
    done
  done
  case $allowed-$3 in
    no-* | yes-secret) ;;
    yes-*) echo "wrong root sudo asks $2 for a password" ;;
    unknown-*) echo "unknown root what sudo will say is not known" ;;
    *) case $said in
      *"not allowed"* | *"may run"*) echo "wrong root sudo lets $2 not become root" ;;
      *) echo "unknown root what sudo will say is not known" ;;
    esac ;;
  esac
}

# Would the firewall of another system let this connection in? Its own scripts are run in a network of their own, and a connection is tried there.
# Such a script may do anything, so nothing else can be reached or written by it.

# judge_firewall SYSTEM FROM TO PORT NOW: NOW is the port of now.
judge_firewall() {
  local units scripts link path said
  units=$1/etc/systemd/system
  if is_wanted "$1" firewalld.service; then echo "unknown firewall what firewalld lets in is not known" && return; fi
  scripts=$(firewall_of "$1")
  if [ -z "$scripts" ]; then return; fi
  # The running system has let this connection in by these.
  if [ "$4" = "$5" ] && ! [ "$1" -ef /run/current-system ] && [ "$scripts" = "$(firewall_of /run/current-system)" ]; then return; fi
  link=$(ip -o route get "$2" from "$3" 2>/dev/null | sed -n "s/.* dev \([^ ]*\) .*/\1/p")
  path=$(sed -n "s/^Environment=\"PATH=\(.*\)\"\$/\1/p" "$units/firewall.service" "$units/nftables.service" 2>/dev/null | paste -s -d :)
  # shellcheck disable=SC2086
  said=$(limited unshare --mount --net --pid --fork --mount-proc sh -c "$program
\"\$@\"" sh try_packet "$link" "$2" "$3" "$4" "$path" $scripts)
  case $said in
    let-in) ;;
    shut-out) echo "wrong firewall the firewall does not let ssh in from $2 at port $4 of $link" ;;
    *) echo "unknown firewall whether the firewall lets ssh in could not be tried (${said:-no network of its own can be had})" ;;
  esac
}

# firewall_of SYSTEM: the scripts that load it.
firewall_of() {
  local unit
  for unit in firewall.service nftables.service; do
    if is_wanted "$1" "$unit"; then first_words ExecStart "$1/etc/systemd/system/$unit"; fi
  done
}

# first_words NAME FILE: the first word of each line NAME= of a unit, without what systemd reads before it.
first_words() { sed -n "s/^$1=[-@:+!]*\([^ ]*\).*/\1/p" "$2" | in_line; }

# try_packet LINK FROM TO PORT PATH SCRIPT...: in namespaces of its own: "let-in" or "shut-out", or what went wrong.
try_packet() {
  local link from to port path peer script wide try
  link=$1 from=$2 to=$3 port=$4 path=$5
  shift 5
  seal_off || { echo "what is there can not be made safe" && return; }
  case $link-$to in -* | *-fe80:*) echo "not for the way by which ssh came" && return ;; *:*) wide="/128 nodad" ;; *) wide=/32 ;; esac
  unshare --net sleep 30 &
  peer=$!
  for _ in 1 2 3 4 5 6 7 8 9 10; do if [ "/proc/$peer/ns/net" -ef /proc/self/ns/net ]; then sleep 0.02; fi; done
  # shellcheck disable=SC2086
  { ip link set lo up && ip link add "$link" type veth peer name hey netns "$peer" && ip address add "$to"$wide dev "$link" && ip link set "$link" up &&
    beyond "$peer" ip address add "$from"$wide dev hey && beyond "$peer" ip link set hey up && beyond "$peer" ip route add "$to" dev hey &&
    ip route add "$from" dev "$link" && : >/tmp/empty; } >/dev/null 2>&1 || { echo "no network like this one" && return; }
  # An sshd that lets nobody in listens.
  mkdir -p /run/sshd
  "$(command -v sshd)" -D -f /tmp/empty -h /tmp/key -o "ListenAddress=$to" -p "$port" -o PidFile=none -o MaxStartups=1 >/dev/null 2>&1 &
  for try in 1 2 3 4 5 6 7 8 9 10 none; do if gets_through "$peer" "$to" "$port"; then break; else sleep 0.02; fi; done
  if [ "$try" = none ]; then echo "no packet arrives" && return; fi
  for script in "$@"; do
    if (PATH=$path:$PATH timeout 5 "$script") >/dev/null 2>&1; then :; else echo "$script fails there" && return; fi
  done
  if gets_through "$peer" "$to" "$port" || gets_through "$peer" "$to" "$port"; then echo let-in; else echo shut-out; fi
}

# seal_off: from here on nothing can be written but /tmp, and nobody on this machine be told anything.
seal_off() {
  local place current
  current=$(readlink -f /run/current-system)
  { mount -t tmpfs hey /var/lib && mount -t tmpfs hey /run && ln -s "$current" /run/current-system && mkdir /var/lib/nftables &&
    mount --bind /proc/sys /proc/sys && mount -o remount,bind,ro /proc/sys; } || return 1
  cut -d " " -f 5 /proc/self/mountinfo | while read -r place; do
    case $place in /tmp | /tmp/* | /run | /run/* | /var/lib | /dev | /dev/* | /proc | /proc/*) ;; *) mount -o remount,bind,ro "$(printf "%b" "$place")" || return ;; esac
  done
}

# beyond PROCESS COMMAND...: at the other end of the link.
beyond() {
  local peer
  peer=$1
  shift
  nsenter -t "$peer" --net "$@"
}

# gets_through PROCESS ADDRESS PORT
gets_through() { beyond "$1" timeout 0.6 bash -c ": </dev/tcp/$2/$3" >/dev/null 2>&1; }

# Does the interface to which ssh comes keep its address under another system? Only what units and files name is judged; where the running system
# gives that address in another way, nothing is said.

# judge_network SYSTEM TO
judge_network() {
  local link was is
  if [ "$1" -ef /run/current-system ]; then return; fi
  link=$(ip -o address show to "$2" 2>/dev/null | sed -n "s/^[0-9]*: \([^ ]*\) .*/\1/p" | head -n 1)
  was=$(address_of /run/current-system "$link" "$2")
  is=$(address_of "$1" "$link" "$2")
  case $was-$is in
    kept-kept | lost-* | unknown-*) ;;
    kept-lost*) echo "wrong network ${is#lost }" ;;
    *) echo "unknown network whether $link keeps the address $2 is not known" ;;
  esac
}

# address_of SYSTEM LINK ADDRESS: kept, unknown, or "lost WHY".
address_of() {
  local units script file
  units=$1/etc/systemd/system
  if [ -z "$2" ]; then echo unknown && return; fi
  for file in dhcpcd.service NetworkManager.service connman.service network-manager.service; do
    if is_wanted "$1" "$file"; then echo unknown && return; fi
  done
  if is_wanted "$1" "network-addresses-$2.service"; then
    script=$(first_words ExecStart "$units/network-addresses-$2.service")
    # shellcheck disable=SC2086
    if grep -qF "\"$3/" $script 2>/dev/null; then echo kept; else echo "lost $2 gets another address than $3, to which ssh came"; fi
  elif is_wanted "$1" systemd-networkd.service; then
    file=$(network_file "$1" "$2")
    case $file in
      unknown) echo unknown ;;
      "") echo "lost no .network file of the new system is for $2, to which ssh came" ;;
      *) if grep -q "^Address=$3\(/\|\$\)" "$file"; then
        echo kept
      elif grep -qi "^DHCP=\(yes\|true\|ipv4\|ipv6\)" "$file"; then
        echo unknown
      else
        echo "lost $2 gets another address than $3, to which ssh came (${file##*/})"
      fi ;;
    esac
  elif [ -e "$units/network-setup.service" ]; then
    # A bridge or a bond may be given it by what is named otherwise.
    echo "lost nothing in the new system gives $2 the address $3, to which ssh came"
  else
    echo unknown
  fi
}

# network_file SYSTEM LINK: the first .network file that is for it; unknown where that goes by more than its name.
network_file() {
  local file match name
  for file in "$1"/etc/systemd/network/*.network; do
    [ -e "$file" ] || continue
    match=$(sed -n "/^\[Match\]/,/^\[[^M]/p" "$file" | grep "=" | head -n 20)
    case $match in
      Name=*) ;;
      *) echo unknown && return ;;
    esac
    if printf "%s\n" "$match" | grep -qv "^Name="; then echo unknown && return; fi
    for name in $(printf "%s\n" "$match" | sed "s/^Name=//"); do
      case $name in "!"*) echo unknown && return ;; esac
      # shellcheck disable=SC2254
      case $2 in $name) echo "$file" && return ;; esac
    done
  done
}

# A trial boot: the target boots the system once, and leaves the old one as what boots by default. Unless it is confirmed within so many
# seconds of that boot the unit of nixos/trial-boot.nix in it reboots.

# note_trial NAME VALUE. Ends: where that can not be written.
note_trial() { ln -s "$2" "$trial.new/$1" || not_armed "the disk can not be written to (is it full?)"; }

# end_trial_arming: takes away what was begun, unless it is armed.
end_trial_arming() {
  rm -f /run/hey/holder
  rm -rf "$trial.new"
  if [ -z "$armed" ] && [ -L "$trial/id" ]; then end_trial >&2; fi
}

# arm_trial: boots $system once, as the deployment $id, and leaves the old one as what boots by default. Sets: armed.
# Ends: where it can not, or may not.
arm_trial() {
  local number boot entry
  take_lock refuse_other
  refuse_switching
  mend_all >&2
  refuse_changed
  if [ -x "$system/bin/switch-to-configuration" ]; then :; else refuse 1 "$system did not arrive"; fi
  if [ -e "$system/etc/systemd/system/hey-trial.service" ]; then :; else refuse 1 "a trial boot needs a unit in $system that ends it; import nixos/trial-boot.nix of hey there"; fi
  if [ -x "$boots/bin/switch-to-configuration" ]; then :; else refuse 1 "what boots there can not be gone back to: $boots has no bin/switch-to-configuration"; fi
  if [ "$boots" = "$system" ]; then refuse 1 "$system boots by default already, so that no boot of it would go back; reboot it without --guard"; fi
  refuse_inhibited
  can_try
  number=$generation
  if [ "$number" = new ]; then number=$(($(generations | head -n 1) + 1)); fi
  armed=
  trap end_trial_arming EXIT
  trap "exit 129" HUP
  trap "exit 143" TERM
  # Who has lost the connection hears no more of it; what was begun is ended.
  trap "" PIPE
  umask 077
  read -r boot </proc/sys/kernel/random/boot_id
  rm -rf "$trial.new"
  mkdir "$trial.new"
  note_trial trial yes
  note_trial id "$id"
  note_trial boot "$boot"
  note_trial by "$held_by"
  note_trial prev "$boots"
  note_trial new "$system"
  note_trial seconds "$seconds"
  note_trial on-unit-failure "$on_unit_failure"
  note_trial generation "$number"
  if [ "$generation" = new ]; then note_trial made "$number"; fi
  note_trial bootloader "$bootloader"
  note_trial started yes
  note_trial status 0
  if finishing; then note_trial never-ends yes; fi
  if stored commit_apart "$id" "\"\${2-}\"" >"$trial.new/commit" && stored end_trial >"$trial.new/end" && failed_units >"$trial.new/failed" && : >"$trial.new/restarts" && mv -T "$trial.new" "$trial"; then :; else
    not_armed "the disk can not be written to (is it full?)"
  fi
  # A garbage collector that deletes old generations deletes this one too, as it is not the current one.
  if root new "$system" && root prev "$boots"; then :; else not_armed "the disk can not be written to (is it full?)"; fi
  # As nix makes a generation, but without the moment in which the profile is the new system.
  if [ "$generation" = new ]; then ln -s "$system" "$profile-$number-link" || not_armed "generation $number could not be made"; fi
  on_disk || not_armed "the disk can not be written to (is it full?)"
  NIXOS_NO_CHECK=1 NIXOS_INSTALL_BOOTLOADER=0 limited "$boots/bin/switch-to-configuration" boot >&2 || not_armed "the boot menu could not be written (is /boot full?)"
  boots_by_default "$boots" || not_armed "the boot menu does not boot $boots by default, which is what must come back (generations that NixOS lists in it, or a default of your own)"
  entry=$(entry_of "$system")
  [ -n "$entry" ] || not_armed "the boot menu has no entry for generation $number (how many does NixOS list in it?)"
  ln -s "$entry" "$trial/entry"
  # Before the boot loader knows: a boot of it without that note would stay.
  sync -f "$trial"
  boot_once "$entry" >&2 || not_armed "the boot loader did not take the entry $entry"
  [ "$(entry_once)" = "$entry" ] || not_armed "the boot loader has not kept the entry $entry"
  sync -f /boot
  ln -s "$(seconds_up)" "$trial/told" || not_armed "the disk can not be written to (is it full?)"
  echo "boot $boot"
  echo "prev $boots"
  tell_facts
  systemd-run --quiet --collect --no-ask-password --unit="hey-reboot-$id" --on-active=2s --timer-property=AccuracySec=100ms systemctl reboot -i 9>&- || not_armed "systemd did not take the reboot"
  armed=yes
}

# The guard on the target: it is armed before the activation, and takes the machine back by itself unless that is confirmed.

# not_armed WHY. Ends: always.
not_armed() { refuse 1 "it could not be armed: $1"; }

# The activation of a system that is there, as nixos-rebuild does it.

# set_profile SYSTEM GENERATION: the profile becomes that system: as the generation of that number, or as a "new" one.
set_profile() {
  if [ "$2" = new ]; then limited nix-env -p "$profile" --set "$1"; else limited nix-env -p "$profile" --switch-generation "$2"; fi
}

# How a guarded deployment stands, and its end: confirmed, or taken back.

# is_ready: whether the activation of the deployment in $dir has ended well and left nothing failed. Says what it waits for, if that may
# still come.
is_ready() {
  local new on failed now
  new=$(readlink "$dir/new")
  on=$(readlink "$dir/on-unit-failure")
  case $(readlink "$dir/status")$on in
    0* | 4warn) ;;
    4rollback) if units_decide; then return 1; fi ;;
    *) return 1 ;;
  esac
  now=$(readlink -e /run/current-system)
  if [ "$now" != "$new" ]; then
    if [ "$now" = "$(readlink "$dir/prev")" ]; then echo "waits /run/current-system is not yet $new"; else echo "waits another program has switched it to ${now:-nothing}"; fi
    return 1
  fi
  # Units may still fail then. Where the old system is never done with it, the new one need not be.
  if [ -L "$dir/trial" ] && [ "$on" = rollback ] && [ ! -L "$dir/never-ends" ] && finishing; then
    echo "waits it still starts its units"
    return 1
  fi
  if by_systemd; then
    if failed=$(failed_since "$dir"); then :; else
      echo "waits systemd does not say which units have failed"
      return 1
    fi
    failed=$(printf "%s\n" "$failed" | deciding)
    if [ -n "$failed" ]; then
      if [ "$on" = rollback ]; then
        echo "waits failed since the deployment began: $(printf "%s\n" "$failed" | listed)"
        return 1
      fi
      # With what the activation has named: units of users, say.
      ln -sfn "$({ readlink "$dir/units" | tr "," "\n" | grep -vxF "$unnamed"; printf "%s\n" "$failed"; } | listed)" "$dir/units"
    fi
  fi
}

# look_at_it: how the deployment $id stands, and whether it could be confirmed now. Changes nothing. Sets: dir.
look_at_it() {
  dir=/run/hey/$id
  if [ "$(progress)" = open ]; then is_ready || :; fi
  stands
  tell_facts
}

# say_how_it_stands. Ends: always, with 0.
say_how_it_stands() {
  if [ -L "/run/hey/past/$id/uncommitted" ]; then tail -n 5 "/run/hey/past/$id/log" >&2; fi
  stands
  tell_facts
  exit 0
}

# begin_commit: neither is cut by a connection: the verdict is one system call, and the commit runs apart.
begin_commit() {
  start_apart commit --property=OOMScoreAdjust=-1000
  # Until it holds its own lock, or is over.
  for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do
    if [ ! -d "$dir" ] || alive commit; then break; fi
    sleep 0.1
  done
}

# confirm_it LASTS: confirms the deployment $id, over a connection that proves that this machine can be reached, and commits it where LASTS
# is "commit". Sets: dir. Ends: always, saying how it stands.
confirm_it() {
  dir=/run/hey/$id
  # It may have been booted again.
  (umask 077 && mkdir -p /run/hey)
  exec 9>/run/hey/lock
  flock -w 10 9 || say_how_it_stands
  case $(progress) in
    open)
      is_ready || say_how_it_stands
      trap "" HUP INT PIPE TERM
      # The way back renames the same link: there is one winner.
      if [ "$1" = commit ]; then
        mv -T "$dir/open" "$dir/confirmed" 2>/dev/null || say_how_it_stands
        begin_commit
      else
        mv -T "$dir/open" "$dir/kept" 2>/dev/null || say_how_it_stands
        disarm
        archive
      fi
      ;;
    commit-cut)
      # Something has killed it. It can be done again from its beginning; the second time it is taken back.
      if ln -s yes "$dir/again" 2>/dev/null; then begin_commit; else sh "$dir/commit" "$id" undo >&2; fi
      ;;
  esac
  exec 9>&-
  # One that takes long is asked for again.
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    for _ in 1 2 3 4 5 6 7 8 9 10; do
      if [ ! -d "$dir" ] || ! alive commit; then break 2; fi
      sleep 0.1
    done
  done
  say_how_it_stands
}

# cancel_it WHY: ends the deployment $id now: back to what ran before. Waits for it. Sets: dir.
# Ends: always; with 0 where it is rolled back, or will be.
cancel_it() {
  local said rounds
  dir=/run/hey/$id
  # Who arms it holds the lock until that is done: the connection may have been lost in the middle.
  if [ -e /run/hey/lock ]; then flock -w 60 /run/hey/lock true || :; fi
  # A trial boot that has not begun: it may still be being armed.
  if [ ! -d "$dir" ] && [ "$(readlink "$trial/id")" = "$id" ]; then
    (umask 077 && mkdir -p /run/hey)
    exec 9>/run/hey/lock
    flock -w 60 9 || :
    case $(trial_progress) in
      starting) systemctl reboot -i 9>&- ;;
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
      if [ ! -d "$dir" ] || [ -L "$dir/rebooting" ] || { [ -L "$dir/trial" ] && [ "$(progress)" = going-back ]; }; then break 2; fi
      sleep 0.1
    done
  done
  # It is known by then that it goes on by itself; an old system that takes its time is waited for, but not a lock that another program holds.
  rounds=0
  while [ -d "$dir" ] && alive rollback && [ ! -L "$dir/held" ] && [ ! -L "$dir/rebooting" ] && [ "$rounds" -lt 600 ]; do
    rounds=$((rounds + 1))
    sleep 0.5
  done
  said=$(stands)
  printf "%s\n" "$said"
  tell_facts
  if printf "%s\n" "$said" | grep -q "^held "; then exit 1; fi
  case $said in "stands rolled-back"* | "stands going-back"* | "stands not-activated"*) exit 0 ;; *) exit 1 ;; esac
}

# recover_it: after a power cut in a moment in which the deployment $id may have been writing the boot menu. That is written anew in any case:
# it may be in two halves also where nothing on this disk tells of it. Sets: dir.
recover_it() {
  local failed
  dir=/run/hey/$id
  take_lock
  failed=
  if unmended; then mend_all >&2; else boot_entry "$(readlink -e "$profile")" >&2 || failed=yes; fi
  if [ -n "$failed" ] || unmended; then echo "unmended yes"; fi
  tell_facts
}

# hear_check: takes what a check says, and keeps 64 KiB of it: /run is small. Sets: said, hearer.
hear_check() {
  said=/dev/null
  hearer=
  rm -f "$dir/said" "$dir/check"
  if mkfifo "$dir/said" 2>/dev/null; then
    said=$dir/said
    { head -c 65536 >"$dir/check" && cat >/dev/null; } <"$said" >/dev/null 2>&1 &
    hearer=$!
  fi
}

# tell_check: what it has said. What it has left running may hold its output open, and is not waited for.
tell_check() {
  for _ in 1 2 3 4 5; do if [ -n "$hearer" ] && kill -0 "$hearer" 2>/dev/null; then sleep 0.1; fi; done
  if [ -n "$hearer" ]; then cat "$dir/check" >&2; fi
  rm -f "$dir/said" "$dir/check"
}

# check_remotely COMMAND...: runs these checks, shell commands, until one fails. Decides nothing: this connection may be dead when they end.
# Sets: dir, said, hearer.
check_remotely() {
  local check rest checked
  dir=/run/hey/$id
  for check in "$@"; do
    rest=$(($(readlink "$dir/deadline") - $(seconds_up)))
    checked=0
    hear_check
    timeout -k 2 "$([ "$rest" -gt 0 ] && echo "$rest" || echo 1)" sh -c "$check" </dev/null >"$said" 2>&1 || checked=$?
    # It has gone back, and is over: that is not the fault of this check.
    if [ ! -d "$dir" ]; then
      echo "over yes"
      break
    fi
    tell_check
    if [ "$checked" -ne 0 ]; then
      printf "waits --check-remote failed (status %s): %s\n" "$checked" "$check"
      break
    fi
  done
}
'

# ---- lib/shell/here/run.sh -----------------------------------------------------------------------
# The beginning and the end of every script.

# step WORDS...: says what is done now, or how it ended. Sets: said.
step() { said="$*"; printf "%s\n" "$verb: $said" >&2 || :; }

# stop WORDS...: says why, and ends the script. Ends: always, with 1.
stop() { step "$@" && exit 1; }

# give_up STATUS WORDS: ends the script, and says that last. Sets: last_words. Ends: always, with that status.
give_up() { last_words=$2 && exit "$1"; }

# at_end FUNCTION: has it called when the script ends, however it ends; the last one that was added goes first. Sets: hooks.
at_end() { hooks="$1 $hooks"; }

# at_last FUNCTION: the same, behind all others. Sets: hooks.
at_last() { hooks="$hooks $1"; }

# begin: from here on one function ends the script, whatever ends it. Sets: said, hooks, last_words, facts, from, changed, tmp, left_open,
# status, ending.
begin() {
  said='' hooks='' last_words='' facts='' from='' changed='' tmp='' left_open='' status=0 ending=''
  at_end say_last_words
  trap 'status=$?; end_run' EXIT
  trap "exit 129" HUP; trap "exit 130" INT; trap "exit 131" QUIT; trap "exit 141" PIPE; trap "exit 143" TERM
}

# end_run: what was added by at_end. A further signal cuts neither that short nor what it calls: a host would be left half-way, and a file here.
# Sets: ending.
end_run() {
  local hook
  trap "" HUP INT QUIT PIPE TERM
  ending=yes
  for hook in $hooks; do "$hook" || :; done
}

# say_last_words: what is true of the target, and what to type, where the script ended before its end.
say_last_words() { if [ "$status" -gt 0 ] && [ -n "$last_words" ]; then step "$last_words"; fi; }

# clean_up: takes the private directories away.
clean_up() {
  # A connection that is left open needs its place.
  if [ -n "$left_open" ]; then find "$tmp" -mindepth 1 ! -name ssh -exec rm -rf {} +; elif [ -n "$tmp" ]; then rm -rf "$tmp"; fi || :
}

begin
encode_program
keep_log
main
end of ops-deploy
