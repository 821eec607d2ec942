# What the target says of itself, a fact a line, name first: data, and nothing that moves a terminal's cursor.
answer=
newline="
"
# Seconds on a clock that no one sets, in $now.
clock() {
  if [ -r /proc/uptime ]; then read -r now _ </proc/uptime; else now=$(date +%s); fi
  now=${now%%.*}
}
# heard NAME: the first fact of that name. A program is started only where there is something to take out.
heard() {
  value=$newline$answer$newline
  case $value in
    *"$newline$1 "*) value=${value#*"$newline$1 "} ;;
    *) return 0 ;;
  esac
  value=${value%%"$newline"*}
  # Beyond ASCII some letters move the cursor, or turn round what follows. (The blank goes first, as an interactive shell looks up its
  # history for what it finds behind a !.)
  if [ -n "$value" ] && [ -z "${value##*[! A-Za-z0-9./:_,@+=()>-]*}" ]; then value=$(printf "%s" "$value" | LC_ALL=C tr -cd " -~"); fi
  printf "%s\n" "$value"
}
# number DIGITS WORD: the word, if it is a number of so many digits at most; else nothing. Whatever a host says goes through this before a
# shell counts with it: in arithmetic bash and zsh run the commands in an array's index. A number that begins with a zero would be octal.
number() {
  if [ -z "$2" ] || [ "${#2}" -gt "$1" ] || [ -z "${2##* *}" ] || [ -z "${2##*[! 0-9]*}" ]; then return 0; fi
  digits=${2#"${2%%[1-9]*}"}
  printf "%s\n" "${digits:-0}"
}
# heard_number NAME: the first fact of that name, if it is a number of nine digits at most
heard_number() { number 9 "$(heard "$1")"; }
# changes NAME: a fact of what differs, with an arrow
changes() { heard "$1" | sed "s/->/$(printf "\342\206\222")/g"; }
# refused STATUS [MORE]: ends with what the target said against it, if it did
refused() {
  if [ -n "$(heard refused)" ]; then
    state="$(heard refused); nothing was changed on $target (status $1)${2-}"
    exit "$1"
  fi
}
