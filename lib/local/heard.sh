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
  case $value in
    *[[:cntrl:]]*) value=$(printf "%s" "$value" | tr -d "[:cntrl:]") ;;
  esac
  printf "%s\n" "$value"
}
# changes NAME: a fact of what differs, with an arrow
changes() { heard "$1" | sed "s/->/$(printf "\342\206\222")/g"; }
# refused STATUS: ends with what the target said against it, if it did
refused() {
  if [ -n "$(heard refused)" ]; then
    state="$(heard refused); nothing was changed on $target (status $1)"
    exit "$1"
  fi
}
