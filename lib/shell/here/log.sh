# What comes of it, noted at the end: a line of JSON for hey ops log (lib/log/log.ts).
case ${XDG_STATE_HOME-} in
  /*) notes=$XDG_STATE_HOME/hey ;;
  *) notes=${HOME-}/.local/state/hey ;;
esac
began=$(date +%s)
# What was said last, and the number of the generation that booted before.
said=
from=
# Whether anything of the host may have been changed.
touched=
step() {
  said=$*
  printf "%s\n" "$verb: $*" >&2 || :
}
by=$(printf "%s" "$(id -un)@$(uname -n)" | tr -cd "A-Za-z0-9@._-")
# member NAME VALUE: one of the line's, unless it is empty
member() {
  if [ -n "$2" ]; then printf ', "%s": "%s"' "$1" "$(printf "%s" "$2" | tr -d "[:cntrl:]" | LC_ALL=C sed 's/[\\"]/\\&/g')"; fi
}
note() {
  transcript=
  if [ -n "${lane-}" ] && [ -d "$lane" ]; then transcript=$lane/log; fi
  # An unreadable disk costs the record, and nothing else. Into a pipe it would wait for a reader.
  (
    umask 077
    mkdir -p "$notes"
    if [ -f "$notes/log" ] || [ ! -e "$notes/log" ]; then
      printf '{"began": %s, "ended": %s, "status": %s%s}\n' "$began" "$(date +%s)" "$ended" \
        "$(member by "$by" && member verb "$verb" && member host "$log_host" && member target "$log_target" && member from "$from" && member to "$(heard_number number)" && member reboot "$(heard reboot)" && member untouched "$([ -n "$touched" ] || echo yes)" && member said "$said" && member transcript "$transcript")" >>"$notes/log"
    fi
  ) 2>/dev/null || :
}
