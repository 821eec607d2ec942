# $ ops-push-keys.ts vps-ultraman vps_ultraman_root
# global key: /etc/ssh
/bin/sh /dev/fd/3 3<<'end of ops-push-keys'
# $ /path/to/hey/scripts/ops-push-keys.ts vps-ultraman vps_ultraman_root
# host vps-ultraman, target root@vps_ultraman_root
#
#  1. check the keys: global_ed25519, ssh_host_ed25519_key                      here            exit 1
#  2. connect by ssh                                                            here and there  exit 1
#  3. ask it who it is, and whether keys can be put into /etc/ssh               there           exit 1
#  4. go on if it is the right machine by name and host key (--rename: or not)  here and there  exit 1
#  5. send global_ed25519 and ssh_host_ed25519_key to /etc/ssh                  there           exit 1
#  6. does it present the new key to a new connection?                          here and there  exit 1
exec 3<&-
(: 4>&2) || exec 2>/dev/null; (: 4<&0) 2>/dev/null || exec </dev/null; (: 4>&1) 2>/dev/null || exec >/dev/null
set +abCmvx -euf
unset IFS
if command -v declare >/dev/null 2>&1 && [ -n "${SHELLOPTS-}" ]; then eval 'unset -f $(declare -F | command sed "s/.* //"); export -n SHELLOPTS'; fi

main() {
  stage_keys keys             # a private directory, gone at the end, also if this is killed
  link_key global_ed25519 /etc/ssh/global_ed25519 cat /etc/ssh/global_ed25519
  link_key ssh_host_ed25519_key /home/me/.ssh/keys.homelab/vps/ssh_host_ed25519_key_vps-ultraman cat /home/me/.ssh/keys.homelab/vps/ssh_host_ed25519_key_vps-ultraman
  connect                     # ssh: one connection for all that follows
  ask_there may_take_keys /etc/ssh global_ed25519 ssh_host_ed25519_key  # is it there, who is it, and can it take them?
  require_machine_of_host strictly  # is it the host that is meant? else nothing is sent
  expect_key --keep-known-hosts  # known here before it is there
  begin_to_send

  step 'send global_ed25519 and ssh_host_ed25519_key to root@vps_ultraman_root:/etc/ssh'
  # one stream, checked there, renamed into place
  sent=$(tar -chf - -C "$keys" . | send_keys /etc/ssh global_ed25519 ssh_host_ed25519_key)
  end_to_send
  prove_key 1 2 5             # by a new connection
  replace_key                 # in known_hosts
}

# ---- this run ------------------------------------------------------------------------------------
verb='ops-push-keys'          # who speaks
host='vps-ultraman'           # its name in the flake
target='root@vps_ultraman_root'  # what ssh is given
type_check='/path/to/hey/scripts/ops-push-keys.ts vps-ultraman vps_ultraman_root --check'  # the line to type for a look at the keys
ssh_options='-T -a -x -k -o RemoteCommand=none -o PermitLocalCommand=no -o ClearAllForwardings=yes -o Tunnel=no -o LogLevel=INFO -o VisualHostKey=no -o EscapeChar=none -o SessionType=default -o StdinNull=no -o ForkAfterAuthentication=no -o ControlMaster=auto -o ControlPersist=15m -o ConnectTimeout=10 -o ServerAliveInterval=5 -o ServerAliveCountMax=6'  # ssh's words for the one connection of the run
own_options='-T -a -x -k -o RemoteCommand=none -o PermitLocalCommand=no -o ClearAllForwardings=yes -o Tunnel=no -o LogLevel=INFO -o VisualHostKey=no -o EscapeChar=none -o SessionType=default -o StdinNull=no -o ForkAfterAuthentication=no -o ConnectTimeout=8'  # ssh's words for a connection that is neither
pinned_options='-o GlobalKnownHostsFile=/dev/null -o StrictHostKeyChecking=yes -o HostKeyAlgorithms=ssh-ed25519 -o ConnectTimeout=5 -o BatchMode=yes -o ControlMaster=no -o ControlPath=none'  # the same, where only one key is taken
logged_host='vps-ultraman'    # whose history it is
logged_target='root@vps_ultraman_root'  # the same, as it was reached
lane_timeout='3600'           # how many seconds one step on the host may take
raw=''                        # yes, to show what the host says beside an answer as it came
lane=''                       # the directory of this host in a run of several
rename=''                     # yes, to go on where the machine is another one by its name or its key
kept_keys='/home/me/.ssh/keys.homelab'  # the directory of the host keys that are kept here
evaluated_host='.#nixosConfigurations."vps-ultraman"'  # the host, as nix evaluates it; nothing where there is no flake
known_hosts='/home/me/.ssh/known_hosts'  # the user's file for the target's key; nothing where ssh keeps none
known_also=''                 # the user's other files of that kind, with | between them
known_globally='/etc/ssh/ssh_known_hosts|/etc/ssh/ssh_known_hosts2'  # those of the machine
known_as='vps_ultraman_root'  # the target's name in them
takes_any_key=''              # yes, where ssh takes a host by whatever key
hash_known_hosts=''           # yes, where no name is written to them in the open
judging_options='-o StrictHostKeyChecking=yes -o PreferredAuthentications=none -o ConnectTimeout=5 -o BatchMode=yes -o ControlMaster=no -o ControlPath=none'  # ssh's words for a connection that judges a key, and logs nobody in
persist=''                    # yes, where sshd reads the keys when it starts

