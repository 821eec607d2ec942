# $ ops-deploy.ts vps-ultraman vps_ultraman_root --backend nix
/bin/sh /dev/fd/3 3<<'end of ops-deploy'
# $ /path/to/hey/scripts/ops-deploy.ts vps-ultraman vps_ultraman_root --backend nix
# host vps-ultraman, target root@vps_ultraman_root
#
#  1. connect by ssh                                                                                  here and there  exit 1
#  2. ask it: may it be changed, is there room, is nobody else at it?                                 there           exit 1, 13
#  3. build vps-ultraman                                                                              here            exit 1, or nix's
#  4. copy what is missing there, if it is the right machine by name and host key (--rename: or not)  here and there  exit 1, or nix's
#  5. would this login still work? the new system's own programs say so                               there           exit 17
#  6. switch it: profile, boot menu, switch-to-configuration switch                                   there           exit 1, 4, 13
#  7. log in once more: it must not be locked out                                                     here and there  exit 16
exec 3<&-
(: 4>&2) || exec 2>/dev/null; (: 4<&0) 2>/dev/null || exec </dev/null; (: 4>&1) 2>/dev/null || exec >/dev/null
set +abCmvx -euf
unset IFS
if command -v declare >/dev/null 2>&1 && [ -n "${SHELLOPTS-}" ]; then eval 'unset -f $(declare -F | command sed "s/.* //"); export -n SHELLOPTS'; fi

main() {
  connect                     # ssh: one connection for all that follows
  ask_target has_room         # ask it: may it be changed, is there room, is nobody else at it?
  expect_silence              # nix can copy only where the login prints nothing of its own

  step 'build vps-ultraman'
  nix --extra-experimental-features 'nix-command flakes' build --show-trace --out-link "$tmp/system" '.#nixosConfigurations."vps-ultraman".config.system.build.toplevel'
  take_built_system           # $system
  if already_so runs boots; then
    return
  fi
  require_machine_of_system   # is it the host that is meant? else nothing is sent

  step "copy to root@vps_ultraman_root"
  copy_closure nix --extra-experimental-features 'nix-command flakes' copy --to ssh://root@vps_ultraman_root "$system"
  judge_there none switch     # would this login still work?
  activate_there switch       # profile, boot menu, switch-to-configuration switch
}

# ---- this run ------------------------------------------------------------------------------------
verb='ops-deploy'             # who speaks
host='vps-ultraman'           # its name in the flake
target='root@vps_ultraman_root'  # what ssh is given
where='vps_ultraman_root'     # the same, in lines to type
type_shell='/path/to/hey/scripts/ops-ssh.ts'  # the line to type for a command there, up to TARGET
type_reboot='/path/to/hey/scripts/ops-reboot.ts vps-ultraman vps_ultraman_root'  # the line to type for a reboot
ssh_options='-T -a -x -k -o RemoteCommand=none -o PermitLocalCommand=no -o ClearAllForwardings=yes -o Tunnel=no -o LogLevel=INFO -o VisualHostKey=no -o EscapeChar=none -o SessionType=default -o StdinNull=no -o ForkAfterAuthentication=no -o ControlMaster=auto -o ControlPersist=15m -o ConnectTimeout=10 -o ServerAliveInterval=5 -o ServerAliveCountMax=6'  # ssh's words for the one connection of the run
nix_options=''                # the same as nix reads them, where that is in other words
new_options='-o ControlMaster=no -o ControlPath=none -o ConnectTimeout=10 -o ServerAliveInterval=5 -o ServerAliveCountMax=3 -T -a -x -k -o RemoteCommand=none -o PermitLocalCommand=no -o ClearAllForwardings=yes -o Tunnel=no -o LogLevel=INFO -o VisualHostKey=no -o EscapeChar=none -o SessionType=default -o StdinNull=no -o ForkAfterAuthentication=no'  # ssh's words for a new connection
with_tty=''                   # " -t", in lines to type, where root is become
type_become=''                # the words before a command there, in lines to type
type_rollback='/path/to/hey/scripts/ops-rollback.ts vps-ultraman vps_ultraman_root'  # the line to type for a rollback
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
by='' last_deployed='' first_seen='' agreed='' system=''  # not known yet

