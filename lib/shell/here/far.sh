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

# own_ssh WORD...: ssh, over a connection that nothing else uses.
own_ssh() { (calling && eval "exec ssh $own_options \"\$@\""); }

# ask_alone NAME WORD...: calls that function on the target, as the login itself. Nothing else is asked in this run. Who asks many hosts at once
# reads the answers itself, and limits them.
ask_alone() {
  if [ -t 1 ] || [ -t 2 ]; then
    make_tmp
    heard 60 own_ssh "$target" -- "$(far "$@")" </dev/null
  else
    eval "ssh $own_options \"\$target\" -- \"\$(far \"\$@\")\"" </dev/null
  fi
}

# list_there NAME WORD...: shows a person what that function says there, as the login itself. Ends: where it says nothing, or fails.
list_there() {
  make_tmp
  show_answer 60 own_ssh "$target" -- "$(far "$@")"
}

# show_there NAME WORD...: the same of a function that may take its time, as root. Ends: where it says nothing, or fails.
show_there() { show_answer 900 there "$@"; }

# show_answer SECONDS COMMAND...: a host's answer, for a person. Sets: last_words. Ends: where there is none, or the command fails, with its status.
show_answer() {
  local answer status
  status=0
  answer=$(heard "$@" </dev/null) || status=$?
  if [ -n "$answer" ]; then printf "%s\n" "$answer"; fi
  case $status-$answer in
    0-) last_words="$target has answered nothing (status 1)" status=1 ;;
    124-*) last_words="$target has not answered in time, and was given up on (status 1); what was begun there may go on" status=1 ;;
  esac
  if [ "$status" -gt 0 ]; then exit "$status"; fi
}
