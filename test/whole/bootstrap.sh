# $ ops-bootstrap.ts vps-ultraman root@192.0.2.1
/bin/sh /dev/fd/3 3<<'end of ops-bootstrap'
# $ /path/to/hey/scripts/ops-bootstrap.ts vps-ultraman root@192.0.2.1
# host vps-ultraman, target root@192.0.2.1
#
#  1. check the keys: ssh_host_ed25519_key                                     here            exit 1
#  2. look at the machine                                                      there           exit 255
#  3. evaluate vps-ultraman; does it fit, and is it no NixOS of another name?  here            exit 1
#  4. ask for the name vps-ultraman                                            here            exit 1
#  5. install it by nixos-anywhere: its disks are erased                       there           exit its own
#  6. wait for it, at most 300 s: is it itself?                                here and there  exit 30, 31, 32, 33
exec 3<&-
(: 4>&2) || exec 2>/dev/null; (: 4<&0) 2>/dev/null || exec </dev/null; (: 4>&1) 2>/dev/null || exec >/dev/null
set +abCmvx -euf
unset IFS
if command -v declare >/dev/null 2>&1 && [ -n "${SHELLOPTS-}" ]; then eval 'unset -f $(declare -F | command sed "s/.* //"); export -n SHELLOPTS'; fi

main() {
  stage_keys tree/etc/ssh     # a private directory, gone at the end, also if this is killed
  copy_key ssh_host_ed25519_key /home/me/.ssh/keys.homelab/vps/ssh_host_ed25519_key_vps-ultraman cat /home/me/.ssh/keys.homelab/vps/ssh_host_ed25519_key_vps-ultraman
  look_for_recipient /path/to/flake  # are secrets encrypted to it?
  ask_machine                 # what it is

  step 'evaluate vps-ultraman'
  wanted=$(beside_plainly nix --extra-experimental-features 'nix-command flakes' eval --raw '.#nixosConfigurations."vps-ultraman"' --apply 'c: c.pkgs.stdenv.hostPlatform.system + " " + builtins.unsafeDiscardStringContext c.config.system.build.toplevel.outPath + " " + c.config.networking.hostName')
  show_machine                # and does the system fit it?
  ask_name vps-ultraman 'nixos-anywhere erases the disks of root@192.0.2.1'  # typed by you, or nothing is done
  expect_key                  # known here before it is there

  step 'install vps-ultraman on root@192.0.2.1'
  install_machine nix --extra-experimental-features 'nix-command flakes' run github:nix-community/nixos-anywhere -- --flake '.#vps-ultraman' --extra-files "$stage/tree" --ssh-option 'ForwardAgent=no' --ssh-option 'ForwardX11=no' --ssh-option 'GSSAPIDelegateCredentials=no' --ssh-option 'RequestTTY=auto' --ssh-option 'RemoteCommand=none' --ssh-option 'PermitLocalCommand=no' --ssh-option 'ClearAllForwardings=yes' --ssh-option 'Tunnel=no' --ssh-option 'LogLevel=INFO' --ssh-option 'VisualHostKey=no' root@192.0.2.1 </dev/null
  replace_key anew            # in known_hosts
  await_host root@192.0.2.1 300  # as itself: by its key, its system, its secrets
}

