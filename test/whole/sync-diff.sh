# $ sync.ts switch --diff
/bin/sh /dev/fd/3 3<<'end of sync'
# $ /path/to/hey/scripts/sync.ts switch --diff
# host id3-eniac, target this machine
#
#  1. build id3-eniac            here            exit 1, or nix's
#  2. find out what will change  there           exit 1
#  3. show it                    here            exit 1
#  4. nixos-rebuild switch       here            exit its own
exec 3<&-
(: 4>&2) || exec 2>/dev/null; (: 4<&0) 2>/dev/null || exec </dev/null; (: 4>&1) 2>/dev/null || exec >/dev/null
set +abCmvx -euf
unset IFS
if command -v declare >/dev/null 2>&1 && [ -n "${SHELLOPTS-}" ]; then eval 'unset -f $(declare -F | command sed "s/.* //"); export -n SHELLOPTS'; fi

main() {
  build_here                  # a private directory, gone at the end

  step 'build id3-eniac'
  nix --extra-experimental-features 'nix-command flakes' build --show-trace --out-link "$tmp/system" '/path/to/flake#nixosConfigurations."id3-eniac".config.system.build.toplevel'
  take_built_system           # $system
  declared=$(beside_plainly nix --extra-experimental-features 'nix-command flakes' eval --raw '/path/to/flake#nixosConfigurations."id3-eniac".config' --apply 'c: let age = c.age or { }; secrets = age.secrets or { }; in builtins.concatStringsSep "" (map (path: "identity ${toString path}\n") (age.identityPaths or [ ]) ++ map (name: let file = builtins.tryEval (toString secrets.${name}.file); in "secret ${builtins.replaceStrings [ " " "\n" ] [ "_" "_" ] name} ${if file.success then builtins.unsafeDiscardStringContext file.value else ""}\n") (builtins.attrNames secrets))')
  read_declared               # its secrets
  preview_there switch        # what would change there
  show_preview
  require_all_shown '. Try: --ask without --yes, or leave --diff and --ask out (hey.toml'\''s: --no-diff, --no-ask)'
  go_on_as_shown
  require_unchanged           # since it was shown
  until_it_ends nixos-rebuild   # it moves what boots before it activates

  step 'nixos-rebuild switch'
  sudo nixos-rebuild --show-trace --flake '/path/to/flake#id3-eniac' switch
}

# ---- this run ------------------------------------------------------------------------------------
verb='sync'                   # who speaks
target='this machine'         # what ssh is given
become='sudo'                 # the words before a command, for that
logged_host='id3-eniac'       # whose history it is
logged_target=''              # the same, as it was reached
lane_timeout='3600'           # how many seconds one step on the host may take
raw=''                        # yes, to show what the host says beside an answer as it came
lane=''                       # the directory of this host in a run of several
flake_dir='/path/to/flake'  # the directory of the flake

# for_target: what each function there is given.
for_target() {
  :
}

# ---- lib/shell/here/this-machine.sh --------------------------------------------------------------
# What hey sync does around the program that builds and activates.

# build_here: a place to build in. The link to the system keeps the garbage collector off until the end. Sets: last_words.
build_here() {
  make_tmp
  last_words="nothing was changed on $target"
}

# require_unchanged: what was shown was so against what this machine runs and boots. Sets: last_words. Ends: where it is not.
require_unchanged() {
  if [ "$(readlink -e /run/current-system) $(readlink -e /nix/var/nix/profiles/system || echo nothing)" = "$agreed" ]; then :; else
    give_up 1 "this machine has changed since it was shown; nothing was done (status 1). Type the same line again"
  fi
}

# ---- lib/shell/here/far.sh -----------------------------------------------------------------------
# How the target is told what to do: ssh runs one line there, in the login's own shell.

# encode_program: once for the run; comments stay here. Sets: program.
encode_program() { program=$(printf "%s\n" "$on_target" | sed '/^ *#/d; /^$/d; s/^ *//' | encoded); }

