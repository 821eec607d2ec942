# $ sync.ts switch --diff
/bin/sh /dev/fd/3 3<<'end of sync'
# $ /path/to/hey/scripts/sync.ts switch --diff
# host id3-eniac, target this machine
#
#  1. ask how it stands, and whether another program switches it              here            exit 1, 13
#  2. build id3-eniac                                                         here            exit 1, or nix's
#  3. find out what will change                                               there           exit 1
#  4. show it                                                                 here            exit 1
#  5. nixos-rebuild switch                                                    here and there
#  6. see what runs, what boots and what failed; put right what is half done  here and there  exit 1, 4, 13
exec 3<&-
(: 4>&2) || exec 2>/dev/null; (: 4<&0) 2>/dev/null || exec </dev/null; (: 4>&1) 2>/dev/null || exec >/dev/null
set +abCmvx -euf
unset IFS
if command -v declare >/dev/null 2>&1 && [ -n "${SHELLOPTS-}" ]; then eval 'unset -f $(declare -F | command sed "s/.* //"); export -n SHELLOPTS'; fi

main() {
  ask_before                  # how it stands; does nobody else switch it?
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

  step 'nixos-rebuild switch'
  rebuilding sudo nixos-rebuild --show-trace --flake '/path/to/flake#id3-eniac' switch
  see_outcome switch          # what came of it, whichever program it was
  say_outcome
}

# ---- this run ------------------------------------------------------------------------------------
verb='sync'                   # who speaks
target='this machine'         # what ssh is given
type_reboot='reboot'          # the line to type for a reboot
become='sudo'                 # the words before a command, for that
logged_host='id3-eniac'       # whose history it is
logged_target=''              # the same, as it was reached
lane_timeout='3600'           # how many seconds one step on the host may take
raw=''                        # yes, to show what the host says beside an answer as it came
lane=''                       # the directory of this host in a run of several
bootloader='0'                # 1, to install the boot loader anew, or 0
look_by=''                    # the words before a command there, in lines to type for a look
mends='yes'                   # yes, where root is become without a question
flake_dir='/path/to/flake'  # the directory of the flake
judged=''                     # what was found out of this login under the new system, a fact a line

# for_target: what each function there is given.
for_target() {
  assigned bootloader "$bootloader"
}

# ---- lib/shell/here/rebuild.sh -------------------------------------------------------------------
# A program that moves what boots, and activates, by itself: nixos-rebuild, or nh. Whichever it is, what came of it is looked at.

# ask_before: how the target stands, and whether another program switches it now. Sets: last_words, facts, from, before. Ends: where one
# does.
ask_before() {
  local status="0"
  make_tmp
  last_words="nothing was changed on $target"
  facts=$(heard 60 as_me may_rebuild </dev/null) || status=$?
  stop_if_refused "$status"
  if [ -z "$(fact runs)" ]; then give_up 1 "how $target stands could not be found out; nothing was changed on it (status 1)"; fi
  from=$(fact_number number)
  note_before
}

# note_before: what is known of the target is what was before. Sets: before.
note_before() { before=$facts; }

# was NAME: that fact of before.
was() { local facts="$before" && fact "$1"; }

# all_were NAME: all facts of that name of before.
all_were() { local facts="$before" && all_of "$1"; }

# rebuilding COMMAND...: runs that program. Sets: changed, ended. Ends: where it was interrupted.
rebuilding() {
  changed=yes
  ended=
  at_end look_after_all
  if "$@"; then ended=0; else ended=$?; fi
  case $ended in 129 | 130 | 131 | 141 | 143) exit "$ended" ;; esac
}

# look_after_all: where it was interrupted: how the target stands, and what goes on there. Sets: last_words, facts, changed.
look_after_all() {
  if [ "$ended" = seen_through ]; then return; fi
  facts=$(heard 20 as_me tell_rebuilt </dev/null 2>/dev/null) || facts=
  if [ -z "$(fact runs)" ]; then
    last_words="interrupted (status $status): how $target stands could not be found out, and what was begun there may go on. Look: ${look_by}readlink /run/current-system /nix/var/nix/profiles/system"
  elif [ -n "$(fact goes-on)" ]; then
    last_words="interrupted (status $status): $(standing), and the activation goes on by itself, as the unit $(fact goes-on). Look: ${look_by}systemctl status $(fact goes-on)"
  elif unmoved; then
    changed=
    last_words="interrupted (status $status); nothing was changed on $target: $(standing)"
  else
    last_words="interrupted (status $status): $(standing). Type the same line again"
  fi
}