# ---- this run ------------------------------------------------------------------------------------
verb='ops-bootstrap'          # who speaks
host='vps-ultraman'           # its name in the flake
target='root@192.0.2.1'       # what ssh is given
type_look='ssh root@192.0.2.1'  # the line to type for a look at a machine that may have another key
own_options='-T -a -x -k -o RemoteCommand=none -o PermitLocalCommand=no -o ClearAllForwardings=yes -o Tunnel=no -o LogLevel=INFO -o VisualHostKey=no -o EscapeChar=none -o SessionType=default -o StdinNull=no -o ForkAfterAuthentication=no -o ConnectTimeout=8'  # ssh's words for a connection that is neither
pinned_options='-o GlobalKnownHostsFile=/dev/null -o StrictHostKeyChecking=yes -o HostKeyAlgorithms=ssh-ed25519 -o ConnectTimeout=5 -o BatchMode=yes -o ControlMaster=no -o ControlPath=none'  # the same, where only one key is taken
logged_host='vps-ultraman'    # whose history it is
logged_target='root@192.0.2.1'  # the same, as it was reached
lane_timeout='3600'           # how many seconds one step on the host may take
raw=''                        # yes, to show what the host says beside an answer as it came
lane=''                       # the directory of this host in a run of several
rename=''                     # yes, to go on where the machine is another one by its name or its key
kept_keys='/home/me/.ssh/keys.homelab'  # the directory of the host keys that are kept here
known_hosts='/home/me/.ssh/known_hosts'  # the user's file for the target's key; nothing where ssh keeps none
known_also=''                 # the user's other files of that kind, with | between them
known_globally='/etc/ssh/ssh_known_hosts|/etc/ssh/ssh_known_hosts2'  # those of the machine
known_as='192.0.2.1'          # the target's name in them
takes_any_key=''              # yes, where ssh takes a host by whatever key
hash_known_hosts=''           # yes, where no name is written to them in the open
judging_options='-o StrictHostKeyChecking=yes -o PreferredAuthentications=none -o ConnectTimeout=5 -o BatchMode=yes -o ControlMaster=no -o ControlPath=none'  # ssh's words for a connection that judges a key, and logs nobody in
no_disko_deps=''              # yes, where disko's programs stay out of memory

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

# copy_key NAME SHOWN PROGRAM...: the program writes the key. Ends: where it fails, or writes none.
copy_key() {
  local name shown copy
  name=$1
  shown=$2
  copy=$keys/$1
  shift 2
  if (umask 077 && "$@" >"$copy"); then :; else
    step "$shown: it failed; nothing was sent"
    exit 1
  fi
  derive "$name" "$shown" cat "$copy"
}

# tell_recipient FILE.pub: what is to be done before a secret can be decrypted by the key.
tell_recipient() {
  step "no secret is encrypted to this key yet: $(cut -d " " -f 1,2 "$1")"
  if command -v ssh-to-age >/dev/null 2>&1; then step "as an age recipient: $(ssh-to-age -i "$1")"; fi
  step "add it to secrets.nix and run agenix -r (or to .sops.yaml and run sops updatekeys), commit, and deploy after that"
}

# ---- lib/shell/here/far.sh -----------------------------------------------------------------------
# How the target is told what to do: ssh runs one line there, in the login's own shell.

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

# own_ssh WORD...: ssh, over a connection that nothing else uses.
own_ssh() { (calling && eval "exec ssh $own_options \"\$@\""); }

# ---- lib/shell/here/install.sh -------------------------------------------------------------------
# What surrounds nixos-anywhere in a first install: a look at the machine before it, and after it the proof that the machine came back as itself.

# look_for_recipient FLAKE: whether the flake's own list of recipients has this host's key, as it is or as an age recipient.
look_for_recipient() {
  local public recipient lists list
  public=$(cut -d " " -f 2 "$keys/ssh_host_ed25519_key.pub")
  recipient=$(ssh-to-age -i "$keys/ssh_host_ed25519_key.pub" 2>/dev/null || :)
  lists=
  for list in "$1/secrets.nix" "$1/secrets/secrets.nix" "$1/.sops.yaml"; do
    if [ -f "$list" ]; then
      lists="$lists $list"
      if grep -q -F -e "$public" ${recipient:+-e "$recipient"} "$list"; then
        lists=
        break
      fi
    fi
  done
  if [ -n "$lists" ]; then
    step "warning: not found in$lists"
    tell_recipient "$keys/ssh_host_ed25519_key.pub"
  fi
}

