# What the target says of itself, a fact a line, name first: data, and nothing that moves a terminal's cursor.
answer=
newline="
"
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
standing() { printf "%s" "$target runs $(heard runs), boots $(heard boots)"; }
# refused STATUS: ends with what the target said against it, if it did
refused() {
  if [ -n "$(heard refused)" ]; then
    state="$(heard refused); nothing was changed on $target (status $1)"
    exit "$1"
  fi
}