# evaluate_name: what nix says of a host's name.
evaluate_name() {
  harmlessly . nix --extra-experimental-features 'nix-command flakes' eval --raw "$@"
}

# for_target: what each function there is given.
for_target() {
  :
}

# ---- lib/shell/here/keys.sh ----------------------------------------------------------------------
# The keys, laid ready in a private directory under the names that they have on a target.

# stage_keys FOLDER: a private directory for them, also where the script is killed. Only what is asked for goes to stdout, and ssh-keygen talks
# there. Sets: fresh_key, stage, keys.
stage_keys() {
  exec >&2
  fresh_key=
  make_tmp
  stage=$tmp
  reap_stage
  keys=$stage/$1
  (umask 022 && mkdir -p "$keys")
  at_end remove_fresh_key
}

# remove_fresh_key: one that was not finished.
remove_fresh_key() { if [ -n "$fresh_key" ]; then rm -rf "$fresh_key"; fi; }

# reap_stage: kill -9 runs no trap. This process holds the other end of a pipe that ends with the script, however it ends, and with all that it
# started; then it ends the connection, and removes the directory and the file that is named in it. In a session of its own, so that no signal
# for the script reaches it.
reap_stage() {
  local own_session
  own_session=$(command -v setsid || :)
  mkfifo "$stage/alive"
  # It has its end before this script can be killed: to open a pipe that nobody writes to is to wait for ever.
  exec 9<>"$stage/alive"
  # shellcheck disable=SC2016
  ${own_session:+"$own_session"} sh -c 'trap "" HUP INT TERM
    read -r _ || :
    if [ ! -d "$1" ]; then exit; fi
    if [ -S "$1/ssh" ]; then ssh -F none -S "$1/ssh" -O exit host; fi
    rm -rf "$1" "$(cat "$1/beside")"' sh "$stage" <"$stage/alive" 9>&- >/dev/null 2>&1 &
}

# derive NAME SHOWN PROGRAM...: what the program writes is a key that sshd and age can read; its .pub is made of it. Through a pipe, as
# ssh-keygen refuses a file that others can read. Ends: where it is none.
derive() {
  local name shown type
  name=$1
  shown=$2
  shift 2
  if "$@" | ssh-keygen -y -P "" -f /dev/stdin >"$keys/$name.pub"; then
    :
  elif [ "$("$@" | tail -c 1 | wc -l)" -eq 0 ]; then
    step "$shown has no newline at its end, so sshd can't read it; nothing was sent"
    exit 1
  else
    step "$shown is no private key that sshd can read (a passphrase? carriage returns? cut off?); nothing was sent"
    exit 1
  fi
  chmod 644 "$keys/$name.pub"
  read -r type _ <"$keys/$name.pub"
  if [ "$type" = ssh-ed25519 ]; then
    :
  else
    step "$shown is of type $type, not ssh-ed25519; nothing was sent"
    exit 1
  fi
}