# failing_since: the units that have failed since, as one list.
failing_since() {
  all_were failing >"$tmp/failing"
  all_of failing | grep -vxF -f "$tmp/failing" | cut -d " " -f 2- | sort -u | tr "\n" "," | sed "s/,\$//; s/,/, /g" || :
}

# unmoved: whether the target runs and boots what it did, as far as it says.
unmoved() { [ "$(fact runs) $(fact link)" = "$(was runs) $(was link)" ] && [ -z "$(failing_since)" ]; }

# see_rebuilt: how the target stands now, behind the end of what goes on there; over a new connection, where the first one was lost.
# Sets: facts, ended, last_words. Ends: where it does not answer within a minute.
see_rebuilt() {
  local latest waits=""
  clock
  latest=$((now + 60))
  while :; do
    facts=$(heard "$lane_timeout" as_me tell_rebuilt ${waits:+wait} </dev/null) || :
    if [ -n "$(fact goes-on)" ]; then
      step "an activation goes on, as the unit $(fact goes-on); wait for its end"
      waits="wait"
      continue
    fi
    if [ -n "$(fact runs)" ]; then return; fi
    clock
    if [ "$now" -ge "$latest" ]; then break; fi
    sleep 1
  done
  ended=seen_through
  give_up 1 "how $target stands could not be found out, and what was begun there may go on (status 1). Look: ${look_by}readlink /run/current-system /nix/var/nix/profiles/system"
}

# mend_there ACTION ACTIVATED SPECIALISATION: as root, has put right there what is half done. Sets: facts.
mend_there() {
  local known="$facts"
  if [ -z "$mends" ]; then return; fi
  facts=$(heard "$lane_timeout" there mend_rebuild "$1" "$(was runs)" "$(was link)" "$(was newest)" "$2" "$3" </dev/null) || :
  if [ -z "$(fact runs)" ]; then facts=$known; fi
}

# see_outcome ACTION [SPECIALISATION]: what came of it, and what is half done is put right: nh and nixos-rebuild come to the same. Sets: facts,
# changed, last_words, ended, how, status.
see_outcome() {
  local failed activated="" wanted="${2-}"
  status=1
  see_rebuilt
  failed=$(failing_since)
  if [ "$(fact runs)" != "$(was runs)" ] || [ -n "$failed" ]; then activated=yes; fi
  case $ended-$activated-$(fact link) in
    0-*) activated=yes status=0 ;;
    4-*) activated=yes ;;
    # What says so of an activation script that fails says it of a line that it refuses, too.
    2--"$(was link)") ;;
    2-*) activated=yes ;;
  esac
  case $status-$activated in
    # The menu of systemd-boot has the generations: a specialisation that is switched to leaves in it what boots as it was.
    0-yes) if [ "$1" = switch ] && [ -n "$wanted" ]; then mend_there "$1" yes "$wanted"; fi ;;
    *) if ! unmoved; then mend_there "$1" "$activated" "$wanted"; fi ;;
  esac
  how="the activation failed"
  if [ "$ended" = 4 ] || { [ "$ended" -gt 0 ] && [ -n "$failed" ]; }; then
    status=4
    how="activated, but some units failed: ${failed:-which ones it did not say}"
  elif [ "$status" -eq 1 ] && [ -z "$activated" ]; then
    how="it failed, and nothing was activated"
    if [ -n "$(fact held)" ]; then status=13 how="another program holds the lock of NixOS ($(fact held)), and nothing was activated"; fi
    if unmoved; then changed=; fi
  fi
  if [ "$ended" -gt 0 ]; then facts="$facts${newline}program $ended"; fi
  ended=seen_through
}

# say_outcome: says what came of it. Sets: last_words. Ends: where it failed.
say_outcome() {
  case $status in
    0) last_words="$(standing)$(owed)" ;;
    4) last_words="$how (status 4); $(standing)$(owed). Look: ${look_by}systemctl --failed" ;;
    *) last_words="$how (status $status); $(standing)$(unmended_words). Look at what it said; then type the same line again" ;;
  esac
  if [ "$status" -gt 0 ]; then exit "$status"; fi
  step "$last_words"
  last_words=
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

