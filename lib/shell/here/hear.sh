# What comes back from a host: so much of it, for so long, and nothing in it that moves a terminal's cursor.

# How many bytes of an answer are read, and how many of what is said beside it.
most_answered=262144

most_said=1048576

# How many bytes of each line of an answer are read: nothing that is asked for has more.
most_of_line=4096

# What a terminal is told by escape sequences: colours, and titles, links and the clipboard up to their end.
told_terminal="s/$(printf "\033")\[[0-?]*[ -/]*[@-~]//g;s/$(printf "\033")[]PX^_][^$(printf "\033\007")]*($(printf "\007")|$(printf "\033")\\\\)?//g"

# Letters beyond ASCII that neither move a cursor nor turn round what follows: of Europe, with arrows, quotes, lines and marks; and of East Asia.
harmless_letters="$(printf "\302[\241-\254\256-\277]|[\303-\312\316-\321][\200-\277]|\342\200[\220-\247\260-\277]|\342[\202\206\210\224-\227\234][\200-\277]|\343[\201-\203][\200-\277]|[\344-\351][\200-\277][\200-\277]")"

# letters: which letters beyond ASCII this terminal shows.
letters() { case ${LC_ALL:-${LC_CTYPE:-${LANG-}}} in *[Uu][Tt][Ff]8* | *[Uu][Tt][Ff]-8*) printf "%s" "$harmless_letters" ;; *) printf "%s" "~" ;; esac; }

# plain_text: stdin, without what a terminal would not just show.
plain_text() { LC_ALL=C sed -E "s/$(printf "\r")*\$//;y/$(printf "\t\r")/  /;$told_terminal;s/($(letters))|[^ -~]/\1/g"; }

# plainly: stdin for a terminal, as it comes, and $most_said bytes of it at most, with its end.
plainly() {
  local chunk rest
  rest=$most_said
  while [ "$rest" -gt 0 ]; do
    # What a host says begins and ends anywhere. A shell keeps no NUL.
    chunk=$(exec 2>/dev/null && dd bs=4096 count=1 | LC_ALL=C tr "\000" "?" && printf .)
    if [ "$chunk" = . ]; then return; fi
    rest=$((rest - ${#chunk}))
    if [ -n "$raw" ]; then printf "%s" "${chunk%.}"; else printf "%s" "${chunk%.}" | plain_text; fi
  done
  printf "\n%s\n" "$verb: the host says more than $most_said bytes; the rest is left out, up to its end:"
  # It is read all the same, so that nothing there waits for a reader.
  tail -c 4096 | plain_text
}

# nix colours even what no terminal sees.
colour="$(printf "\033")\[[0-9;]*m"

# What nix writes beyond ASCII has another place there; nothing else may come through.
arrow="$(printf "\342\206\222")"

# plain_answer: stdin, an answer, without anything beyond ASCII but what nix writes there; that has another place.
plain_answer() {
  LC_ALL=C cut -b "1-$most_of_line" |
    LC_ALL=C sed "s/$(printf "\r")*\$//;y/$(printf "\t")/ /;s/$colour//g;s/$arrow/->/g;s/$(printf "\342\210\205")/none/g;s/$(printf "\316\265")/none/g" |
    LC_ALL=C tr -cd "\n -~"
}

# calling: the process that goes on as ssh is noted, so that it can be ended. For subshells.
calling() { sh -c "echo \$PPID" >"$tmp/calling"; }

# limit_call SECONDS CALL PROCESS...: ends ssh where it takes longer; and when it is over, those that read what it says, if something that it has
# left running holds that open. It ends itself when the call is gone, or another one has begun.
limit_call() {
  local ends call job over current
  # A signal for all that this script has started must not end it before ssh, which may heed none.
  trap "" HUP INT TERM
  call=$2
  clock
  ends=$((now + $(number 5 "$1")))
  over=0
  shift 2
  while [ -d "$call" ] && read -r current <"$tmp/call" && [ "$current" = "$call" ]; do
    sleep 0.3
    clock
    if [ -e "$call/over" ]; then
      over=$((over + 1))
      if [ "$over" -gt 6 ]; then kill "$@" 2>/dev/null || :; fi
    elif [ "$now" -gt "$ends" ]; then
      job=$(cat "$tmp/calling" 2>/dev/null) || job=''
      if [ -n "$job" ]; then
        if [ -e "$call/late" ]; then kill -s KILL "$job" 2>/dev/null || :; else kill "$job" 2>/dev/null || :; fi
      fi
      : >"$call/late"
    fi
  done
}

# heard SECONDS COMMAND...: a host's answer to a command that goes by ssh, and beside it what the host says on stderr, plainly. So much of it as is
# read, for so many seconds, and never longer than a step may take. Its status; 124 where it took longer. At the end of a run
# no signal cuts it short.
heard() {
  local call status seconds_most reader teller
  if [ -n "$ending" ]; then trap "" HUP INT TERM; fi
  status=0
  seconds_most=$(number 5 "$1")
  shift
  if [ "$seconds_most" -gt "$lane_timeout" ]; then seconds_most=$lane_timeout; fi
  call=$(mktemp -d "$tmp/call.XXXXXX") || return 1
  mkfifo "$call/answer" "$call/said" || return 1
  rm -f "$tmp/calling"
  printf "%s\n" "$call" >"$tmp/call"
  head -c "$most_answered" <"$call/answer" >"$call/answered" 2>/dev/null &
  reader=$!
  (plainly) <"$call/said" >&2 &
  teller=$!
  # In a subshell of its own, as a shell keeps open what it redirects for a function.
  (limit_call "$seconds_most" "$call" "$reader" "$teller") </dev/null >/dev/null 2>&1 &
  "$@" >"$call/answer" 2>"$call/said" || status=$?
  : >"$call/over"
  wait "$reader" 2>/dev/null || :
  wait "$teller" 2>/dev/null || :
  if [ -e "$call/late" ]; then status=124; fi
  plain_answer <"$call/answered"
  rm -rf "$call"
  return "$status"
}

# said_lately LINES: the last of what was said beside an answer and kept in $tmp/said, a screen line each.
said_lately() { tail -n "$1" "$tmp/said" | cut -c 1-200 >&2; }