# link_key NAME FILE PROGRAM...: the program writes the key of that file. Only a link is laid ready. Ends: where it is none.
link_key() {
  derive "$@"
  ln -s "$2" "$keys/$1"
}

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

# ---- lib/shell/here/connect-root.sh --------------------------------------------------------------
# ssh goes as root.

# there NAME WORD...: calls that function on the target, as root, over the one connection of this run.
there() { reach "$target" -- "$(far "$@")"; }

# connect: prepares all for it. The first question opens the connection.
connect() { open_connection; }

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

# ---- lib/shell/here/known-hosts.sh ---------------------------------------------------------------
# What this machine knows of the target's key.

# own_known_hosts: the user's files of ssh that may have it, a line each. The first one is written to.
own_known_hosts() {
  {
    printf "%s\n" "$known_hosts"
    each_of "$known_also"
  } | grep . || :
}

# each_of FILES: a line each.
each_of() { printf "%s\n" "$1" | tr "|" "\n"; }

# known_keys FILE: the keys of this type that the file has for the target.
known_keys() { ssh-keygen -F "$known_as" -f "$1" 2>/dev/null | tr -d "\r" | grep -v "^[#@]" | sed -n "s/.* ssh-ed25519 \([^ ]*\).*/\1/p" || :; }

# own_keys: those of the user's files.
own_keys() {
  local file
  own_known_hosts | while IFS= read -r file; do known_keys "$file"; done
}

# former_keys: those of them that are not the one that is sent.
former_keys() { own_keys | grep -v -F -x "${expected##* }" | sort -u || :; }

# is_known_already: whether the one that is sent is one of them.
is_known_already() { own_keys | grep -F -x "${expected##* }" >/dev/null; }

# expect_key [REMEDY]: the key that is sent is known here before it is there: whatever ends this script in between, the target stays reachable.
# Not where ssh would insist on that key at once: there it goes by another one, which stays as it is. Sets: known_hosts, expected, added.
# Ends: where it can't become known here, and there is a REMEDY to type; and where it can't be seen what ssh would do.
expect_key() {
  local seen
  added=
  expected="$known_as ssh-ed25519 $(cut -d " " -f 2 "$keys/ssh_host_ed25519_key.pub")"
  if [ -z "$known_hosts" ]; then
    require_any_key "${1-}"
    return 0
  fi
  (umask 077 && mkdir -p "${known_hosts%/*}" && touch "$known_hosts") 2>/dev/null || :
  # A link, into dotfiles say, stays a link.
  if [ -e "$known_hosts" ]; then known_hosts=$(readlink -f "$known_hosts"); fi
  if is_known_already; then return 0; fi
  if [ ! -w "$known_hosts" ]; then
    if [ -z "${1-}" ]; then return 0; fi
    give_up 1 "$known_hosts can't be written, so ssh would not know the new key of $known_as; nothing was sent to $target or changed on it (status 1). Let it have the line: $expected. Or: $1"
  fi
  lines_for_key >"$stage/added"
  whole_lines "$known_hosts" "$stage/added" >"$stage/known"
  seen=$(key_now)
  case $seen in
    taken) ;;
    other) return 0 ;;
    *) give_up 1 "it can't be seen whether ssh would still know $known_as; nothing was sent to $target or changed on it (status 1)${seen:+: $seen}" ;;
  esac
  at_end forget_expected
  added=yes
  if printf "%s\n" "$(end_last_line "$known_hosts" && cat "$stage/added")" >>"$known_hosts"; then :; else
    give_up 1 "$known_hosts can't be written; nothing was sent to $target or changed on it (status 1)"
  fi
}

# require_any_key REMEDY. Sets: last_words. Ends: where ssh has no file of the user's for a new key, and knows the target by another file.
require_any_key() {
  local file
  if [ -z "$1" ] || [ "$takes_any_key" = yes ]; then return 0; fi
  file=$(each_of "$known_globally" | while IFS= read -r file; do if [ -n "$(known_keys "$file")" ]; then echo "$file"; fi; done | sed q)
  if [ -z "$file" ]; then return 0; fi
  give_up 1 "ssh knows $known_as by $file, and has no file of the user's for its new key (UserKnownHostsFile); nothing was sent to $target or changed on it (status 1). Let it have the line: $expected. Or: $1"
}