# ask_machine: what it is. Sets: facts, last_words. Ends: where it can't be reached.
ask_machine() {
  step "ask $target"
  make_tmp
  last_words="nothing was done on $target"
  if facts=$(heard 60 own_ssh "$target" -- "$(far survey_machine)" </dev/null); then :; else
    give_up 255 "$target can't be reached (ssh says why above); nothing was done"
  fi
}

# show_machine: what it says of itself, before anything on it is destroyed. Sets: reached, last_words. Ends: where it can't be installed on, or is a
# NixOS of another name.
show_machine() {
  local memory problems
  memory=$(number 12 "$(all_of memory | head -n 1)")
  memory=$((${memory:-0} / 1024))
  printf "%s\n" "  machine       $(all_of name), by ssh as $(all_of user) (root: $(all_of root))" "  runs          $(all_of os)" \
    "  architecture  $(all_of arch)${wanted:+; $host is ${wanted%% *}}" "  memory        $memory MiB"
  all_of disk | sed "s/^/  disk          /"
  problems=
  if [ -z "$(all_of arch)" ]; then give_up 1 "$target answered, but did not say what it is (has it a POSIX shell?); nothing was done"; fi
  if [ "$(all_of root)" = no ]; then problems="$(all_of user) is not root there and sudo asks for a password"; fi
  if [ -n "$wanted" ] && [ "$(all_of arch)" != "${wanted%% *}" ]; then problems="it is $(all_of arch), and $host is built for ${wanted%% *}"; fi
  if [ -n "$problems" ]; then give_up 1 "$problems; nothing was done"; fi
  require_name "$(plain_name "$(printf "%s" "$wanted" | cut -d " " -f 3)")"
  case $(all_of kind) in
    "nixos installer"*) ;;
    *)
      if [ "$memory" -lt 1536 ]; then
        step "warning: booting the installer (kexec) wants 1536 MiB of memory"
        if [ -n "$no_disko_deps" ]; then
          step "--no-disko-deps leaves disko's programs out of it, which helps near 1024 MiB, not far below: the installer itself must fit"
        else
          step "near 1024 MiB --no-disko-deps helps (disko's programs stay out of memory); far below, use the provider's own installer ISO"
        fi
      fi
      case $(all_of kind) in
        nixos*) step "warning: this machine runs NixOS already, as $(all_of name)" ;;
      esac
      ;;
  esac
}

# install_machine COMMAND...: nixos-anywhere, which says itself what it does. What it repeats of the machine's words is shown plainly.
# Sets: changed, last_words. Ends: where it fails, with its status.
install_machine() {
  local status look
  status=0
  changed=yes
  look="what is on its disks is not known: the former system, nothing, or a part of $host. Look: $type_look. Then type the same line again"
  last_words="nixos-anywhere was ended before it was done with $target; $look"
  both_plainly "$@" || status=$?
  if [ "$status" -gt 0 ]; then give_up "$status" "nixos-anywhere has failed on $target (status $status); $look"; fi
  last_words="nixos-anywhere has done its part; whether $target came back as $host is not known. Look: $type_look"
}