# for_target: what each function there is given.
for_target() {
  assigned force "$force" bootloader "$bootloader" generation "$generation" by "$by" last_deployed "$last_deployed" \
    first_seen "$first_seen" agreed "$agreed" system "$system"
}

# ---- lib/shell/here/connect-root.sh --------------------------------------------------------------
# ssh goes as root.

# there NAME WORD...: calls that function on the target, as root, over the one connection of this run.
there() { reach "$target" -- "$(far "$@")"; }

# there_again NAME WORD...: the same by a login like the first one, which may be asked something at a terminal.
there_again() { log_in_anew "$target" -- "$(far "$@")" </dev/null; }

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

# known_standing: the same behind other words, where it is known.
known_standing() { if [ -n "$(fact runs)" ]; then printf "%s" "; $(standing)"; fi; }

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

# ---- lib/shell/here/activate.sh ------------------------------------------------------------------
# The activation, without a guard.

# activate_there ACTION [OR_BOOT]: activates $to_activate there: the system, or a specialisation of it. With OR_BOOT, where a reboot follows, one
# that can't be switched to while the host runs becomes what boots. Sets: last_words, changed, facts, agreed, first_seen, prev, how, why_not.
# Ends: where that failed, or this machine can't log in any more.
activate_there() {
  local action="$1" status="0" goes_on instead
  why_not=
  step "$action on $target"
  goes_on="what was started there goes on by itself. Look: $type_shell $where readlink /run/current-system; then type the same line again"
  last_words="interrupted: $goes_on"
  changed=yes
  prev=$(fact runs)
  case $action in switch | test) record "$prev" "$to_activate" ;; esac
  facts=$(heard "$lane_timeout" there activate_system "$action" "$to_activate" </dev/null) || status=$?
  take_activated "$status"
  if [ "$(fact inhibited)" = yes ] && [ -n "${2-}" ]; then
    step "it can't be switched to while the host runs, so it is made what boots"
    action=boot agreed='' first_seen='' status=0 changed=yes
    facts=$(heard "$lane_timeout" there activate_system "$action" "$to_activate" </dev/null) || status=$?
    take_activated "$status"
  fi
  case $action-$status-$(fact runs) in
    dry-activate-* | *-124-) ;;
    *-)
      status=0
      see_end "$action" || status=1
      ;;
  esac
  case $action-$(fact runs) in dry-activate-* | *-) ;; *) record "$(fact runs)" ;; esac
  # Without facts it is ssh's status; any other is the activation's own.
  case $status-$(fact inhibited)-$(fact runs) in
    *-)
      how="the connection was lost in the middle"
      last_words="the connection to $target was lost in the middle: $goes_on"
      if [ "$status" -eq 124 ]; then
        how="the activation has not ended in time"
        last_words="$target was given up on, as its activation has not ended within $lane_timeout s: $goes_on"
      fi
      status=1
      ;;
    0-*) last_words="$(standing)$(owed)" ;;
    4-*) last_words="$how (status 4); $(standing)$(owed). Look: $type_shell $where systemctl --failed" ;;
    *-yes-*)
      if [ "$(fact_number program) $(fact boots)" = "100 $system" ]; then
        last_words="it takes effect at the next boot, as its init is another one (status $status); $(standing). Then: $type_reboot"
      else
        case $action in test) instead="--boot in place of --test" ;; *) instead="--or-boot, or --boot --reboot" ;; esac
        last_words="it can't be switched to while the host runs (status $status); $(standing). Type the same line with $instead"
      fi
      ;;
    *) last_words="$how (status $status); $(standing)$(unmended_words). Look at what it said; then type the same line again" ;;
  esac
  case $action$(fact inhibited)$(fact untouched) in switch | test) still_in "$action" ;; esac
  if [ "$status" -gt 0 ]; then exit "$status"; fi
  step "$last_words"
  last_words=
}