# assigned NAME VALUE [NAME VALUE...]: for a shell.
assigned() { while [ $# -gt 0 ]; do printf "%s=%s; " "$1" "$(quoted "$2")" && shift 2; done; }

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

# owed: the reboot that is owed, for a last line.
owed() { if [ -n "$(fact reboot)" ]; then printf "%s" "; reboot needed: $(changes reboot). Then: $type_reboot"; fi; }

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

# as_me NAME WORD...: calls that function here.
as_me() { sh -c 'program=$1; eval "$program"; eval "$2"' sh "$on_target" "$(for_target && quoted "$@")"; }

# ---- lib/shell/here/harmless.sh ------------------------------------------------------------------
# A flake may be a stranger's: what only looks at it starts nothing that its repository names.

# Between two lines.
newline='
'

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

# ---- lib/shell/here/build.sh ---------------------------------------------------------------------
# What was built here.

# take_built_system: the new system. Sets: system, to_activate. Ends: where it is none, or none that can be activated.
take_built_system() {
  system=$(readlink "$tmp/system") || stop "nix build has left no system; nothing was copied"
  to_activate=$system
  [ -f "$system/nixos-version" ] || stop "$system is not a NixOS system; nothing was copied"
  if [ -e "$system/bin/switch-to-configuration" ] || [ -L "$system/bin/switch-to-configuration" ]; then return 0; fi
  stop "$system has no bin/switch-to-configuration (system.switch.enable = false), so it can't be activated; nothing was copied"
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
  show_judged
  say_secrets
  { all_of unseen && printf "%s\n" "$blind"; } | grep . | uniq | sed "s/^/  could not be found out: /" || :
}

# preview_there ACTION: asks the target what would change there by it. Sets: facts, known, agreed, blind, last_words. Ends: where it can't tell, or
# the new system refuses to be switched to.
preview_there() {
  step "what will change on $target"
  agreed=
  blind=
  known=$facts
  # shellcheck disable=SC2086
  if facts=$(heard 1800 there compare_systems "$to_activate" "$1" $identities </dev/null) && [ -n "$(fact shown)" ]; then :; else
    give_up 1 "what will change on $target could not be found out; nothing was changed on it (status 1)"
  fi
  if [ "$1" != dry-activate ] && [ -n "$(fact refusal)" ]; then
    show_preview
    give_up 1 "the new system refuses to be switched to: $(short "$(fact refusal)"); nothing was changed on $target (status 1)"
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

# ---- lib/shell/here/judge.sh ---------------------------------------------------------------------
# Would this login still work under the new system? Asked before it is activated; whoever means a lock-out says so.

# show_judged: what was found out of the login, for the preview. Sets: facts.
show_judged() {
  local kept
  kept=$facts
  facts=$judged
  all_of lockout | grep . | sed "s/^/  LOCK-OUT: /" || :
  all_of doubt | grep . | first_lines 10 | sed "s/^/  warning: this login might not work any more: /" || :
  all_of unjudged | grep . | first_lines 1 | sed "s/^/  whether this login would still work is not known: /" || :
  facts=$kept
}

# ---- lib/shell/here/activate.sh ------------------------------------------------------------------
# The activation, without a guard.

# unmended_words: for a last line, where the boot menu could not be written again.
unmended_words() { if [ -n "$(fact unmended)" ]; then echo "; $(not_bootable)"; fi; }

# ---- lib/shell/here/verdict.sh -------------------------------------------------------------------
# How a guarded deployment ended, by what the target says.

# not_bootable: that it may not boot.
not_bootable() { echo "its boot menu could not be written, and it is not certain that it boots. Make room there (/, /boot), then: $type_reboot"; }

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

# What another program has made of this machine: nixos-rebuild, or nh. Both move what boots and activate by themselves, each in an order
# of its own.

# may_rebuild: how this machine stands before. Ends: where another program switches it.
may_rebuild() {
  refuse_switching
  refuse_activating
  tell_stand
  tell_facts
}

# tell_stand: the link of the profile, the newest generation, and what fails now, each with the moment since when.
tell_stand() {
  local unit
  echo "link $(readlink "$profile")"
  echo "newest $(generations | head -n 1)"
  by_systemd || return 0
  for unit in $(failed_units); do echo "failing $(systemctl show --property=StateChangeTimestampMonotonic --value "$unit") $unit"; done
  looping_units | sed "s/^/failing 0 /"
}

# tell_rebuilt [WAIT]: how it stands afterwards, and whether the activation goes on, or another program holds the lock; with WAIT behind
# its end.
tell_rebuilt() {
  local holder
  if [ -n "${1-}" ]; then await_switch; fi
  if by_systemd && goes_on "$switch_unit.service"; then echo "goes-on $switch_unit"; fi
  if holder=$(lock_holder); then echo "held $holder"; fi
  tell_stand
  tell_facts
}

# await_switch: until the unit of an activation has ended.
await_switch() { while by_systemd && goes_on "$switch_unit.service"; do sleep 0.5; done; }

# mend_rebuild ACTION RUNS LINK NEWEST ACTIVATED SPECIALISATION: puts right what is half done, whichever program it was: what a switch has
# activated boots, too; and where nothing was ACTIVATED the profile is what it was, by its LINK. RUNS is what ran. Ends: where another
# deployment holds the lock.
mend_rebuild() {
  local base=""
  (umask 077 && mkdir -p /run/hey)
  exec 9>/run/hey/lock
  flock -w 60 9 || refuse_held
  await_switch
  if [ -n "$5" ]; then
    if [ "$1" = switch ] && base=$(base_of "$(readlink -e /run/current-system)" "$6"); then
      if [ "$(readlink -e "$profile")" != "$base" ]; then
        note_profile "$base" "$3" "$4" && set_profile "$base" new >&2 9>&- && write_menu_of "$base" >&2 9>&- || echo "unmended yes"
      elif menu_differs; then
        write_menu_of "$base" >&2 9>&- || echo "unmended yes"
      fi
    fi
  elif [ "$(readlink -e /run/current-system)" = "$2" ] && [ "$(readlink "$profile")" != "$3" ]; then
    case $3 in system-[0-9]*-link)
      note_profile "$(readlink -e "$profile")" "$3" "$4" && uncommit_profile >&2
      # Who holds the lock of NixOS now has kept the boot menu from being written.
      if lock_holder >/dev/null; then rm -f "$marker"; else boot_entry "$(readlink -e "$profile")" >&2 9>&- || echo "unmended yes"; fi
      ;;
    esac
  fi
  tell_rebuilt
}

# note_profile SYSTEM LINK NEWEST: as of a commit, in case of a power cut.
note_profile() { rm -f "$marker" && ln -s "rebuilt $1 $2 $3" "$marker"; }

# write_menu_of SYSTEM: it is what boots, with a new loader where that was asked for.
write_menu_of() {
  on_disk
  NIXOS_NO_CHECK=1 NIXOS_INSTALL_BOOTLOADER=$bootloader limited "$1/bin/switch-to-configuration" boot && menu_on_disk && rm -f "$marker"
}

# base_of SYSTEM SPECIALISATION: the system of which that one is the specialisation; itself where there is none. Fails where that is not
# certain.
base_of() {
  local each found=""
  if [ -z "$2" ]; then
    echo "$1"
  elif [ "$(readlink -e "$profile/specialisation/$2")" = "$1" ]; then
    readlink -e "$profile"
  else
    for each in $(nix-store --query --referrers "$1"); do
      if [ "$(readlink -e "$each/specialisation/$2")" = "$1" ]; then found="$found$each "; fi
    done
    case $found in "" | *" "?*) return 1 ;; esac
    echo "${found% }"
  fi
}

# One deployment at a time, and never over a change of somebody else.

# refuse_held. Ends: where the lock has a holder that is named.
refuse_held() {
  local holder
  if holder=$(readlink /run/hey/holder); then refuse 13 "another deployment holds the lock: $holder$(how_to_end)"; fi
}

# The lock under which the program of NixOS changes what runs.
nixos_lock=/run/nixos/switch-to-configuration.lock

# lock_holder: who holds the lock of NixOS: "process 4711 (COMMAND)". Fails where nobody does. It only looks: to try that lock is to stand in
# the way of somebody who takes it just then.
lock_holder() {
  local at device pid command
  at=$(stat -c "%D %i" "$nixos_lock" 2>/dev/null) || return 1
  device=$((0x${at% *}))
  at=$(printf "%02x:%02x:%s" $((device >> 8 & 0xfff)) $((device & 0xff | device >> 12 & 0xfff00)) "${at#* }")
  # A shell would read that file a byte at a time.
  pid=$(grep "^[^ ]* FLOCK .* $at " /proc/locks | { read -r _ _ _ _ pid _ && echo "$pid"; }) || return 1
  command=$(LC_ALL=C tr -c " -~" " " 2>/dev/null <"/proc/$pid/cmdline" | cut -c 1-200)
  if [ -n "$command" ]; then echo "process $pid (${command% })"; else echo "a process that process $pid has left behind"; fi
}

# refuse_switching. Ends: where another program is switching this machine.
refuse_switching() {
  local switcher
  if switcher=$(lock_holder); then refuse 13 "another program is switching it, and holds the lock of NixOS: $switcher$(how_to_end)"; fi
}

# What this machine says of itself, a fact a line, name first.

# Where NixOS keeps its generations; what boots is the one that this link leads to.
profile=/nix/var/nix/profiles/system

# refuse STATUS WHY: for the last line on the other side. Ends: always, with that status.
refuse() { printf "refused %s\n" "$2"; exit "$1"; }

# by_systemd: whether systemd is what runs this machine.
by_systemd() { [ -d /run/systemd/system ]; }

# seconds_up: seconds since this machine was booted. The wall clock may jump.
seconds_up() { cut -d . -f 1 /proc/uptime; }

# limited COMMAND...: what hangs would hold the lock for ever.
limited() { timeout -k 10 600 "$@"; }

# generations: their numbers, newest first. By number: a name sorts 10 before 9. Other profiles may lie beside it (system-old-7-link).
generations() { printf "%s\n" "$profile"-*-link | sed -n "s|^$profile-\([1-9][0-9]\{0,8\}\)-link\$|\1|p" | sort -rn; }

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

# number_of LINK: the number of a generation, of the name of its link.
number_of() { set -- "${1#system-}" && echo "${1%-link}"; }

# in_place: what runs, and what the profile is, as two words.
in_place() { echo "$(readlink -e /run/current-system || echo nothing) $(readlink -e "$profile" || echo nothing)"; }

# tell_facts: what runs, whether it came up badly or has other keys since, what boots, the profile where that is another, the number of the
# profile, and the fact "reboot" where a reboot is owed.
tell_facts() {
  local set next
  set=$(readlink -e "$profile" || echo nothing)
  next=$(menu_boots) || next=$set
  echo "runs $(readlink -e /run/current-system || echo nothing)"
  echo "boots $next"
  if [ "$next" != "$set" ]; then echo "profile $set"; fi
  if [ /run/hey/failed -ef /run/current-system ]; then echo "failed yes"; fi
  if [ /run/hey/keys -ef /run/current-system ]; then echo "keys yes"; fi
  echo "number $(number_of "$(readlink "$profile")")"
  compare /run/booted-system "$next" reboot
}

# failed_units: their names, in the order of the alphabet. Fails where systemd does not say.
failed_units() {
  local listed
  listed=$(timeout 20 systemctl list-units --failed --plain --no-legend --full) || return 1
  printf "%s\n" "$listed" | sed "s/ .*//; /^\$/d" | LC_ALL=C sort
}

# restarts: of each service how often systemd has started it again by itself, a line each: "NUMBER STATE SECOND NAME", with the second since
# the boot in which it was started last. Fails where systemd does not say.
restarts() {
  local listed line name number state started
  listed=$(timeout 20 systemctl show --property=Id,NRestarts,SubState,ExecMainStartTimestampMonotonic "*.service") || return 1
  # A paragraph for each unit, in an order of its own.
  printf "%s\n\n" "$listed" | (
    name="" number=0 state="" started=0
    while IFS= read -r line; do
      case $line in
        Id=*) name=${line#*=} ;;
        NRestarts=*) number=${line#*=} ;;
        SubState=*) state=${line#*=} ;;
        ExecMainStartTimestampMonotonic=*) started=${line#*=} ;;
        "")
          if [ -n "$name" ]; then echo "$number $state $((started / 1000000)) $name"; fi
          name="" number=0 state="" started=0
          ;;
      esac
    done
  ) | LC_ALL=C sort -k 4
}

