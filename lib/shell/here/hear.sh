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

# followed SECONDS COMMAND...: a host's answer to that, shown plainly as it comes.
followed() { called answer_plainly "$@"; }

# answer_plainly: stdin, an answer, for a terminal.
answer_plainly() {
  local line
  # A shell reads no byte beyond the end of a line.
  while IFS= read -r line && [ "$line" != "$answer_begins" ]; do :; done
  plainly 1048576
}

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

# error_in FILE: the last error that nix wrote there, as ASCII.
error_in() { plain_text "~" <"$1" | sed -n "s/^ *error: *//p" | grep . | tail -n 1 | cut -c 1-400 || :; }

# said_lately LINES: the last of what was said beside an answer and kept in $tmp/said, a screen line each.
said_lately() { tail -n "$1" "$tmp/said" | cut -c 1-200 >&2; }