# take_activated STATUS: the activation is over, or the connection to it is: what came of it. Only who has heard from the target knows that.
# Sets: changed, last_words, how. Ends: where nothing was changed.
take_activated() {
  local program
  if [ -n "$(fact refused)" ] || { [ -z "$(fact begun)" ] && [ -n "$(fact inhibited)" ]; }; then changed=; fi
  stop_if_refused "$1" "$(known_standing)"
  if [ -z "$(fact begun)$(fact inhibited)" ] && [ "$1" -gt 0 ] && [ "$1" -lt 128 ] && [ "$1" -ne 124 ]; then
    changed=
    give_up "$1" "the activation could not begin; nothing was changed on $target (status $1)"
  fi
  how=$(fact why)
  case $1 in
    0) how=activated ;;
    4) how="activated, but some units failed: $(fact units)" ;;
    *)
      how=${how:-the activation failed}
      program=$(fact_number program)
      case $program in "" | "$1") ;; *) how="$how, as NixOS's program ended with $program" ;; esac
      if [ -n "$(fact untouched)" ]; then how="$how, and nothing was activated"; fi
      ;;
  esac
}

# see_end ACTION: the connection was lost in the middle. Over a new one waits for the end of what was begun there, and takes what came of it. Its
# status: 0 where all is as it was to become. Sets: why_not, facts, how.
see_end() {
  step "the connection to $target was lost in the middle; log in once more, and wait for the end of what was begun there"
  logs_in || return 1
  facts=$(heard "$lane_timeout" there_again tell_end 2>/dev/null) || facts=
  how="the connection was lost in the middle, and the activation there has failed"
  case $1 in boot) ;; *) if [ "$(fact runs)" != "$to_activate" ] || [ -n "$(fact failed)" ]; then return 1; fi ;; esac
  case $1-$(fact boots) in test-* | *-"$system" | *-"$to_activate") how=activated ;; *) return 1 ;; esac
}

# unmended_words: for a last line, where the boot menu could not be written again.
unmended_words() { if [ -n "$(fact unmended)" ]; then echo "; $(not_bootable)"; fi; }

# ---- lib/shell/here/still-in.sh ------------------------------------------------------------------
# Can this machine still log in, after what was activated there? The first connection outlives a lock-out, and would hide it.

# log_in_anew WORD...: a login like the first one, which may be asked for something again. (-S in NIX_SSHOPTS would win over ControlPath.)
log_in_anew() {
  eval "set -- $new_options -S none \"\$@\""
  at_either_port "$@"
}

# logs_in: whether a new connection comes to run something there. Sets: why_not.
logs_in() {
  local until_when booted status
  clock
  until_when=$((now + 15))
  while :; do
    status=0
    booted=$(heard 60 there_again tell_boot 2>"$tmp/said") || status=$?
    if printf "%s\n" "$booted" | grep "^boot ." >/dev/null; then break; fi
    clock
    # An sshd that starts again is there in a moment; one that has refused the login stays at it.
    if [ "$status" -ne 255 ] || [ "$now" -ge "$until_when" ] ||
      grep -q -e "Permission denied" -e "Host key verification failed" "$tmp/said"; then
      why_not=$(tail -n 1 "$tmp/said" | LC_ALL=C tr -cd " -~" | cut -c 1-400)
      if [ "$status" = 124 ]; then why_not="it took longer than 60 s"; fi
      return 1
    fi
    sleep 1
  done
}

# still_works: whether the first connection still does, and becomes root.
still_works() { heard 5 there true </dev/null >/dev/null 2>&1; }

# still_in ACTION: ends where it can't, with how to go on. The first connection is left open then: it may be the only way in.
# Sets: last_words, left_open. Ends: where it can't.
still_in() {
  local onward old_system
  if [ -z "$why_not" ]; then
    step "log in to $target once more"
    if logs_in; then return 0; fi
  fi
  onward=". Look at its console"
  if [ -n "$(fact runs)" ]; then
    # Who takes it back over that connection has changed what nobody else has.
    record "$prev" "$(fact runs)"
    if still_works; then
      left_open=yes
      onward=". The first connection works for 15 minutes more: ssh$with_tty -S $tmp/ssh $target"
      # What the target has said of itself becomes part of a command.
      old_system=$(store_path "$prev")
      if [ -n "$old_system" ] && [ "$prev" != "$(fact runs)" ]; then
        onward=". The first connection works for 15 minutes more, and takes it back: ssh$with_tty -S $tmp/ssh $target $type_become$old_system/bin/switch-to-configuration test"
        if [ "$1" = switch ] && [ -n "$from" ]; then onward="$onward; then: $type_rollback --to $from"; fi
      fi
    fi
    if [ "$(fact boots)" != "$(fact runs)" ]; then onward="$onward. A reboot brings $(fact boots)"; fi
  fi
  give_up 16 "$how; a new connection to $target failed: ${why_not:-without a word} (status 16)$(known_standing)$onward"
}