# looping_units: services that systemd starts again and again now.
looping_units() {
  local listed now number state started name
  listed=$(restarts) || return 1
  now=$(seconds_up)
  printf "%s\n" "$listed" | while read -r number state started name; do
    case $state in *auto-restart*) started=$now ;; esac
    if [ "${number:-0}" -ge 2 ] && [ "$((now - started))" -lt 60 ]; then loops "$name"; fi
  done
}

# loops NAME: what a unit is called that systemd starts again and again.
loops() { echo "$1 (starts again and again)"; }

# locale_archive: where an activation finds the locales.
locale_archive() { echo "${LOCALE_ARCHIVE:-/run/current-system/sw/lib/locale/locale-archive}"; }

# goes_on UNIT: whether it does. systemctl has no answer for a moment while systemd itself is renewed.
goes_on() { case $(systemctl show --property=ActiveState --value "$1" 2>/dev/null) in inactive | failed) false ;; esac; }

# Whether an activation can begin: asked before the profile moves.

# The unit in which the programs of NixOS activate a system, and hey does.
switch_unit="nixos-rebuild-switch-to-configuration"

# refuse_activating. Ends: where that unit goes on.
refuse_activating() {
  if by_systemd && goes_on "$switch_unit.service"; then refuse 13 "another activation goes on there, as the unit $switch_unit$(how_to_end)"; fi
}