# await_host LOGIN SECONDS: waits so long for the host as itself: only the key that was sent is taken, over a new connection each time. What
# answers first may be its initrd, which may have another key, and may wait for a passphrase: only at the end of the time is it anything else.
# Sets: last_words. Ends: where it is not seen back, or is not what was installed.
await_host() {
  local installed deadline seen before answer status running failed
  printf "%s\n" "$known_as $(cut -d " " -f 1,2 "$keys/ssh_host_ed25519_key.pub")" >"$stage/pinned"
  installed=${wanted#* }
  installed=${installed%% *}
  deadline=$(($(date +%s) + $2))
  before=
  step "wait for $target, at most $2 s"
  while :; do
    status=0
    answer=$(heard 30 reach_pinned "$1" -- "$(far tell_installed)" </dev/null 2>"$stage/why") || status=$?
    running=$(store_path "$(printf "%s\n" "$answer" | sed -n "s/^system //p")")
    if [ "$status" -eq 0 ] && [ -n "$running" ]; then break; fi
    seen=$(first_answer "$status")
    case $seen in
      "" | "$before") ;;
      stranger) step "something answers at $target with another key than the one sent: its initrd, perhaps; it is waited for" ;;
      early) step "$target answers with the key that was sent, but runs no installed system yet: it starts, or its initrd waits for a passphrase" ;;
    esac
    if [ -n "$seen" ]; then before=$seen; fi
    if [ "$(date +%s)" -ge "$deadline" ]; then give_up_waiting "$seen" "$@"; fi
    sleep 2
  done
  failed=$(printf "%s\n" "$answer" | sed -n "s/^failed //p")
  if [ "$running" != "$installed" ]; then
    give_up 32 "$target answers with the right key, but runs $running, not $installed (status 32). Then: hey ops deploy $host $target"
  fi
  last_words=
  if [ -n "$failed" ]; then
    step "$target runs the system that was installed, but secrets could not be decrypted: $failed failed (status 33)"
    tell_recipient "$keys/ssh_host_ed25519_key.pub"
    exit 33
  fi
  step "$host is installed: $target presents the key that was sent and runs $running"
}

# first_answer STATUS: what has answered a connection that ended so: a "stranger", by its key; the host, too "early"; nothing where nobody did.
first_answer() {
  if grep -q -e "ost key verification failed" -e "IDENTIFICATION HAS CHANGED" "$stage/why"; then echo stranger; elif [ "$1" -ne 255 ]; then echo early; fi
}

# give_up_waiting SEEN LOGIN SECONDS: says what answered last. Sets: last_words. Ends: always.
give_up_waiting() {
  case $1 in
    stranger)
      give_up 31 "$target came back with another host key than the one sent, for $3 s (status 31). Look at its console: is it this machine, does its initrd wait for a passphrase, and was --extra-files unpacked? Then: hey ops push-keys $host $target"
      ;;
    early)
      give_up 30 "installed, but $target runs no installed system within $3 s, though it answers with the key that was sent (status 30). Does its initrd wait for a passphrase? Look at its console; then: ssh $2"
      ;;
  esac
  tail -n 5 "$stage/why" | cut -c 1-200
  give_up 30 "installed, but $target was not seen back within $3 s (status 30). Look at its console; then: ssh $2"
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

# beside_plainly COMMAND...: a program of this machine that repeats what a repository or a host says: what it says on stderr is shown plainly.
# Its status. What it leaves running, and may hold that open, is not waited for.
beside_plainly() {
  local call teller status="0"
  call=$(mktemp -d "$tmp/beside.XXXXXX") && mkfifo "$call/said" || return 1
  (plainly 1073741824) <"$call/said" >&2 &
  teller=$!
  "$@" 2>"$call/said" || status=$?
  (sleep 2 && enough said) >/dev/null 2>&1 &
  wait "$teller" 2>/dev/null || :
  return "$status"
}

# both_plainly COMMAND...: the same, and on stdout.
both_plainly() { turned beside_plainly turned beside_plainly "$@"; }

# turned COMMAND...: its stdout is stderr, and its stderr is stdout.
turned() { "$@" 3>&1 1>&2 2>&3 3>&-; }

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