# ---- lib/shell/here/verdict.sh -------------------------------------------------------------------
# How a guarded deployment ended, by what the target says.

# not_bootable: that it may not boot.
not_bootable() { echo "its boot menu could not be written, and it is not certain that it boots. Make room there (/, /boot), then: $type_reboot"; }

# ---- on the target -------------------------------------------------------------------------------
on_target='set -u

# What room is left where a deployment writes.

# What is mounted.
mounted=/proc/mounts

# esps: where the partitions are mounted from which the firmware boots, a line each: a configuration may have them anywhere.
esps() {
  local at type
  while read -r _ at type _; do
    case $type in vfat | msdos) if [ -d "$at/EFI" ]; then echo "$at"; fi ;; esac
  done <"$mounted"
}

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

# unmended: whether a commit, or a trial boot, has left something to be put right.
unmended() { [ -L "$marker" ] || [ -L "$trial/id" ]; }

# shell_of SYSTEM: its shell. What an activation puts at /bin/sh may be the very thing that is broken.
shell_of() { if [ -x "$1/sw/bin/sh" ]; then echo "$1/sw/bin/sh"; else echo /bin/sh; fi; }

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

# Whether an activation can begin: asked before the profile moves.

# The unit in which the programs of NixOS activate a system, and hey does.
switch_unit="nixos-rebuild-switch-to-configuration"

# refuse_activating. Ends: where that unit goes on.
refuse_activating() {
  if by_systemd && goes_on "$switch_unit.service"; then refuse 13 "another activation goes on there, as the unit $switch_unit$(how_to_end)"; fi
}

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

# tell_end: of an activation of hey without a guard whose reader has lost the connection: waits for its end, and tells what runs and boots.
tell_end() {
  # Who has started it puts back what is to be put back, and holds the lock until then. After a reboot there is none.
  while own_activation >/dev/null || { [ -e /run/hey/lock ] && ! flock -n /run/hey/lock true; }; do sleep 0.2; done
  tell_facts
}

# refuse_unready ACTION SYSTEM. Ends: where that system can not be activated so.
refuse_unready() {
  case $1 in switch | boot | test) refuse_unchecked "$1" "$2" ;; esac
  case $1 in switch | boot) refuse_no_room "$2" ;; esac
}

# can_check SYSTEM: whether its program can check and do no more (NixOS 24.11 on): then its usage says so.
can_check() { limited "$1/bin/switch-to-configuration" 2>&1 </dev/null 9>&- | grep -q "[[|]check[]|]"; }

# refuse_unchecked ACTION SYSTEM. Ends: where its checks before a switch fail.
refuse_unchecked() {
  local status="0"
  can_check "$2" || return 0
  limited env -i PATH="$PATH" LOCALE_ARCHIVE="$(locale_archive)" NIXOS_INSTALL_BOOTLOADER=0 "$2/bin/switch-to-configuration" check \
    >"$dir/log" 2>&1 </dev/null 9>&- || status=$?
  if [ "$status" -eq 0 ]; then return; fi
  # It says nothing of what boots; the activation does.
  if inhibited "$status" "$dir/log" && [ "$1" = boot ]; then return; fi
  cat "$dir/log" >&2
  echo "program $status"
  if lock_was_held; then refuse 13 "another program is switching it, and holds the lock of NixOS"; fi
  if inhibited "$status" "$dir/log"; then
    echo "inhibited yes"
    tell_facts
    exit 1
  fi
  tell_facts
  if [ "$status" -eq 124 ]; then refuse 1 "the checks of the new system before a switch have not ended in time"; fi
  # Which one it is stands before the last line of the program itself.
  refuse 1 "the new system refuses to be switched to: $(grep . "$dir/log" | grep -vx "Pre-switch checks failed" | tail -n 1)"
}

# kernels_in_boot: the directory from which the boot loader takes the kernels: on the partition of the firmware, or in /boot.
kernels_in_boot() {
  local at
  for at in $(esps | sed "s,$,/EFI/nixos,") /boot/EFI/nixos /boot/kernels; do
    if [ -d "$at" ]; then echo "$at" && return; fi
  done
  return 1
}