# own_activation: the process of one of hey without a guard that goes on. Fails where there is none.
own_activation() {
  local noted process
  for noted in /run/hey-activation.*/process; do
    process=$(readlink "$noted") && kill -0 "$process" 2>/dev/null && echo "$process" && return
  done
  return 1
}

# how_to_end: for a refusal, where what is in the way is an activation, how to end it.
how_to_end() {
  if own_activation >/dev/null; then
    echo ". If it hangs, end it: ops-deploy --cancel"
  elif by_systemd && goes_on "$switch_unit.service"; then
    echo ". If it hangs, end it there: systemctl stop $switch_unit"
  fi
}

# What this machine boots: what its boot menu boots, which need not be the profile.

# menu_boots: the system that the boot loader boots next, or an entry that is none of NixOS. Fails where that can not be found out.
menu_boots() {
  local found
  if by_systemd_boot || { [ -r /boot/loader/loader.conf ] && [ ! -r "$grub_cfg" ]; }; then
    # Of a trial boot it is not told what is booted once.
    found=$({ [ ! -L "$trial/id" ] || [ -z "$(loader_variable LoaderEntryOneShot)" ]; } && menu_of_bootctl) ||
      found=$(menu_of_loader_conf) || return 1
  elif [ -r "$grub_cfg" ]; then
    found=$(menu_of_grub) || return 1
  else
    return 1
  fi
  [ -n "$found" ] && echo "$found"
}