# make_tmp: once. Not under TMPDIR: the path of a socket may have some hundred bytes at most, and macOS's TMPDIR takes half of them. Sets: tmp.
make_tmp() {
  local place
  if [ -n "$tmp" ]; then return 0; fi
  for place in "${XDG_RUNTIME_DIR-}" /dev/shm /tmp; do
    if [ -n "$place" ] && [ "${#place}" -le 60 ] && [ -d "$place" ] && [ -w "$place" ]; then break; fi
  done
  tmp=$(mktemp -d "$place/hey.XXXXXX")
  at_end clean_up
}

# quoted WORD...: the words for a shell, whatever is in them.
quoted() {
  local word text
  for word in "$@"; do
    text=
    while case $word in *\'*) ;; *) false ;; esac do text="$text${word%%\'*}'\\''" word=${word#*\'}; done
    printf "'%s' " "$text$word"
  done
}

# encoded: stdin in one line in which no shell sees anything special between single quotes: no line end, as csh ends a word there; no "!",
# which it looks up in its history; no "\", which fish takes; no "'". printf %b makes the text of it again.
encoded() { LC_ALL=C sed -e 's/\\/\\0134/g' -e "s/'/\\\\0047/g" -e 's/!/\\0041/g' -e 's/$/\\n/' | tr -d "\n"; }

# ---- lib/shell/here/build.sh ---------------------------------------------------------------------
# What was built here.

# take_built_system: the new system. Sets: system, to_activate. Ends: where it is none.
take_built_system() {
  system=$(readlink "$tmp/system")
  to_activate=$system
  [ -f "$system/nixos-version" ] || stop "$system is not a NixOS system; nothing was copied"
}

# ---- lib/shell/here/hear.sh ----------------------------------------------------------------------
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

# ---- lib/shell/here/secrets.sh -------------------------------------------------------------------
# The secrets that a system declares, and whether its host can decrypt them.

# read_declared: what the host is to decrypt, and with which keys, of what nix said. Sets: identities, odd_identities, secrets.
read_declared() {
  identities=$(printf "%s\n" "$declared" | sed -n "s/^identity //p")
  # Words for the other side, where a shell splits them and sees nothing else in them.
  odd_identities=$(printf "%s\n" "$identities" | LC_ALL=C grep "[^A-Za-z0-9._/@:+,=-]" || :)
  identities=$(printf "%s\n" "$identities" | LC_ALL=C grep -v "[^A-Za-z0-9._/@:+,=-]" | tr "\n" " " || :)
  secrets=$(printf "%s\n" "$declared" | sed -n "s/^secret //p")
}

# tag KEY: how age names the recipient of an ssh key: four bytes of its hash, in base64 without padding.
tag() {
  local hash bits
  hash=$(printf "%s" "$1" | base64 -d | sha256sum | cut -c 1-8)
  hash=$((0x$hash))
  for bits in $((hash >> 26)) $(((hash >> 20) & 63)) $(((hash >> 14) & 63)) $(((hash >> 8) & 63)) $(((hash >> 2) & 63)) $(((hash & 3) << 4)); do
    printf "%s" ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/ | cut -c "$((bits + 1))"
  done | tr -d "\n"
}

# header FILE: the lines of an age file that name its recipients. Fails: of what is no ordinary file, or an empty one, as those of /proc are: a
# reader may wait for it for ever.
header() {
  [ -f "$1" ] && [ -s "$1" ] &&
    if head -c 11 "$1" | grep -q "^-----BEGIN"; then
      head -c 131072 "$1" | sed "1d;/^-----END/d" | base64 -d 2>/dev/null
    else
      head -c 65536 "$1"
    fi | LC_ALL=C sed -n "/^-> /p;/^---/q"
}