# clock: seconds on a clock that no one sets. Sets: now.
clock() {
  if [ -r /proc/uptime ]; then read -r now _ </proc/uptime; else now=$(date +%s); fi
  now=${now%%.*}
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

# ---- lib/shell/here/harmless.sh ------------------------------------------------------------------
# A flake may be a stranger's: what only looks at it starts nothing that its repository names.

# Between two lines.
newline='
'

# ---- lib/shell/here/question.sh ------------------------------------------------------------------
# Questions to a person, on the terminal.

# forget_typed: what was typed before a question could be read is no answer to it: taken off the terminal, a half line too. Sets: interrupted.
# Ends: at a ^C.
forget_typed() {
  local terminal
  # A ^C counts, but not before the terminal is again as it was.
  interrupted=
  trap "interrupted=yes" INT
  terminal=$(stty -g </dev/tty)
  stty -icanon min 0 time 0 </dev/tty || :
  sed d </dev/tty || :
  stty "$terminal" </dev/tty
  trap "exit 130" INT
  if [ -n "$interrupted" ]; then exit 130; fi
}

# question TEXT: what a person says to it; nothing at the end of the input. Sets: reply.
question() {
  forget_typed
  printf "%s" "$1" >/dev/tty
  IFS= read -r reply </dev/tty || reply=
}

# ask_name NAME DANGER. Sets: last_words. Ends: unless that name is typed.
ask_name() {
  if (: </dev/tty) 2>/dev/null; then
    printf "%s\n" "$2" >/dev/tty
    question "Type $1 to go on: "
    if [ "$reply" = "$1" ]; then
      :
    else
      step "that is not $1; nothing was done"
      last_words=
      exit 1
    fi
  else
    step "$2, and there is no terminal to ask on; nothing was done. Try: --yes"
    last_words=
    exit 1
  fi
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

# reach_pinned: a new connection that takes the key in $stage/pinned and no other: an open port, or a connection that was there before, proves
# nothing.
reach_pinned() { (calling && eval "exec ssh -o \"UserKnownHostsFile=\$stage/pinned\" $pinned_options $own_options \"\$@\""); }

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

# A guarded deployment that is not over is a directory /run/hey/ID. Each fact in it is a link: it is there whole or not at all, and takes
# no free block of a full /run.
#   open | kept | confirmed, then committed or uncommitted | rolled-back     its one verdict: one link that gets other names
#   by prev new generation bootloader on-unit-failure last-reboot deadline   who, from what, to what, how, until when
#   started status units why inhibited rebooting stopped                     how far it came, what failed, why and how it was rolled back

# Where the garbage collector looks for what it must keep. On the disk, as a deployment may go on behind a reboot.
roots=/nix/var/nix/gcroots

# root NAME SYSTEM: keeps that system from the garbage collector as long as the deployment $id lasts.
root() { ln -s "$2" "$roots/hey-$id-$1"; }

# A machine before and after an installation.

# survey_machine: what it is, a fact a line. Changes nothing.
survey_machine() {
  local key value line
  echo "user $(id -un)"
  if [ "$(id -u)" = 0 ]; then
    echo "root yes"
  elif sudo -n true 2>/dev/null; then
    echo "root by sudo"
  else
    echo "root no"
  fi
  echo "name $(uname -n)"
  echo "arch $(uname -m)-linux"
  while read -r key value _; do
    case $key in MemTotal:) echo "memory $value" ;; esac
  done </proc/meminfo
  if [ -r /etc/os-release ]; then
    # shellcheck disable=SC1091
    . /etc/os-release
    echo "os ${PRETTY_NAME-${NAME-unknown}}"
    echo "kind ${ID-unknown} ${VARIANT_ID-}"
  fi
  if [ -e /run/current-system ]; then
    echo "system $(readlink -f /run/current-system)"
    echo "runs $(readlink -f /run/current-system)"
  fi
  tell_names
  lsblk -o NAME,SIZE,TYPE,FSTYPE,MOUNTPOINT 2>/dev/null | while IFS= read -r line; do echo "disk $line"; done
}

# tell_installed: which system runs here, and which units of agenix or sops-nix have failed. An initrd and an installer are no system.
tell_installed() {
  local unit
  if grep -qs "^VARIANT_ID=\"\{0,1\}installer" /etc/os-release; then return 0; fi
  echo "system $(readlink -f /run/current-system)"
  if [ -d /run/systemd/system ]; then
    systemctl list-units --failed --plain --no-legend | while read -r unit _; do
      case $unit in *agenix* | *sops*) echo "failed $unit" ;; esac
    done
  fi
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
end of ops-bootstrap
