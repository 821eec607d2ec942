# $ ops-reboot.ts vps-ultraman vps_ultraman_root
/bin/sh /dev/fd/3 3<<'end of ops-reboot'
# $ /path/to/hey/scripts/ops-reboot.ts vps-ultraman vps_ultraman_root
# host vps-ultraman, target root@vps_ultraman_root
#
#  1. connect by ssh                                                            here and there  exit 1
#  2. ask it who it is                                                          there           exit 1
#  3. go on if it is the right machine by name and host key (--rename: or not)  here and there  exit 1
#  4. reboot it, and wait until it is back, at most 300 s                       here and there  exit 1, 30, 32
exec 3<&-
(: 4>&2) || exec 2>/dev/null; (: 4<&0) 2>/dev/null || exec </dev/null; (: 4>&1) 2>/dev/null || exec >/dev/null
set +abCmvx -euf
unset IFS
if command -v declare >/dev/null 2>&1 && [ -n "${SHELLOPTS-}" ]; then eval 'unset -f $(declare -F | command sed "s/.* //"); export -n SHELLOPTS'; fi

main() {
  connect                     # ssh: one connection for all that follows
  ask_there tell_identity     # is it there, and who is it?
  require_machine_of_host     # is it the host that is meant? else nothing is sent
  reboot_there always 300     # and wait until it is back, as another boot over a new connection
}

# ---- this run ------------------------------------------------------------------------------------
verb='ops-reboot'             # who speaks
host='vps-ultraman'           # its name in the flake
target='root@vps_ultraman_root'  # what ssh is given
where='vps_ultraman_root'     # the same, in lines to type
type_shell='/path/to/hey/scripts/ops-ssh.ts'  # the line to type for a command there, up to TARGET
ssh_options='-T -a -x -k -o RemoteCommand=none -o PermitLocalCommand=no -o ClearAllForwardings=yes -o Tunnel=no -o LogLevel=INFO -o VisualHostKey=no -o EscapeChar=none -o SessionType=default -o StdinNull=no -o ForkAfterAuthentication=no -o ControlMaster=auto -o ControlPersist=15m -o ConnectTimeout=10 -o ServerAliveInterval=5 -o ServerAliveCountMax=6'  # ssh's words for the one connection of the run
fresh_options='-o BatchMode=yes -o ControlMaster=no -o ControlPath=none -o ConnectTimeout=10 -o ServerAliveInterval=5 -o ServerAliveCountMax=3 -T -a -x -k -o RemoteCommand=none -o PermitLocalCommand=no -o ClearAllForwardings=yes -o Tunnel=no -o LogLevel=INFO -o VisualHostKey=no -o EscapeChar=none -o SessionType=default -o StdinNull=no -o ForkAfterAuthentication=no'  # ssh's words for a new connection that asks nobody anything
logged_host='vps-ultraman'    # whose history it is
logged_target='vps_ultraman_root'  # the same, as it was reached
lane_timeout='3600'           # how many seconds one step on the host may take
raw=''                        # yes, to show what the host says beside an answer as it came
lane=''                       # the directory of this host in a run of several
rename=''                     # yes, to go on where the machine is another one by its name or its key
kept_keys='/home/me/.ssh/keys.homelab'  # the directory of the host keys that are kept here
evaluated_host='.#nixosConfigurations."vps-ultraman"'  # the host, as nix evaluates it; nothing where there is no flake
force=''                      # yes, to change also what someone else has changed
then_port=''                  # the port at which sshd answers afterwards, if not the one of now
by=''                         # not known yet

# evaluate_name: what nix says of a host's name.
evaluate_name() {
  harmlessly . nix --extra-experimental-features 'nix-command flakes' eval --raw "$@"
}