# judged: the secrets of the host, each behind "lost" where it is no recipient, or "odd" where its recipients can't be read. One that is no ssh
# key may be its own, where it has such a key.
judged() {
  local tags type key secret file named
  tags=$(all_of recipient | while read -r type key; do echo "-> $type $(tag "$key") "; done)
  printf "%s\n" "$secrets" | while read -r secret file; do
    if [ ! -r "$file" ]; then file=$flake_dir/${file#/nix/store/*/}; fi
    if named=$(header "$file" 2>/dev/null) && [ -n "$named" ]; then :; else
      printf "%s\n" "odd $secret"
      continue
    fi
    # age adds a recipient that is none, so that nobody relies on what they are.
    if [ -n "$(all_of identity)" ] && printf "%s\n" "$named" | grep -q -v -e "^-> ssh-" -e "^-> [^ ]*-grease"; then continue; fi
    if [ -n "$tags" ] && printf "%s\n" "$named" | sed "s/\$/ /" | grep -q -F -e "$tags"; then continue; fi
    printf "%s\n" "lost $secret"
  done
}

# named_in NAME JUDGEMENT: what is behind that name in it, on a line for a terminal: a flake names its secrets as it likes.
named_in() { printf "%s\n" "$2" | sed -n "s/^$1 //p" | plain_text "~" | tr "\n" " " | sed "s/ \$//"; }

# say_secrets: which the host can't decrypt. Sets: blind.
say_secrets() {
  local judgement
  if [ -z "$secrets" ]; then return; fi
  if [ -n "$odd_identities" ]; then
    blind="whether it decrypts its secrets with $(printf "%s\n" "$odd_identities" | plain_text "~" | tr "\n" " " | sed "s/ \$//")"
  elif [ -z "$(all_of identity)$(all_of recipient)" ]; then
    echo "  secrets can't be decrypted there, as it has none of these keys: ${identities% }"
  else
    judgement=$(judged)
    if [ -n "$(named_in lost "$judgement")" ]; then echo "  secrets that are not encrypted to a key of this host: $(named_in lost "$judgement")"; fi
    if [ -n "$(named_in odd "$judgement")" ]; then blind="for whom these secrets are encrypted: $(named_in odd "$judgement")"; fi
  fi
}

# ---- lib/shell/here/preview.sh -------------------------------------------------------------------
# What will change on the target, against what it runs, shown before it does, and the question whether it may.

# amount BYTES: for a person.
amount() { if [ "$1" -lt 104857600 ]; then echo "$(($1 / 1024)) KiB"; else echo "$(($1 / 1048576)) MiB"; fi; }

# size_of LINE: the first or the second of two, in bytes.
size_of() { number 15 "$(all_of size | sed -n "$1p")"; }

# first_lines NUMBER: so many of stdin, as far as a person reads each, and that there are more.
first_lines() {
  local text lines
  text=$(cut -c 1-300)
  if [ -z "$text" ]; then return 0; fi
  lines=$(printf "%s\n" "$text" | wc -l)
  printf "%s\n" "$text" | head -n "$1"
  if [ "$lines" -gt "$1" ]; then echo "and $((lines - $1)) lines more"; fi
}

# show_preview: what will change, as $facts say.
show_preview() {
  local before after
  echo "$target, against what it runs now:"
  if [ "$(fact same)" = yes ]; then echo "  it runs this system already"; fi
  all_of package | grep . | first_lines 1000 | sed "s/->/$arrow/g;s/^/  /" || :
  before=$(size_of 1)
  after=$(size_of 2)
  if [ -n "$before" ] && [ -n "$after" ]; then echo "  size: $(amount "$before") now, $(amount "$after") then"; fi
  all_of unit | grep . | first_lines 300 | sed "s/^/  /" || :
  if [ -n "$(fact reboot)" ]; then echo "  reboot needed: $(changes reboot)"; fi
  say_secrets
  { all_of unseen && printf "%s\n" "$blind"; } | grep . | uniq | sed "s/^/  could not be found out: /" || :
}

# preview_there ACTION: asks the target what would change there by it. Sets: facts, known, agreed, blind, last_words. Ends: where it can't tell.
preview_there() {
  step "what will change on $target"
  agreed=
  blind=
  known=$facts
  # shellcheck disable=SC2086
  if facts=$(heard 1800 there compare_systems "$to_activate" "$1" $identities </dev/null) && [ -n "$(fact shown)" ]; then :; else
    give_up 1 "what will change on $target could not be found out; nothing was changed on it (status 1)"
  fi
}

# require_all_shown [INSTEAD]: who was to see what will change, and is asked nothing, has agreed to none of what could not be shown.
# Sets: last_words. Ends: where something could not.
require_all_shown() {
  if [ -n "$(all_of unseen)$blind" ]; then
    give_up 1 "not all of what will change on $target could be found out; nothing was changed on it (status 1)${1-}"
  fi
}

# go_on_as_shown: what was shown is what may be changed, whatever it was before. Sets: agreed, first_seen, facts.
go_on_as_shown() {
  first_seen=
  agreed=$(shown)
  facts=$known
}

# ---- lib/shell/here/fact.sh ----------------------------------------------------------------------
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

# clock: seconds on a clock that no one sets. Sets: now.
clock() {
  if [ -r /proc/uptime ]; then read -r now _ </proc/uptime; else now=$(date +%s); fi
  now=${now%%.*}
}

# ---- lib/shell/here/connect-here.sh --------------------------------------------------------------
# The target is this machine.

# there NAME WORD...: calls that function here, as root.
# shellcheck disable=SC2086
there() { $become sh -c 'program=$1; eval "$program"; eval "$2"' sh "$on_target" "$(for_target && quoted "$@")"; }

# ---- lib/shell/here/harmless.sh ------------------------------------------------------------------
# A flake may be a stranger's: what only looks at it starts nothing that its repository names.

# Between two lines.
newline='
'

# ---- lib/shell/here/rebuild.sh -------------------------------------------------------------------
# A program that builds and activates by itself.

# until_it_ends PROGRAM [SHELL]: it moves what boots before it activates, and says itself how far it came. SHELL is what to type before a command
# there. Sets: last_words, changed.
until_it_ends() {
  last_words="$1 has not come to its end, so $target may run and boot the old system or the new. Look: ${2:+$2 }readlink /run/current-system /nix/var/nix/profiles/system; then type the same line again"
  changed=yes
}

# ---- lib/shell/here/log.sh -----------------------------------------------------------------------
# What is noted of a run, for later ones.

# is_own DIR: whether it is this user's, or could only be made by this user: root that has kept another's HOME makes nothing there.
is_own() {
  while [ ! -e "$1" ] && [ ! -L "$1" ]; do set -- "${1%/*}" && set -- "${1:-/}"; done
  [ -d "$1" ] && { [ -O "$1" ] || [ -k "$1" ]; }
}

# is_plain FILE: whether it is an ordinary file, or not there: no link is followed, and no pipe waited for.
is_plain() { [ ! -L "$1" ] && { [ -f "$1" ] || [ ! -e "$1" ]; }; }

# find_notes: where this user's notes are (lib/here/state.ts), and who deploys. Sets: notes, by.
find_notes() {
  local place home
  notes=
  by=$(id -un | tr -cd "A-Za-z0-9._-")
  # A name is expanded to the home of the password file.
  eval "home=~$by"
  for place in "${XDG_STATE_HOME-}" "${HOME:-.}/.local/state" "$home/.local/state"; do
    case $place in /*) if [ -z "$notes" ] && is_own "$place/hey"; then notes=$place/hey; fi ;; esac
  done
  by="$by@$(uname -n | tr -cd "A-Za-z0-9._-")"
}

# keep_log: has what comes of it noted at the end: a line of JSON for hey ops log (lib/log/log.ts). Sets: began, reached.
keep_log() {
  reached=
  find_notes
  began=$(date +%s)
  # Behind the last words, which are noted, too.
  at_last note_run
}

# member NAME VALUE: one of the line's, unless it is empty. Most values need no program.
member() {
  local text="$2"
  case $text in
    "") return ;;
    *[!A-Za-z0-9\ .,:\;@/_+=\(\)-]*) text=$(printf "%s" "$text" | tr -d "[:cntrl:]" | LC_ALL=C sed 's/[\\"]/\\&/g') ;;
  esac
  printf ', "%s": "%s"' "$1" "$text"
}

# note_run: the line. An unreadable disk costs the record, and nothing else. Into a pipe it would wait for a reader.
note_run() {
  local transcript=''
  if [ -n "${lane-}" ] && [ -d "$lane" ]; then transcript=$lane/log; fi
  (
    umask 077
    if [ -n "$notes" ] && mkdir -p "$notes" && is_plain "$notes/log"; then
      printf '{"began": %s, "ended": %s, "status": %s%s}\n' "$began" "$(date +%s)" "$status" \
        "$(member by "$by" && member verb "$verb" && member host "$logged_host" && member target "$logged_target" && member reached "$reached" && member from "$from" && member to "$(fact_number number)" && member reboot "$(fact reboot)" && member program "$(fact_number program)" && member untouched "$([ -n "$changed" ] || echo yes)" && member said "$said" && member transcript "$transcript")" >>"$notes/log"
    fi
  ) 2>/dev/null || :
}

# ---- on the target -------------------------------------------------------------------------------
on_target='set -u

# What would be another on this machine, were another system activated. What it runs stays as it is.

# say_what NAME WHAT TEXT STATUS: a text as facts of that name; "unseen" where a program failed that was to say it.
say_what() {
  if [ "$4" = 0 ]; then
    printf "%s\n" "$3" | sed "s/^/$1 /"
  else
    echo "unseen $2 (status $4) $(printf "%s\n" "$3" | grep . | tail -n 1)"
  fi
}

# would SYSTEM [NAME=VALUE]: what its activation says that it would do.
would() {
  local new
  new=$1
  shift
  limited env -i PATH="$PATH" LOCALE_ARCHIVE="$(locale_archive)" NIXOS_INSTALL_BOOTLOADER=0 "$@" "$new/bin/switch-to-configuration" dry-activate 2>&1 </dev/null
}

# compare_systems SYSTEM ACTION KEY...: facts of what would be another here, were the system activated by that action. The keys are files of
# private keys that secrets are decrypted with here.
compare_systems() {
  local new action running said refused status each key public
  new=$1
  action=$2
  running=$(readlink -e /run/current-system)
  echo "shown $(in_place)"
  if [ "$running" = "$new" ]; then echo "same yes"; fi
  said=$(command -v dix >/dev/null 2>&1 && limited env NO_COLOR=1 dix "$running" "$new" 2>&1 </dev/null) ||
    said=$(command -v nvd >/dev/null 2>&1 && limited nvd --color never diff "$running" "$new" 2>&1 </dev/null) ||
    said=$(limited nix --extra-experimental-features nix-command store diff-closures "$running" "$new" 2>&1 </dev/null)
  say_what package "packages" "$said" "$?"
  for each in "$running" "$new"; do
    said=$(nix --extra-experimental-features nix-command path-info --closure-size "$each" 2>/dev/null </dev/null)
    say_what size "the size" "${said##*[[:blank:]]}" "$?"
  done
  case $action in
    switch | test | dry-activate)
      # What a check before the switch has against it is said, and what would be done without that. What is not of a check is the same then.
      status=0
      said=$(would "$new") || {
        refused=$said
        said=$(would "$new" NIXOS_NO_CHECK=1) || status=$?
        if [ "$said" != "$refused" ]; then say_what unit "" "$refused" 0; fi
      }
      say_what unit "what activation would do" "$said" "$status"
      ;;
  esac
  compare /run/booted-system "$new" reboot
  shift 2
  for key in "$@"; do
    # By a pipe: a file that others may read is refused by ssh-keygen, and not by age.
    if public=$(dd if="$key" 2>/dev/null | ssh-keygen -y -P "" -f /dev/stdin 2>/dev/null); then
      echo "recipient ${public%% *} $(printf "%s" "${public#* }" | cut -d " " -f 1)"
    elif [ -e "$key" ]; then
      echo "identity $key"
    fi
  done
}

# What this machine says of itself, a fact a line, name first.

# Where NixOS keeps its generations; what boots is the one that this link leads to.
profile=/nix/var/nix/profiles/system

# limited COMMAND...: what hangs would hold the lock for ever.
limited() { timeout -k 10 600 "$@"; }

# kernel_of SYSTEM: the version of its kernel.
kernel_of() {
  local version
  for version in "$1"/kernel-modules/lib/modules/*; do if [ -d "$version" ]; then echo "${version##*/}"; fi; done
}

