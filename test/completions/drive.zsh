#!/usr/bin/env zsh
# Types lines into a real interactive shell on a pseudo-terminal and says what became of them.
# drive.zsh SHELL RC < requests > answers
#   SHELL  the words that start it, which read RC
#   a request   KEY<tab>LINE, with the cursor at ‸; KEY is `tab` (one TAB), `all` (every match put into the line), `list`
#               (what there is is listed) or `run` (a command, which itself writes one line to $DRIVE_TO)
#   an answer   the line after it, with the cursor at ‸; for `list` what the screen shows
emulate -R zsh
setopt extendedglob nobgnice
zmodload zsh/zpty zsh/system || exit 1

integer answers
fifo=$(mktemp -u) && mkfifo -m 600 $fifo || exit 1
exec {answers}<>$fifo
# Not the name of a variable that a shell under test could see as its own.
export DRIVE_TO=$fifo
zpty -b shell "stty rows 50 columns 200 && exec $1"
trap 'zpty -d shell; rm -f $fifo' EXIT

seen() {
  drive_log+=$1
  [[ -z $DRIVE_SCREEN ]] || print -rn -- $1 >>$DRIVE_SCREEN
}

# One line of the shell's own; its screen is read meanwhile, or it would wait for room in the terminal.
answer() {
  local -F end=$(( EPOCHREALTIME + 10 ))
  local screen
  while ! IFS= read -r -t 0.02 -u $answers REPLY; do
    zpty -rt shell screen && seen $screen
    (( EPOCHREALTIME < end )) && continue
    print -ru2 -- "no answer from the shell; its screen: ${drive_log[-2000,-1]}"
    exit 1
  done
  while zpty -rt shell screen; do seen $screen; done
}
zmodload zsh/datetime
drive_log=
answer # ready
# Its keys mean nothing to a terminal that the shell has not made its own yet: a ^D would be taken as the end of the input.
while IFS= read -r request; do
  line=${request#*$'\t'}
  before=${line%%‸*}
  after=
  [[ $line == *‸* ]] && after=${line#*‸}
  before+=$after${(pl:$#after::\C-b:)}
  drive_log=
  case ${request%%$'\t'*} in
    (tab) zpty -wn shell $before$'\t\C-x\C-g' ;;
    (all) zpty -wn shell $before$'\e*\C-x\C-g' ;;
    (list) zpty -wn shell $before$'\e?\C-x\C-g' ;;
    (run) zpty -wn shell $before$'\n' ;;
  esac
  answer
  [[ $request == list* ]] && REPLY=${drive_log//[$'\r\n']/ }
  print -r -- $REPLY
done
