# What is noted of a run, for later ones.

# find_notes: where this user's notes are, and who deploys. Sets: notes, by.
find_notes() {
  case ${XDG_STATE_HOME-} in /*) notes=$XDG_STATE_HOME/hey ;; *) notes=${HOME-}/.local/state/hey ;; esac
  by=$(printf "%s" "$(id -un)@$(uname -n)" | tr -cd "A-Za-z0-9@._-")
}

# keep_log: has what comes of it noted at the end: a line of JSON for hey ops log (lib/log/log.ts). Sets: began, reached.
keep_log() {
  reached=
  find_notes
  began=$(date +%s)
  # Behind the last words, which are noted, too.
  at_last note_run
}

# member NAME VALUE: one of the line's, unless it is empty.
member() {
  if [ -n "$2" ]; then printf ', "%s": "%s"' "$1" "$(printf "%s" "$2" | tr -d "[:cntrl:]" | LC_ALL=C sed 's/[\\"]/\\&/g')"; fi
}

# note_run: the line. An unreadable disk costs the record, and nothing else. Into a pipe it would wait for a reader.
note_run() {
  local transcript=''
  if [ -n "${lane-}" ] && [ -d "$lane" ]; then transcript=$lane/log; fi
  (
    umask 077
    mkdir -p "$notes"
    if [ -f "$notes/log" ] || [ ! -e "$notes/log" ]; then
      printf '{"began": %s, "ended": %s, "status": %s%s}\n' "$began" "$(date +%s)" "$status" \
        "$(member by "$by" && member verb "$verb" && member host "$logged_host" && member target "$logged_target" && member reached "$reached" && member from "$from" && member to "$(fact_number number)" && member reboot "$(fact reboot)" && member untouched "$([ -n "$changed" ] || echo yes)" && member said "$said" && member transcript "$transcript")" >>"$notes/log"
    fi
  ) 2>/dev/null || :
}

# read_record: what ran on the host when it was last deployed to from here, to notice when someone else has changed it. Sets: last_deployed.
read_record() { last_deployed=$({ tr -cd "A-Za-z0-9 +._?=/-" <"$notes/deployed/$host"; } 2>/dev/null) || last_deployed=''; }

# record SYSTEM...: notes what runs on the host now. Two words while it is not known whether the second runs.
record() { (mkdir -p "$notes/deployed" && printf "%s\n" "$*" >"$notes/deployed/$host") 2>/dev/null || :; }