# compare OLD NEW NAME: the fact NAME, where the system NEW has other parts than OLD that only a boot can change.
compare() {
  local parts="" part was is
  for part in kernel initrd kernel-modules systemd; do
    if [ "$1/$part" -ef "$2/$part" ]; then continue; fi
    was=$(readlink -e "$1/$part") || continue
    is=$(readlink -e "$2/$part") || continue
    case $part$parts in
      kernel*) parts=", kernel $(kernel_of "$1") -> $(kernel_of "$2")" ;;
      systemd*) parts="$parts, systemd ${was##*-systemd-} -> ${is##*-systemd-}" ;;
      # These are always others where the kernel is.
      *", kernel "*) ;;
      *) parts="$parts, $part" ;;
    esac
  done
  if [ -n "$parts" ]; then echo "$3 ${parts#, }"; fi
}

# in_place: what runs, and what the profile is, as two words.
in_place() { echo "$(readlink -e /run/current-system || echo nothing) $(readlink -e "$profile" || echo nothing)"; }

# locale_archive: where an activation finds the locales.
locale_archive() { echo "${LOCALE_ARCHIVE:-/run/current-system/sw/lib/locale/locale-archive}"; }
'

# ---- lib/shell/here/run.sh -----------------------------------------------------------------------
# The beginning and the end of every script.