# for_target: what each function there is given.
for_target() {
  assigned force "$force" by "$by"
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

# ask_there NAME WORD...: asks a first question. Sets: facts, from. Ends: where the target says no, or nothing.
ask_there() {
  step "ask $target"
  facts=$(heard 60 there "$@" </dev/null) || not_answered "$?"
  # A shell that runs nothing says nothing, and ends well.
  if [ -z "$(fact runs)" ]; then not_answered 0; fi
  from=$(fact_number number)
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

# error_in FILE: the last error that nix wrote there, as ASCII.
error_in() { plain_text "~" <"$1" | sed -n "s/^ *error: *//p" | grep . | tail -n 1 | cut -c 1-400 || :; }

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

# git_says DIR WORD...: what git says of the repository in the directory. Its status; 137 after two seconds, as it would wait for a pipe for ever.
git_says() {
  # shellcheck disable=SC2016
  without_git_words sh -c 'git -C "$@" </dev/null &
    asked=$!
    (for tries in 1 2 3 4 5 6 7 8 9 10; do sleep 0.2 && kill -0 "$asked" || exit; done && kill -s KILL "$asked") </dev/null >/dev/null 2>&1 &
    wait "$asked"' sh "$@" 2>/dev/null
}

# harmlessly DIR WORD...: the command, which may call git in DIR, as nix does. git starts no monitor, hook or filter that the repository's own
# configuration names, and asks no other repository than that one. (lib/here/git.ts has the same, for what hey itself asks.)
# Fails: where git can't tell the filters in time.
harmlessly() {
  local filters filter key count status
  filters=
  status=0
  if [ -d "$1" ]; then
    filters=$(git_says "$1" config --show-scope --name-only --get-regexp "^filter\.") || status=$?
    if [ "$status" -eq 137 ]; then
      step "git has not read the repository's configuration in two seconds, so nothing is evaluated"
      return 1
    fi
    # Of all, also of those of ~/.gitconfig, which are this user's: only the others are left out.
    filters=$(printf "%s\n" "$filters" | sed -n -e "s/^local.filter\.//p" -e "s/^worktree.filter\.//p" | sed "s/\.[^.]*\$//" | sort -u)
  fi
  shift
  count=3
  while [ -n "$filters" ]; do
    filter=${filters%%"$newline"*}
    filters=${filters#"$filter"}
    filters=${filters#"$newline"}
    step "a filter of the repository's own configuration is not run: $(printf "%s" "$filter" | LC_ALL=C tr -cd " -~")"
    for key in clean= smudge= process= required=false; do
      set -- "GIT_CONFIG_KEY_$count=filter.$filter.${key%%=*}" "GIT_CONFIG_VALUE_$count=${key#*=}" "$@"
      count=$((count + 1))
    done
  done
  without_git_words GIT_OPTIONAL_LOCKS=0 GIT_CONFIG_COUNT="$count" GIT_CONFIG_KEY_0=core.fsmonitor GIT_CONFIG_VALUE_0=false GIT_CONFIG_KEY_1=core.hooksPath GIT_CONFIG_VALUE_1=/dev/null GIT_CONFIG_KEY_2=safe.bareRepository GIT_CONFIG_VALUE_2=explicit "$@"
}

# without_git_words [NAME=VALUE...] WORD...: the command, without what points git at another repository (git rev-parse --local-env-vars).
without_git_words() {
  env -u GIT_DIR -u GIT_COMMON_DIR -u GIT_WORK_TREE -u GIT_IMPLICIT_WORK_TREE -u GIT_INDEX_FILE -u GIT_SHALLOW_FILE -u GIT_GRAFT_FILE -u GIT_OBJECT_DIRECTORY -u GIT_ALTERNATE_OBJECT_DIRECTORIES -u GIT_NAMESPACE -u GIT_PREFIX -u GIT_NO_REPLACE_OBJECTS -u GIT_REPLACE_REF_BASE -u GIT_CEILING_DIRECTORIES -u GIT_DISCOVERY_ACROSS_FILESYSTEM -u GIT_INTERNAL_SUPER_PREFIX -u GIT_CONFIG -u GIT_CONFIG_PARAMETERS -u GIT_CONFIG_COUNT "$@"
}

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

# has_own_key: whether it has this host's.
has_own_key() { owners_of_key | grep -q -x -F -e "$host"; }

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

# require_machine_of_host [STRICTLY]: that the target is called as the flake calls the host. That is evaluated where it is not called as the host
# itself; STRICTLY also where it is, unless it has the host's own key: the flake may call another host so.
# Sets: reached, last_words. Ends: where it is another machine.
require_machine_of_host() {
  local name
  name=$(plain_name "$host")
  if [ -z "$evaluated_host" ]; then
    name=''
  elif is_called "$name" && { [ -z "${1-}" ] || has_own_key; }; then
    :
  else
    step "what does the flake call $host?"
    if name=$(evaluate_name "$evaluated_host.config.networking.hostName" </dev/null 2>"$tmp/why"); then :; else
      step "nix can't tell what the flake calls it ($(error_in "$tmp/why")); the name that counts is $host"
      name=$host
    fi
    name=$(plain_name "$name")
  fi
  require_name "$name"
}

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

# record SYSTEM...: notes what runs on the host now. Two words while it is not known whether the second runs.
record() {
  (umask 077 && mkdir -p "${notes:?}/deployed" && cd "$notes/deployed" && is_plain "$host" && printf "%s\n" "$*" >"$host") 2>/dev/null || :
}

# ---- on the target -------------------------------------------------------------------------------
on_target='set -u

# Who this machine is.

# tell_identity: which boot it is, what runs, and by what it is told from others: what the kernel and the system call it, and the keys that sshd
# has. Changes nothing.
tell_identity() {
  tell_boot
  tell_names
}

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

# goes_on UNIT: whether it does. systemctl has no answer for a moment while systemd itself is renewed.
goes_on() { case $(systemctl show --property=ActiveState --value "$1" 2>/dev/null) in inactive | failed) false ;; esac; }

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

# Where the garbage collector looks for what it must keep. On the disk, as a deployment may go on behind a reboot.
roots=/nix/var/nix/gcroots

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

# What a trial boot needs of the boot loader: an entry for the system that is tried, that it is booted once, and that the old system is
# what boots by default.

# What GRUB boots by, where it is the boot loader.
grub_cfg=/boot/grub/grub.cfg

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

# One deployment at a time, and never over a change of somebody else.

# refuse_held. Ends: where the lock has a holder that is named.
refuse_held() {
  local holder
  if holder=$(readlink /run/hey/holder); then refuse 13 "another deployment holds the lock: $holder$(how_to_end)"; fi
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

# The rollback, which runs with nobody there. It must go also where nothing can be written.

# give_verdict: the deployment in $dir is rolled back, unless another verdict was given.
give_verdict() { mv -T "$dir/open" "$dir/rolled-back" 2>/dev/null; }

# The last step of a guarded deployment: the system becomes what boots. And what puts right a commit or a trial boot that was cut short.

# on_disk: a power cut can leave the boot menu in two halves, and fsck empties what it finds so. Before the menu is written, the disk has all
# that tells of it and all that it boots. What tells of it goes only when the disk has the menu.
on_disk() { sync -f /nix/var/nix /nix/store; }

# menu_on_disk: the boot menu is.
menu_on_disk() { [ ! -d /boot ] || sync -f /boot; }

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
'

# ---- lib/shell/here/run.sh -----------------------------------------------------------------------
# The beginning and the end of every script.

# step WORDS...: says what is done now, or how it ended. Sets: said.
step() { said="$*"; printf "%s\n" "$verb: $said" >&2 || :; }

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
end of ops-reboot