# menu_differs: whether that is known, and another system than the profile.
menu_differs() {
  local next
  next=$(menu_boots) && [ "$next" != "$(readlink -e "$profile")" ]
}

# menu_of_bootctl: as systemd says it, by all that its loader looks at. Fails where it does not.
menu_of_bootctl() {
  local listed entry
  listed=$(limited bootctl list --json=short 2>/dev/null </dev/null) || return 1
  case $listed in *"\"isDefault\":true"*) ;; *) return 1 ;; esac
  entry=${listed%%"\"isDefault\":true"*}
  entry=${entry##*"\"id\":\""}
  case $entry in
    *" init="*"/init"* | *"\"init="*"/init"*)
      entry=${entry##*init=}
      echo "${entry%%/init*}"
      ;;
    *) echo "the entry ${entry%%"\""*} of its boot menu" ;;
  esac
}

# menu_of_loader_conf: as loader.conf has it: "preferred", else "default", each a pattern for the ids of entries. The first of the menu that
# fits boots; "preferred" passes over one without a try left. Where none fits it is the first of all. Fails where that is not known.
menu_of_loader_conf() {
  local preferred default tries entry found first="" best="" fallback=""
  preferred=$(loader_setting preferred)
  default=$(loader_setting default)
  # What was booted last: only the firmware knows that.
  case $preferred$default in *@saved*) return 1 ;; esac
  loader_entries | (
    while read -r tries entry found; do
      first=${first:-$found}
      # shellcheck disable=SC2254 # patterns
      case $entry in $preferred) if [ "$tries" = some ]; then best=${best:-$found}; fi ;; esac
      # shellcheck disable=SC2254 # patterns
      case $entry in $default) fallback=${fallback:-$found} ;; esac
    done
    best=${best:-${fallback:-$first}}
    [ -n "$best" ] && echo "$best"
  )
}