# refuse_no_room SYSTEM. Ends: where the directory of /boot that has the kernels can not take those of that system, whatever NixOS removes there.
refuse_no_room() {
  local kernels needed="0" part file free spare number kept listed size
  kernels=$(kernels_in_boot) || return 0
  # It names them as here, or nothing is known of it.
  if [ ! -e "$kernels/$(name_in_boot /run/booted-system/kernel "$kernels")" ]; then return; fi
  for part in kernel initrd; do
    file=$(readlink -e "$1/$part") || return 0
    if [ ! -e "$kernels/$(name_in_boot "$file" "$kernels")" ]; then needed=$((needed + $(stat -c %s "$file") / 1024 + 1)); fi
  done
  free=$(left_on -k "$kernels" | cut -d " " -f 3)
  if [ "${free:-$needed}" -ge "$needed" ]; then return; fi
  spare=0
  # For systemd-boot NixOS first removes what no generation needs that it lists; for GRUB it does so last.
  if [ "${kernels%/EFI/nixos}" != "$kernels" ]; then
    listed=0
    for file in "${kernels%/EFI/nixos}"/loader/entries/nixos-*.conf; do case $file in *-specialisation-*) ;; *) listed=$((listed + 1)) ;; esac; done
    kept=" "
    for number in $(generations | head -n "$((listed - 1))"); do
      for part in kernel initrd; do kept="$kept$(name_in_boot "$profile-$number-link/$part" "$kernels") "; done
    done
    spare=$(stat -c "%s %n" "$kernels"/* | {
      while read -r size file; do
        case $kept in *" ${file##*/} "*) ;; *) spare=$((spare + size / 1024)) ;; esac
      done
      echo "$spare"
    })
  fi
  if [ "$((free + spare))" -ge "$needed" ]; then return; fi
  tell_facts
  kernels=${kernels%/EFI/nixos}
  refuse 1 "${kernels%/kernels} has no room for the kernel and the initrd of the new system ($free KiB left, $needed needed); make room first: nix-collect-garbage --delete-older-than 14d"
}

