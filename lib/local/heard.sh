# What the target says of itself, a fact a line, name first: data, and nothing that moves a terminal's cursor.
answer=
heard() { printf "%s\n" "$answer" | sed -n "s/^$1 //p" | head -n 1 | tr -d "[:cntrl:]"; }
standing() { printf "%s" "$target runs $(heard runs), boots $(heard boots)"; }
# refused STATUS: ends with what the target said against it, if it did
refused() {
  if [ -n "$(heard refused)" ]; then
    state="$(heard refused); nothing was changed on $target (status $1)"
    exit "$1"
  fi
}