# loader_setting NAME: what loader.conf says of it last, in small letters
loader_setting() { sed -n "s/^$1[[:blank:]]\{1,\}//p" /boot/loader/loader.conf 2>/dev/null | tail -n 1 | tr "[:upper:]" "[:lower:]"; }

# loader_entries: the entries of systemd-boot in the order of its menu: whether it has "some" or "no" tries left, its id in small letters, and
# the system that it boots, or words for one that is none of NixOS. Without a try left it comes last; then sort-key, machine and version
# tell, and at the end the id, the highest first.
loader_entries() {
  local file entry tries key value keyed sort_key machine version found between
  between=$(printf "\037")
  for file in /boot/loader/entries/*.conf; do
    [ -r "$file" ] || continue
    entry=${file##*/} tries=some keyed=1 sort_key="" machine="" version=""
    case $entry in
      *+[0-9]*.conf)
        case ${entry##*+} in 0[!0-9]*) tries=no ;; esac
        entry=${entry%+*}.conf
        ;;
    esac
    found="the entry $entry of its boot menu"
    while read -r key value || [ -n "$key" ]; do
      case $key in
        sort-key) sort_key=$value keyed=0 ;;
        machine-id) machine=$value ;;
        version) version=$value ;;
        options)
          case " $value " in
            *" init="*"/init "*)
              found=" $value "
              found=${found#*" init="}
              found=${found%%"/init "*}
              ;;
          esac
          ;;
      esac
    done <"$file"
    printf "%s$between" "$([ "$tries" = some ] || echo last)" "$keyed" "$sort_key" "$machine" "$version"
    printf "%s$between%s\n" "$entry" "$tries $(printf "%s" "$entry" | tr "[:upper:] " "[:lower:]_") $found"
  done | LC_ALL=C sort -t "$between" -k 1,1 -k 2,2 -k 3,3 -k 4,4 -k 5,5Vr -k 6,6Vr | sed "s/.*$between//"
}

# menu_of_grub: as its environment and its configuration have it: an entry for once, the saved one, or a fixed one; by number or by title, and
# with ">" behind that of a menu. Fails where there is no such entry.
menu_of_grub() {
  local name value once="" saved="" wanted="" word rest title quote number="-1" depth="0" at="0" here=""
  while IFS="=" read -r name value; do
    case $name in
      next_entry) if [ ! -L "$trial/id" ]; then once=$value; fi ;;
      saved_entry) saved=$value ;;
    esac
  done <"$grubenv" 2>/dev/null || :
  while read -r word rest; do
    case "$word $rest" in
      "set default="*next_entry*) continue ;;
      "set default="*saved_entry*) wanted=${saved:-0} ;;
      "set default="*)
        wanted=${rest#default=}
        wanted=${wanted#"\""}
        wanted=${wanted%"\""}
        ;;
    esac
    case $word in
      menuentry | submenu)
        if [ -n "$once" ]; then wanted=$once once=""; fi
        quote=${rest%"${rest#?}"}
        title=${rest#?}
        title=${title%%"$quote"*}
        if [ "$depth" -eq "$at" ]; then
          number=$((number + 1))
          here=""
          case ${wanted:-0} in
            "$number" | "$title") here=yes ;;
            "$number>"* | "$title>"*)
              wanted=${wanted#*">"}
              number=-1
              at=$((depth + 1))
              ;;
          esac
        fi
        ;;
    esac
    case "$word $rest" in
      *"{ }" | *"{}" | *"{"*"}") ;;
      *"{") depth=$((depth + 1)) ;;
      "} "*) depth=$((depth - 1)) ;;
    esac
    case " $rest " in
      *" init="*"/init "*)
        if [ -n "$here" ]; then
          rest=${rest#*init=}
          echo "${rest%%/init*}"
          return
        fi
        ;;
    esac
  done <"$grub_cfg"
  return 1
}

# The entry of the boot menu that is booted at the next boot only: systemd-boot takes it from a variable of the firmware, GRUB from its
# environment block. Both forget it before they boot it.

# Where the variables of the firmware are.
efivars=/sys/firmware/efi/efivars

# The environment block of GRUB.
grubenv=/boot/grub/grubenv

# loader_variable NAME: of systemd-boot: text in UTF-16, behind four bytes of attributes. Through a pipe, as tail seeks in what looks like a
# regular file, and Linux lets nobody seek there.
# shellcheck disable=SC2002 # so it is of use
loader_variable() { cat "$efivars/$1-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f" 2>/dev/null | tail -c +5 | tr -d "\000"; }