# name_in_boot FILE DIR: how NixOS calls that file of a system in that directory of /boot: after its place in the store.
name_in_boot() {
  local name
  name=$(readlink -e "$1") || return 0
  name=${name#/nix/store/}
  name="${name%%/*}-${name##*/}"
  case $2 in /boot/EFI/*) echo "$name.efi" ;; *) echo "$name" ;; esac
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

# What a trial boot needs of the boot loader: an entry for the system that is tried, that it is booted once, and that the old system is
# what boots by default.

# What GRUB boots by, where it is the boot loader.
grub_cfg=/boot/grub/grub.cfg

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

# The activation of a system that is there, as nixos-rebuild does it.

# set_profile SYSTEM GENERATION: the profile becomes that system: as the generation of that number, or as a "new" one.
set_profile() {
  if [ "$2" = new ]; then limited nix-env -p "$profile" --set "$1"; else limited nix-env -p "$profile" --switch-generation "$2"; fi
}

# activate_system ACTION SYSTEM: takes the lock, sets the profile to $system, and activates SYSTEM: that, or a specialisation of it. The
# activation runs on when the connection is lost, even where it would write: its output goes to a file, and only the reader of that file
# hangs on the connection. Where nothing was activated the profile is put back. Sets: dir, job. Ends: always, with a status of hey itself.
activate_system() {
  local action="$1" status why="" said
  set -e
  # The second must not set a profile that it then can not activate.
  take_lock refuse_other
  refuse_switching
  refuse_activating
  refuse_changed
  # A garbage collector may have come by while somebody was asked.
  if [ -x "$2/bin/switch-to-configuration" ]; then :; else refuse 1 "$2 is not there any more"; fi
  # In files, as systemd may spoil a "$" in a command; and before anything is changed, as /run may be full.
  dir=$(mktemp -d /run/hey-activation.XXXXXX) || refuse 1 "no directory can be made in /run there (is it full?)"
  if printf "" >"$dir/log" && stored switch_noting "\"\$@\"" >"$dir/run"; then :; else
    rm -rf "$dir"
    refuse 1 "/run can not be written to there (is it full?)"
  fi
  (refuse_unready "$action" "$2") || {
    status=$?
    rm -rf "$dir"
    exit "$status"
  }
  echo "begun yes"
  case $action in switch | boot) take_profile ;; esac
  if start_switch "$2" "$action"; then
    tail -n +1 -s 0.02 --pid="$job" -f "$dir/log" >&2 9>&- &
  else
    why="the activation could not be started (does another one run there?)"
  fi
  # Who has lost the connection hears no more of it; what was begun comes to its end all the same.
  trap "" PIPE
  wait
  said=$(what_came_of "$action" "$(readlink "$dir/status" || echo none)" "$why")
  status=${said##*ends }
  case $action-$said in
    switch-*"untouched yes"* | boot-*"untouched yes"*) put_back >&2 || : ;;
    # What runs now has not come up as it should: it is not what it would be by another deployment of the same.
    switch-* | test-*) if [ "$status" -eq 0 ]; then rm -f /run/hey/failed /run/hey/keys; else ln -sfn "$2" /run/hey/failed; fi ;;
  esac
  if [ -e "$dir/unmended" ]; then
    said="unmended yes
$said"
  else
    case $action in switch | boot) if menu_on_disk; then rm -f "$marker"; fi ;; esac
  fi
  rm -rf "$dir"
  printf "%s\n" "${said%ends *}"
  tell_facts
  exit "$status"
}

# what_came_of ACTION ENDED WHY: facts of an activation in which the program of NixOS ended with that status, or with none; and last the status of hey
# for it.
what_came_of() {
  local status="1" why="$3" untouched=""
  if [ "$2" != 0 ] && nothing_activated "$1" "$runs" "$dir/log"; then untouched=yes; fi
  case $2-$untouched in
    0-*) status=0 ;;
    4-*)
      status=4
      echo "units $(units_in "$dir/log")"
      ;;
    100-yes)
      # Another init: the program has written the boot menu, where that was asked for, and leaves the rest to the next boot.
      echo "inhibited yes"
      if [ "$1" != boot ]; then untouched=""; fi
      ;;
    # By a signal, to the unit or to the program alone.
    none-* | 129-* | 1[3-8]?-* | 19[0-2]-*) why=${why:-the activation was cut before its end} ;;
    *-yes)
      if lock_was_held; then
        status=13
        why="another program has taken the lock of NixOS meanwhile"
      elif grep -q "^Failed to install bootloader" "$dir/log"; then
        why="the boot loader could not be installed (is /boot full?)"
      fi
      ;;
  esac
  if inhibited "$2" "$dir/log"; then echo "inhibited yes"; elif [ -n "$why" ]; then echo "why $why"; fi
  if [ -n "$untouched" ]; then echo "untouched yes"; fi
  case $2-$why in 0-* | none-* | *" was cut "*) ;; *) echo "program $2" ;; esac
  echo "ends $status"
}

# nothing_activated ACTION OLD LOG: whether an activation that has failed has begun with nothing but the boot menu. Only then is the profile
# put back. The log has its words only where there was room for them: then there is some for one more byte.
nothing_activated() {
  case $1 in
    boot) true ;;
    *)
      [ "$(readlink -e /run/current-system)" = "$2" ] && echo 2>/dev/null >>"$3" &&
        ! grep -q -e "^stopping the following " -e "^NOT restarting the following " -e "^activating the configuration" "$3"
      ;;
  esac
}

# lock_was_held: whether the program of NixOS has ended as another one held its lock.
lock_was_held() { [ "$(head -n 1 "$dir/log")" = "Could not acquire lock" ]; }

# take_profile: the profile becomes $system; until the boot menu is on the disk that is noted there, as of a guarded one. Ends: where it could
# not be set.
take_profile() {
  local before
  # Over, as the lock was given; but it may be what is booted once. What armed it knows how to end it.
  if [ -L "$trial/id" ] && ! sh "$trial/end" >&2; then
    rm -rf "$dir"
    refuse 1 "what a trial boot has left there can not be cleared away (is /boot full?)"
  fi
  before=$(readlink "$profile") || :
  rm -f "$marker"
  if ln -s "unguarded $system $before $(generations | head -n 1)" "$marker" && set_profile "$system" "$generation" >&2; then :; else
    if [ "$(readlink "$profile")" = "$before" ]; then
      rm -rf "$dir" "$marker"
      tell_facts
      refuse 1 "its profile could not be set (disk full?)"
    fi
    put_back >&2 || :
    rm -rf "$dir"
    echo "why nix-env failed behind the new profile, and nothing was activated"
    tell_facts
    exit 1
  fi
  on_disk || :
}

# put_back: the profile, and what boots, are what they were before take_profile, unless somebody else has changed that since. Where the boot
# menu can not be written, the note on the disk stays, and "unmended" in $dir.
put_back() {
  if [ "$(readlink -e "$profile")" != "$system" ]; then return; fi
  uncommit_profile
  # Who was refused the lock has not written the boot menu.
  if lock_was_held; then return; fi
  boot_entry "$(readlink -e "$profile")" 9>&- || : >"$dir/unmended"
}

# switch_noting SYSTEM ACTION PATH DIR [BOOTED]: the activation, as its file "run"; with BOOTED that becomes what boots, when SYSTEM runs. The
# status is noted on the spot: systemd-run --wait says 0 too where D-Bus goes away, and where SIGTERM ends the unit. The note is made by the
# ln of the system that runs now; the activation itself has the PATH that it would have without it. Ends: always.
switch_noting() {
  local status="0"
  ln -s "$$" "$4/process"
  "$1/bin/switch-to-configuration" "$2" || status=$?
  case $status in
    0 | 2 | 4) if [ -z "${5-}" ] || "$5/bin/switch-to-configuration" "boot"; then :; else status=1; fi ;;
  esac
  PATH=$3
  ln -s "$status" "$4/status"
  exit "$status"
}

# run_by SYSTEM ACTION COMMAND...: the file "run", by that command. The menu of systemd-boot has the generations: a specialisation that is
# switched to would leave in it what boots as it was.
run_by() {
  local what="$1" action="$2" booted=""
  shift 2
  if [ "$action" = switch ] && [ "$what" != "$system" ] && by_systemd_boot; then
    action="test"
    booted=$system
  fi
  "$@" "$(shell_of "$runs")" "$dir/run" "$what" "$action" "$runs/sw/bin:$PATH" "$dir" "$booted" 9>&-
}

# start_switch SYSTEM ACTION: starts it, as a process or a unit of its own. Sets: job.
start_switch() {
  if ! by_systemd; then
    run_by "$1" "$2" env -i PATH="$PATH" LOCALE_ARCHIVE="$(locale_archive)" NIXOS_INSTALL_BOOTLOADER="$bootloader" setsid >"$dir/log" 2>&1 </dev/null &
    job=$!
    return 0
  fi
  run_by "$1" "$2" systemd-run --quiet --collect --no-ask-password --service-type=exec --unit="$switch_unit" \
    --setenv=LOCALE_ARCHIVE="$(locale_archive)" --setenv=NIXOS_INSTALL_BOOTLOADER="$bootloader" \
    --property=StandardOutput="append:$dir/log" --property=StandardError="append:$dir/log" >&2 || return 1
  await_unit "$switch_unit.service" &
  job=$!
}

# await_unit UNIT: until it has ended. systemd is asked when its process is gone.
await_unit() {
  local pid
  pid=$(main_process "$1")
  # It ends early where who reads what it says has gone.
  if [ "${pid:-0}" -gt 0 ]; then tail -s 0.02 --pid="$pid" -f /dev/null >/dev/null 2>&1 || :; fi
  while goes_on "$1"; do sleep 0.05; done
}

# The rollback, which runs with nobody there. It must go also where nothing can be written.

# give_verdict: the deployment in $dir is rolled back, unless another verdict was given.
give_verdict() { mv -T "$dir/open" "$dir/rolled-back" 2>/dev/null; }

# The last step of a guarded deployment: the system becomes what boots. And what puts right a commit or a trial boot that was cut short.

# on_disk: a power cut can leave the boot menu in two halves, and fsck empties what it finds so. Before the menu is written, the disk has all
# that tells of it and all that it boots. What tells of it goes only when the disk has the menu.
on_disk() { sync -f /nix/var/nix /nix/store; }

# menu_on_disk: the boot menu is.
menu_on_disk() { [ ! -d /boot ] || sync -f /boot; }

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