# lines_for_key: all lines that speak of the target's former keys, of the new one. Whatever names it has there, ssh knows it by them.
lines_for_key() {
  local former file
  former=$(former_keys)
  own_known_hosts | while IFS= read -r file; do
    if [ -r "$file" ]; then with_new_key "$former" only "$file" | grep -v -F -x -f "$known_hosts" || :; fi
  done >"$stage/lines"
  cat "$stage/lines"
  if [ -z "$(known_keys "$stage/lines")" ]; then own_line; fi
}

# own_line: the line for the target's name alone.
own_line() {
  printf "%s\n" "$expected" >"$stage/line"
  if [ "$hash_known_hosts" = yes ]; then ssh-keygen -q -H -f "$stage/line" >/dev/null 2>&1 || :; fi
  cat "$stage/line"
}

# end_last_line FILE: the line end that its last line may lack.
end_last_line() { if [ -n "$(tail -c 1 "$1")" ]; then echo; fi; }

# has_new_key FILE.
has_new_key() { known_keys "$1" | grep -F -x "${expected##* }" >/dev/null; }

# whole_lines FILE...: all of their lines.
whole_lines() {
  local file
  for file in "$@"; do cat "$file" && end_last_line "$file"; done
}

# with_new_key FORMER HOW FILE: its lines, with the new key in the place of those. HOW is "only" for nothing but the lines that have one. Else those
# that were added are left out; with "anew" also the target's keys of other types that stand under its name alone.
with_new_key() {
  awk -v former="$(printf "%s" "$1" | tr "\n" " ")" -v how="$2" -v key="${expected##* }" -v name="$known_as" -v added="${added:+$stage/added}" '
    BEGIN {
      count = split(former, old, " ")
      if (how != "only" && added != "") while ((getline line <added) > 0) drop[line] = 1
    }
    $0 in drop || (how == "anew" && $1 == name && $2 != "ssh-ed25519") { next }
    {
      line = $0
      found = 0
      # Lines that begin with @ (@revoked) speak of keys, not of this machine.
      if (line !~ /^[ \t]*[@#]/) for (i = 1; i <= count; i++) if (at = index(line, old[i])) {
        line = substr(line, 1, at - 1) key substr(line, at + length(old[i]))
        found = 1
      }
      if (how != "only" || found) print line
    }' "$3"
}

# key_now: "taken" where ssh takes the key that the target presents just now, if its file has what is in $stage/known; "other" where it does not;
# else what ssh has said. It says what it makes of a key before anybody logs in.
key_now() {
  local said also
  also=$(each_of "$known_also" | sed -n "s/..*/ \"&\"/p" | tr -d "\n")
  for _ in 1 2; do
    if said=$(heard 30 knock_as_user "$also" </dev/null 2>&1 >/dev/null); then said="Permission denied"; fi
    # A host that leads there says the same, and then ssh says more.
    said=$(printf "%s\n" "$said" | grep . | tail -n 1 | cut -c 1-200)
    case $said in
      *"Permission denied"*) echo taken && return ;;
      *"ost key verification failed"*) echo other && return ;;
    esac
  done
  echo "$said"
}

# knock_as_user ALSO: tries the target's key with the files that the user has for it, and logs nobody in.
knock_as_user() {
  set -- "\"$stage/known\"$1"
  (calling && eval "exec ssh -o \"UserKnownHostsFile=\$1\" $judging_options $own_options \"\$target\" -- true")
}

# forget_expected: what was added for a key that did not go is taken out again.
forget_expected() { if [ -n "$added" ] && [ -z "$changed" ]; then rewrite_known_hosts "" before "$known_hosts"; fi; }