# by_systemd_boot: whether it has booted this machine. (GRUB has that variable too.)
by_systemd_boot() {
  case $(loader_variable LoaderInfo) in systemd-boot*) ;; *) false ;; esac
}

# A guarded deployment that is not over is a directory /run/hey/ID. Each fact in it is a link: it is there whole or not at all, and takes
# no free block of a full /run.
#   open | kept | confirmed, then committed or uncommitted | rolled-back     its one verdict: one link that gets other names
#   by prev new generation bootloader on-unit-failure last-reboot deadline   who, from what, to what, how, until when
#   started status units why inhibited rebooting stopped                     how far it came, what failed, why and how it was rolled back

# Where a trial boot is noted on the disk, from its arming to its end: a directory of links, which in that boot is copied to /run/hey/ID.
trial=/nix/var/nix/hey-trial

# Where a commit is noted on the disk while it goes on: its deployment, its system, the generation before it (the name of its link) and
# the number of the newest one then. After a power cut it tells what was cut.
marker=/nix/var/nix/hey-commit

# unmended: whether a commit, or a trial boot, has left something to be put right.
unmended() { [ -L "$marker" ] || [ -L "$trial/id" ]; }

# Where the garbage collector looks for what it must keep. On the disk, as a deployment may go on behind a reboot.
roots=/nix/var/nix/gcroots

# What a trial boot needs of the boot loader: an entry for the system that is tried, that it is booted once, and that the old system is
# what boots by default.

# What GRUB boots by, where it is the boot loader.
grub_cfg=/boot/grub/grub.cfg

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
        if [ "$said" != "$refused" ]; then
          say_what unit "" "$refused" 0
          echo "refusal $(printf "%s\n" "$refused" | grep . | grep -vx "Pre-switch checks failed" | tail -n 1)"
        fi
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

# The activation of a system that is there, as nixos-rebuild does it.

# set_profile SYSTEM GENERATION: the profile becomes that system: as the generation of that number, or as a "new" one.
set_profile() {
  if [ "$2" = new ]; then limited nix-env -p "$profile" --set "$1"; else limited nix-env -p "$profile" --switch-generation "$2"; fi
}

# The last step of a guarded deployment: the system becomes what boots. And what puts right a commit or a trial boot that was cut short.

# on_disk: a power cut can leave the boot menu in two halves, and fsck empties what it finds so. Before the menu is written, the disk has all
# that tells of it and all that it boots. What tells of it goes only when the disk has the menu.
on_disk() { sync -f /nix/var/nix /nix/store; }

# menu_on_disk: the boot menu is.
menu_on_disk() { [ ! -d /boot ] || sync -f /boot; }

# uncommit_profile: the profile is again what it was before the commit that the marker tells of. A generation is deleted only if that commit
# made it.
uncommit_profile() {
  local marked newest before now
  marked=$(readlink "$marker") || return 0
  newest=${marked##* }
  before=${marked% *}
  before=${before##* }
  now=$(readlink "$profile")
  if [ "$now" = "$before" ]; then return; fi
  # A garbage collector may have deleted that generation meanwhile. What it was is kept as a root.
  if [ ! -e "$profile-$(number_of "$before")-link" ]; then restore_generation "$before"; fi
  limited nix-env -p "$profile" --switch-generation "$(number_of "$before")"
  if [ "$(number_of "$now")" -gt "$newest" ]; then limited nix-env -p "$profile" --delete-generations "$(number_of "$now")"; fi
}

# restore_generation LINK: makes the generation of that link anew, of what booted when the deployment that the marker tells of began.
restore_generation() {
  local kept
  kept=$(readlink -e "$roots/hey-$(readlink "$marker" | cut -d " " -f 1)-boots") || return 0
  case $1 in system-[0-9]*-link) ln -s "$kept" "${profile%system}$1" ;; esac
}

# boot_entry SYSTEM: the boot entry is its own; then the commit that the marker tells of is over, one way or the other.
boot_entry() {
  on_disk
  NIXOS_NO_CHECK=1 NIXOS_INSTALL_BOOTLOADER=0 limited "$1/bin/switch-to-configuration" boot && menu_on_disk && rm -f "$marker"
}
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
