# What the target says of itself: a fact a line, name first. Data, of which nothing moves a terminal's cursor.

# all_of NAME: all facts of that name.
all_of() { printf "%s\n" "$facts" | LC_ALL=C sed -n "s/^$1 //p"; }

# fact NAME: the first of that name. Without a program, as it is called often.
fact() {
  local line
  local IFS="$newline"
  case $newline$facts in *"$newline$1 "*) ;; *) return 0 ;; esac
  # Line by line, as what a shell takes off the beginning of a long text takes it the square of that.
  for line in $facts; do
    case $line in "$1 "*)
      printf "%s\n" "${line#"$1 "}"
      return 0
      ;;
    esac
  done
}

# store_path WORD: the word, if it is a path of the store; else nothing.
store_path() {
  local name
  case $1 in /nix/store/????????????????????????????????-?*) ;; *) return 0 ;; esac
  name=${1#/nix/store/}
  if [ "${#name}" -gt 244 ] || [ -z "${name##*[!A-Za-z0-9+._?=-]*}" ]; then return 0; fi
  printf "%s\n" "$1"
}

# fact_path NAME: the first fact of that name, if it is a path of the store.
fact_path() { store_path "$(fact "$1")"; }

# number DIGITS WORD: the word, if it is a number of so many digits at most; else nothing. Whatever a host says goes through this before a
# shell counts with it: in arithmetic bash and zsh run the commands in an array's index. A number that begins with a zero would be octal.
number() {
  local digits
  if [ -z "$2" ] || [ "${#2}" -gt "$1" ] || [ -z "${2##*[!0-9]*}" ]; then return 0; fi
  digits=${2#"${2%%[1-9]*}"}
  printf "%s\n" "${digits:-0}"
}

# fact_number NAME: the first fact of that name, if it is a number of nine digits at most.
fact_number() { number 9 "$(fact "$1")"; }

# shown: what ran and what the profile was when the target said so.
shown() { fact shown | tr -cd "A-Za-z0-9 +._?=/-"; }

# changes NAME: a fact of what differs, with an arrow.
changes() { fact "$1" | cut -c 1-200 | sed "s/->/$(printf "\342\206\222")/g"; }

# stop_if_refused STATUS [MORE]: with what the target said against it. Sets: last_words. Ends: where it said so, with that status.
stop_if_refused() {
  local more=""
  # What somebody had left there was brought to its end before.
  if [ -n "$(fact ended)" ]; then more=" else"; fi
  if [ -n "$(fact refused)" ]; then give_up "$1" "$(short "$(fact refused)"); nothing$more was changed on $target (status $1)${2-}"; fi
}

# short WORDS: as much of them as a person reads.
short() { if [ "${#1}" -le 600 ]; then printf "%s\n" "$1"; else printf "%s\n" "$1" | cut -c 1-600; fi; }

# standing: how the target stands, for a last line.
standing() {
  local boots
  boots="boots $(short "$(fact boots)")"
  if [ -n "$(fact profile)" ]; then boots="its profile is $(short "$(fact profile)"), its boot menu $boots"; fi
  printf "%s" "$target runs $(short "$(fact runs)"), $boots"
}

# known_standing: the same behind other words, where it is known.
known_standing() { if [ -n "$(fact runs)" ]; then printf "%s" "; $(standing)"; fi; }

# owed: the reboot that is owed, for a last line.
owed() { if [ -n "$(fact reboot)" ]; then printf "%s" "; reboot needed: $(changes reboot). Then: $type_reboot"; fi; }

# clock: seconds on a clock that no one sets. Sets: now.
clock() {
  if [ -r /proc/uptime ]; then read -r now _ </proc/uptime; else now=$(date +%s); fi
  now=${now%%.*}
}