# rewrite_known_hosts FORMER HOW FILE: puts what with_new_key makes of it in its place, whole. HOW is "before" as well, where the new key is not to
# be known: else the user's first file knows it. Fails: where it can't.
rewrite_known_hosts() {
  local file new
  file=$(readlink -f "$3")
  new=$file.${tmp##*/}
  # Whoever takes the private directory away takes that, too.
  printf "%s\n" "$new" >"$stage/beside"
  if cp -p "$file" "$new" 2>/dev/null && with_new_key "$1" "$2" "$file" >"$new" &&
    { [ "$2" = before ] || [ "$3" != "$known_hosts" ] || has_new_key "$new" || own_line >>"$new"; }; then
    mv -f "$new" "$file"
  else
    rm -f "$new"
    return 1
  fi
}

# replace_key [anew]: the target's former key of this type gives way to the new one wherever it stands in the user's files, whatever names, hashes
# or comments are on those lines: one machine has one key, at every port. Its keys of other types stay, unless it was installed anew and they
# stand under its name alone.
replace_key() {
  local former file
  if [ -z "$known_hosts" ]; then return 0; fi
  former=$(former_keys)
  if [ -n "$former" ]; then step "the new key of $known_as takes the place of the former one in $known_hosts"; fi
  if [ -z "$former${1-}" ] && is_known_already; then return 0; fi
  own_known_hosts | while IFS= read -r file; do
    if [ ! -e "$file" ] || { [ "$file" != "$known_hosts" ] && [ -z "$(known_keys "$file")" ]; }; then continue; fi
    if rewrite_known_hosts "$former" "${1:-after}" "$file"; then continue; fi
    if is_known_already; then step "$file can't be written; the former key of $known_as stays known there"; else
      step "$file can't be written; the line for it: $expected"
    fi
  done
}

# ---- lib/shell/here/send-keys.sh -----------------------------------------------------------------
# The keys on the target: compared, sent and proven.

# send_keys DIR NAME...: stdin, the keys, to that directory of the target. What it answers; that says also whether it has refused them.
send_keys() { heard 300 there put_keys "$@" || :; }

# begin_to_send: from here on it is not known what the target has. Sets: last_words, changed.
begin_to_send() {
  last_words="it is not known whether the keys arrived; each on the target is whole, the old one or the new. Try: $type_check"
  changed=yes
}

# end_to_send: it is known again, as the target says: "changed", or "same". Sets: last_words, changed, facts. Ends: where it says neither.
end_to_send() {
  case $sent in
    changed | same) last_words='' ;;
    "refused "*)
      changed=
      facts=$sent
      stop_if_refused 1
      ;;
    *) exit 1 ;;
  esac
}

# reach_pinned: a new connection that takes the key in $stage/pinned and no other: an open port, or a connection that was there before, proves
# nothing.
reach_pinned() { (calling && eval "exec ssh -o \"UserKnownHostsFile=\$stage/pinned\" $pinned_options $own_options \"\$@\""); }