# step WORDS...: says what is done now, or how it ended. Sets: said.
step() { said="$*"; printf "%s\n" "$verb: $said" >&2 || :; }

# stop WORDS...: says why, and ends the script. Ends: always, with 1.
stop() { step "$@" && exit 1; }

# give_up STATUS WORDS: ends the script, and says that last. Sets: last_words. Ends: always, with that status.
give_up() { last_words=$2 && exit "$1"; }

# at_end FUNCTION: has it called when the script ends, however it ends; the last one that was added goes first. Sets: hooks.
at_end() { hooks="$1 $hooks"; }

# at_last FUNCTION: the same, behind all others. Sets: hooks.
at_last() { hooks="$hooks $1"; }

# begin: from here on one function ends the script, whatever ends it. Sets: said, hooks, last_words, facts, from, changed, tmp, left_open,
# status, ending.
begin() {
  said='' hooks='' last_words='' facts='' from='' changed='' tmp='' left_open='' status=0 ending=''
  at_end say_last_words
  trap 'status=$?; end_run' EXIT
  trap "exit 129" HUP; trap "exit 130" INT; trap "exit 131" QUIT; trap "exit 141" PIPE; trap "exit 143" TERM
}

# end_run: what was added by at_end. A further signal cuts neither that short nor what it calls: a host would be left half-way, and a file here.
# Sets: ending.
end_run() {
  local hook
  trap "" HUP INT QUIT PIPE TERM
  ending=yes
  for hook in $hooks; do "$hook" || :; done
}

# say_last_words: what is true of the target, and what to type, where the script ended before its end.
say_last_words() { if [ "$status" -gt 0 ] && [ -n "$last_words" ]; then step "$last_words"; fi; }

# clean_up: takes the private directories away.
clean_up() {
  # A connection that is left open needs its place.
  if [ -n "$left_open" ]; then find "$tmp" -mindepth 1 ! -name ssh -exec rm -rf {} +; elif [ -n "$tmp" ]; then rm -rf "$tmp"; fi || :
}

begin
encode_program
keep_log
main
end of sync