# prove_key SECONDS...: only what a new connection has proven goes into known_hosts. So many seconds between the attempts.
# Ends: where the target has another key, or has it already and needs a start.
prove_key() {
  local proven pause
  proven=
  if [ "$sent" = changed ]; then
    printf "%s\n" "$known_as $(cut -d " " -f 1,2 "$keys/ssh_host_ed25519_key.pub")" >"$stage/pinned"
    for pause in 0 "$@"; do
      sleep "$pause"
      # In a subshell, which comes to its end also where this script is killed.
      if (heard 30 reach_pinned "$target" -- true </dev/null 2>"$stage/why"); then
        proven=yes
        break
      fi
    done
    if [ -n "$proven" ]; then
      step "$known_as presents the new key to a new connection"
    elif [ -n "$persist" ]; then
      if is_known_already; then step "the keys are in place; sshd presents another one until it starts with these, and both are known here. The new one: $(cat "$stage/pinned")"; else
        step "the keys are in place; sshd presents another one until it starts with these. The line for known_hosts then: $(cat "$stage/pinned")"
      fi
      exit 0
    else
      tail -n 5 "$stage/why" | cut -c 1-200
      step "the keys are in place, but $known_as does not present the new one: restart sshd there, through a session that is still open or the console"
      exit 1
    fi
  elif [ -n "$persist" ]; then
    step "the target has these keys already"
    exit 0
  fi
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

# ---- on the target -------------------------------------------------------------------------------
on_target='set -u

# The keys of this machine.

# find_place NAME: the file that has that name in $dest. Where it is a link (into /persist, say) its file is replaced, not the link.
# Sets: final. Ends: where it lies elsewhere, or no file can take its place.
find_place() {
  local dir
  final=$dest/$1
  # A link to what was laid ready is what a run that died has left: it gives way.
  case $(readlink "$final") in
    "" | */.hey-keys.*) ;;
    *) final=$(readlink -f "$final") || refuse 1 "$dest/$1 is a link to nothing there" ;;
  esac
  case $final in
    /etc/ssh/* | /persist/etc/ssh/*) ;;
    *) refuse 1 "$dest/$1 leads to $final there, outside of /etc/ssh and /persist/etc/ssh" ;;
  esac
  if [ -d "$final" ]; then refuse 1 "$final is a directory there"; fi
  if is_mounted "$final"; then refuse 1 "$final is a mount of its own there, and can not be replaced$(or_persist "/persist/etc/ssh/$1" "$final")"; fi
  dir=${final%/*}
  while [ ! -d "$dir" ]; do dir=${dir%/*} && dir=${dir:-/}; done
  if [ ! -w "$dir" ]; then refuse 1 "$dir can not be written there$(or_persist /persist/etc/ssh /persist/etc/ssh/.)"; fi
}

# is_mounted FILE: whether something is mounted at that place.
is_mounted() {
  local point
  while read -r _ _ _ _ point _; do if [ "$point" = "$1" ]; then return 0; fi; done </proc/self/mountinfo
  return 1
}

# or_persist FILE OTHER: what to type where these are one, and keys may be written there.
or_persist() { if [ "$dest" != /persist/etc/ssh ] && [ "$1" -ef "$2" ] && [ -w /persist/etc/ssh ]; then echo ": type --persist"; fi; }

# public_half LINE: its first two words: type and key, without the comment.
public_half() {
  # shellcheck disable=SC2086
  set -- $1
  echo "${1-} ${2-}"
}

# may_take_keys DIR NAME...: who this machine is, and whether these keys can be put there. Changes nothing. Sets: dest. Ends: where they can not.
may_take_keys() {
  local name
  tell_identity
  need_root "put keys there"
  dest=$1
  shift
  if [ -d "$dest" ]; then dest=$(readlink -f "$dest"); fi
  for name in "$@"; do (find_place "$name" && find_place "$name.pub") || exit; done
}

# put_keys DIR NAME...: installs the keys that come as a tar stream on stdin. The last one is that of sshd. Nothing is touched before all of
# them are here, whole and readable as sshd reads them. At each moment a key and its public half belong together, and all keys of a directory
# are the old ones or the new: the files give way to links to copies of themselves, one rename turns all of these to the new ones, and the
# links give way to those. Sets: dest, staged. Ends: always.
put_keys() {
  local stage name derived file before home homes changed=""
  set -e
  # A word to a client that has gone must not kill this before it has cleaned up.
  trap "" PIPE
  umask 077
  dest=$1
  shift
  need_root "put keys there"
  if [ -d "$dest" ]; then :; else (umask 022 && mkdir -p "$dest") || refuse 1 "$dest can not be made there"; fi
  dest=$(readlink -f "$dest")
  exec 9</etc
  flock -w 150 9 || refuse 1 "another run puts keys there just now"
  settle_when_killed
  settle_keys
  stage=$(mktemp -d "$dest/.hey-keys.XXXXXX") || refuse 1 "nothing can be made in $dest there"
  staged=${stage##*/}
  trap settle_keys EXIT
  trap "exit 129" HUP
  trap "exit 130" INT
  trap "exit 143" TERM
  mkdir "$stage/sent"
  timeout -k 10 120 tar -xof - -C "$stage/sent" || refuse 1 "the keys did not arrive"
  homes=
  for name in "$@"; do
    if [ -f "$stage/sent/$name" ] && [ -f "$stage/sent/$name.pub" ]; then :; else refuse 1 "$name did not arrive"; fi
    chmod 600 "$stage/sent/$name"
    chmod 644 "$stage/sent/$name.pub"
    derived=$(public_half "$(ssh-keygen -y -P "" -f "$stage/sent/$name")")
    [ "$derived" = "$(public_half "$(cat "$stage/sent/$name.pub")")" ] || refuse 1 "$name did not arrive whole"
    # A rename is atomic within one file system only, and what a place that lasts leads to must last.
    find_place "$name"
    home=${final%/*}/$staged
    before=$(public_half "$(ssh-keygen -y -P "" -f "$final" 2>/dev/null || :)")
    if [ "$before" != "$derived" ]; then changed=yes; fi
    if [ ! -L "$home/now" ]; then
      mkdir -p "$home/old" "$home/new"
      ln -s old "$home/now"
      homes="$homes $home"
    fi
    for file in "$name.pub" "$name"; do
      find_place "$file"
      cp -p "$stage/sent/$file" "$home/new/$file"
      sync "$home/new/$file"
      if [ -e "$final" ]; then cp -p "$final" "$home/old/$file" && sync "$home/old/$file"; fi
      mkdir -p "${final%/*}/$staged"
      ln -s "$home/now/$file" "${final%/*}/$staged/$file"
    done
    sync "$home/new" "$home/old" "$home"
  done
  # From here on it is done to the end, whoever hangs up.
  trap "" HUP INT TERM
  for name in "$@"; do
    for file in "$name.pub" "$name"; do
      find_place "$file"
      mv -fT "${final%/*}/$staged/$file" "$final" || refuse 1 "$final can not be replaced there"
      sync "${final%/*}"
    done
  done
  for home in $homes; do
    ln -s new "$home/next"
    mv -fT "$home/next" "$home/now"
    sync "$home"
  done
  settle_keys
  if [ -n "$changed" ]; then owe_activation; fi
  if [ "$before" = "$derived" ]; then
    echo same
    exit 0
  fi
  echo changed
  # From OpenSSH 9.8 on sshd reads its host keys once, when it starts.
  case $(ssh -V 2>&1) in
    OpenSSH_[1-8].* | OpenSSH_9.[0-7]*) exit 0 ;;
  esac
  reload_sshd || echo "put-keys: sshd presents the old key until it is restarted" >&2
  exit 0
}

# owe_activation: what runs was activated with other keys: secrets may be decrypted by these only in another activation.
owe_activation() { (umask 077 && mkdir -p /run/hey && ln -sfn "$(readlink -e /run/current-system)" /run/hey/keys) || :; }

# settle_keys: each link to what was laid ready gives way to the file to which it leads; then that goes. Also after a run that died, or a power cut.
settle_keys() {
  local staging link
  for staging in /etc/ssh/.hey-keys.* /persist/etc/ssh/.hey-keys.*; do
    for link in "${staging%/*}"/*; do
      case $(readlink "$link") in
        */"${staging##*/}"/now/*) ;;
        *) continue ;;
      esac
      if [ -e "$link" ]; then
        cp -p "$link" "$staging/settled" && sync "$staging/settled" && mv -fT "$staging/settled" "$link" || return 1
      else
        rm -f "$link"
      fi
    done
    if [ -d "$staging" ]; then sync "${staging%/*}"; fi
  done
  rm -rf /etc/ssh/.hey-keys.* /persist/etc/ssh/.hey-keys.*
}

# settle_when_killed: kill -9 runs no trap. Another process gets the lock as soon as this one and all that it has started have ended.
settle_when_killed() {
  (
    trap "" HUP INT TERM
    exec 9</etc
    flock 9 && settle_keys
  ) </dev/null >/dev/null 2>&1 &
}

# reload_sshd: lets it read its host keys again, unless its configuration is broken.
reload_sshd() {
  sshd -t || return 1
  if [ -d /run/systemd/system ]; then
    systemctl try-reload-or-restart sshd.service
  else
    kill -HUP "$(cat /run/sshd.pid)"
  fi
}

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

# A guarded deployment that is not over is a directory /run/hey/ID. Each fact in it is a link: it is there whole or not at all, and takes
# no free block of a full /run.
#   open | kept | confirmed, then committed or uncommitted | rolled-back     its one verdict: one link that gets other names
#   by prev new generation bootloader on-unit-failure last-reboot deadline   who, from what, to what, how, until when
#   started status units why inhibited rebooting stopped                     how far it came, what failed, why and how it was rolled back

# Where a trial boot is noted on the disk, from its arming to its end: a directory of links, which in that boot is copied to /run/hey/ID.
trial=/nix/var/nix/hey-trial

# What a trial boot needs of the boot loader: an entry for the system that is tried, that it is booted once, and that the old system is
# what boots by default.

# What GRUB boots by, where it is the boot loader.
grub_cfg=/boot/grub/grub.cfg
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
end of ops-push-keys
