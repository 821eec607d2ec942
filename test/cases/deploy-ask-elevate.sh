# $ ops-deploy.ts vps-ultraman admin@vps_ultraman_root --ask --elevate sudo
/bin/sh /dev/fd/3 3<<'end of ops-deploy'
# $ /path/to/hey/scripts/ops-deploy.ts vps-ultraman admin@vps_ultraman_root --ask --elevate sudo
# host vps-ultraman, target admin@vps_ultraman_root
#
#  1. connect by ssh, become root there by sudo                        here and there  exit 1
#  2. ask it: may it be changed, is there room, is nobody else at it?  there           exit 1, 13
#  3. build vps-ultraman                                               here            exit 1
#  4. copy what is missing there                                       here and there  exit 1
#  5. find out what will change                                        there           exit 1
#  6. show it, and ask whether to go on                                here            exit 1
#  7. switch it: profile, boot menu, switch-to-configuration switch    there           exit 1, 4, 13
#  8. log in once more: it must not be locked out                      here and there  exit 16
exec 3<&-
set +abCmvx -euf
unset IFS
if command -v declare >/dev/null 2>&1; then eval 'unset -f $(declare -F | command sed "s/.* //"); export -n SHELLOPTS'; fi

main() {
  require_terminal            # who is asked must be there
  connect                     # ssh: one connection for all that follows
  ask_target has_room         # ask it: may it be changed, is there room, is nobody else at it?
  expect_silence              # nix can copy only where the login prints nothing of its own

  step 'build vps-ultraman'
  nix --extra-experimental-features 'nix-command flakes' build --show-trace --out-link "$tmp/system" '.#nixosConfigurations."vps-ultraman".config.system.build.toplevel'
  take_built_system           # $system

  step "copy to admin@vps_ultraman_root"
  NIX_SSHOPTS="$ssh_options -S $tmp/ssh" nix --extra-experimental-features 'nix-command flakes' copy --to "ssh://admin@vps_ultraman_root?remote-program=sudo%20-n%20--%20$nix_store" "$system"
  declared=$(nix --extra-experimental-features 'nix-command flakes' eval --raw '.#nixosConfigurations."vps-ultraman".config' --apply 'c: let age = c.age or { }; secrets = age.secrets or { }; in builtins.concatStringsSep "" (map (path: "identity ${toString path}\n") (age.identityPaths or [ ]) ++ map (name: let file = builtins.tryEval (toString secrets.${name}.file); in "secret ${builtins.replaceStrings [ " " "\n" ] [ "_" "_" ] name} ${if file.success then builtins.unsafeDiscardStringContext file.value else ""}\n") (builtins.attrNames secrets))')
  read_declared               # its secrets
  preview_there switch        # what would change there
  ask_about_it
  require_still_there
  go_on_as_shown
  activate_there switch       # profile, boot menu, switch-to-configuration switch
}

# ---- this run ------------------------------------------------------------------------------------
verb='ops-deploy'             # who speaks
host='vps-ultraman'           # its name in the flake
target='admin@vps_ultraman_root'  # what ssh is given
where='admin@vps_ultraman_root'  # the same, in lines to type
type_shell='/path/to/hey/scripts/ops-ssh.ts --elevate sudo'  # the line to type for a command there, up to TARGET
type_reboot='/path/to/hey/scripts/ops-reboot.ts --elevate sudo vps-ultraman admin@vps_ultraman_root'  # the line to type for a reboot
ssh_options='-T -o RemoteCommand=none -o ClearAllForwardings=yes -o ControlMaster=auto -o ControlPersist=15m -o ConnectTimeout=10 -o ServerAliveInterval=15 -o ServerAliveCountMax=4'  # ssh's words for the one connection of the run
new_options='-o ControlMaster=no -o ControlPath=none -o ConnectTimeout=10 -o ServerAliveInterval=5 -o ServerAliveCountMax=3 -T -o RemoteCommand=none -o ClearAllForwardings=yes'  # ssh's words for a new connection
with_tty=' -t'                # " -t", in lines to type, where root is become
type_become='sudo '           # the words before a command there, in lines to type
type_rollback='/path/to/hey/scripts/ops-rollback.ts --elevate sudo vps-ultraman admin@vps_ultraman_root'  # the line to type for a rollback
elevate='sudo'                # the program by which the login becomes root there
become='sudo -n -- '          # the words before a command, for that
logged_host='vps-ultraman'    # whose history it is
logged_target='admin@vps_ultraman_root'  # the same, as it was reached
lane=''                       # the directory of this host in a run of several
force=''                      # yes, to change also what someone else has changed
bootloader='0'                # 1, to install the boot loader anew, or 0
generation='new'              # the number of the system's generation, or "new"
flake_dir='/path/to/flake'  # the directory of the flake

# for_target: what each function there is given.
for_target() {
  assigned force "$force" bootloader "$bootloader" generation "$generation" by "${by-}" last_deployed "${last_deployed-}" \
    agreed "${agreed-}" system "${system-}"
}

# ---- lib/shell/here/question.sh ------------------------------------------------------------------
# Questions to a person, on the terminal.

# require_terminal: who will be asked must be there: said before anything is done, not after the build. Sets: last_words.
# Ends: where nobody is.
require_terminal() {
  if (: </dev/tty) 2>/dev/null; then :; else
    step "there is no terminal for the question of --ask; nothing was done. Try: --yes"
    last_words=
    exit 1
  fi
}

# forget_typed: what was typed before a question could be read is no answer to it: taken off the terminal, a half line too. Sets: interrupted.
# Ends: at a ^C.
forget_typed() {
  local terminal
  # A ^C counts, but not before the terminal is again as it was.
  interrupted=
  trap "interrupted=yes" INT
  terminal=$(stty -g </dev/tty)
  stty -icanon min 0 time 0 </dev/tty || :
  sed d </dev/tty || :
  stty "$terminal" </dev/tty
  trap "exit 130" INT
  if [ -n "$interrupted" ]; then exit 130; fi
}

# question TEXT: what a person says to it; nothing at the end of the input. Sets: reply.
question() {
  forget_typed
  printf "%s" "$1" >/dev/tty
  IFS= read -r reply </dev/tty || reply=
}

# agreed_to TEXT: whether that is a yes.
agreed_to() {
  question "$1 [y/N] "
  case $reply in
    [yY] | [yY][eE][sS]) ;;
    *) return 1 ;;
  esac
}

# ---- lib/shell/here/connect-elevated.sh ----------------------------------------------------------
# ssh goes as a user who becomes root there, without a password.

# there NAME WORD...: calls that function on the target, as root, over the one connection of this run.
there() { reach "$target" -- "$become$(far "$@")"; }

# there_again NAME WORD...: the same by a login like the first one, which may be asked something at a terminal.
there_again() { log_in_anew "$target" -- "$become$(far "$@")" </dev/null; }

# connect [PASSWORD [trusted]]: finds out whether the login becomes root there, before anything is built, sent or changed. PASSWORD is "later"
# where the program asks for one itself; with "trusted" nix there must take paths from the login. Sets: facts, nix_store.
# Ends: where it does not.
connect() {
  open_connection
  step "become root on $target by $elevate"
  if facts=$(reach "$target" -- "$(far becomes_root "$elevate" "${1-none}" "${2-}")" </dev/null); then
    take_nix_store
  else
    not_answered "$?"
  fi
}

# ---- lib/shell/here/far.sh -----------------------------------------------------------------------
# How the target is told what to do: ssh runs one line there, in the login's own shell.

# open_connection: a private directory, in memory where there is such a place, and one connection for all ssh and nix of this run, which the
# first opens in it. Sets: last_words.
open_connection() {
  make_tmp
  at_end close_connection
  last_words="nothing was changed on $target"
}

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

# close_connection: it would end by itself after a while; and does, where it may be the only way in.
close_connection() {
  if [ -n "$left_open" ]; then return 0; fi
  reach -O exit "$target" >/dev/null 2>&1 || :
}

# reach WORD...: ssh, over the one connection of this run.
# shellcheck disable=SC2086
reach() { ssh $ssh_options -S "$tmp/ssh" "$@"; }

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
assigned() {
  while [ $# -gt 0 ]; do printf "%s=%s; " "$1" "$(quoted "$2")" && shift 2; done
}

# far NAME WORD...: the line that calls that function of the target. All of them come along.
far() { printf "%s" "sh -c 'program=\$(printf %b \"\$1\"); eval \"\$program\"; eval \"\$(printf %b \"\$2\")\"' sh '$program' '$({ for_target && quoted "$@"; } | encoded)'"; }

# not_answered STATUS: says why a first question was not answered, or what the target has against it. What was reached is never said to be
# unreachable. Sets: last_words. Ends: always, with 1 where the target did not say another status.
not_answered() {
  local shell heard
  stop_if_refused "$1"
  # ssh has said why.
  last_words="$target can't be reached; nothing was changed on it (status 1)"
  if [ "$1" -ne 255 ]; then
    shell=$(reach "$target" -- "echo \$SHELL" </dev/null 2>/dev/null | grep "^/" | tail -n 1 | LC_ALL=C tr -cd " -~") || :
    heard=$(printf "%s\n" "$facts" | grep . | tail -n 1 | LC_ALL=C tr -cd " -~") || :
    last_words="$target was reached, but the login's shell there${shell:+, $shell,} did not run what it was told (status $1)${heard:+, and said: $heard}; nothing was changed on it (status 1). Give the login another shell: sh, bash, zsh, fish or tcsh"
  fi
  exit 1
}

# ---- lib/shell/here/build.sh ---------------------------------------------------------------------
# What was built here.

# take_built_system: the new system. Sets: system, to_activate. Ends: where it is none.
take_built_system() {
  system=$(readlink "$tmp/system")
  to_activate=$system
  [ -f "$system/nixos-version" ] || stop "$system is not a NixOS system; nothing was copied"
}

# take_nix_store: where nix-store is there, as root may have another PATH. An address of nix has no room for more than such letters.
# Sets: nix_store.
take_nix_store() { nix_store=$(fact nix-store | LC_ALL=C tr -cd "A-Za-z0-9/._+-"); }

# ---- lib/shell/here/fact.sh ----------------------------------------------------------------------
# What the target says of itself: a fact a line, name first. Data, of which nothing moves a terminal's cursor.

# Between two facts.
newline='
'

# fact NAME: the first of that name in $facts. A program is started only where there is something to take out.
fact() {
  local value="$newline$facts$newline"
  case $value in *"$newline$1 "*) value=${value#*"$newline$1 "} ;; *) return 0 ;; esac
  value=${value%%"$newline"*}
  # Beyond ASCII some letters move the cursor, or turn round what follows.
  if [ -n "$value" ] && [ -z "${value##*[!A-Za-z0-9./:_,@+=() >-]*}" ]; then value=$(printf "%s" "$value" | LC_ALL=C tr -cd " -~"); fi
  printf "%s\n" "$value"
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

# changes NAME: a fact of what differs, with an arrow.
changes() { fact "$1" | sed "s/->/$(printf "\342\206\222")/g"; }

# stop_if_refused STATUS [MORE]: with what the target said against it. Sets: last_words. Ends: where it said so, with that status.
stop_if_refused() {
  if [ -z "$(fact refused)" ]; then return 0; fi
  last_words="$(fact refused); nothing was changed on $target (status $1)${2-}"
  exit "$1"
}

# standing: how the target stands, for a last line.
standing() { printf "%s" "$target runs $(fact runs), boots $(fact boots)"; }

# known_standing: the same behind other words, where it is known.
known_standing() { if [ -n "$(fact runs)" ]; then printf "%s" "; $(standing)"; fi; }

# owed: the reboot that is owed, for a last line.
owed() { if [ -n "$(fact reboot)" ]; then printf "%s" "; reboot needed: $(changes reboot). Then: $type_reboot"; fi; }

# clock: seconds on a clock that no one sets. Sets: now.
clock() {
  if [ -r /proc/uptime ]; then read -r now _ </proc/uptime; else now=$(date +%s); fi
  now=${now%%.*}
}

# ---- lib/shell/here/ask.sh -----------------------------------------------------------------------
# The first question: before the build, which can be long.

# ask_target [MORE...]: is it there, may it be deployed to, and is nobody else at it? MORE are further questions of the target's.
# Sets: facts, from, agreed, last_deployed. Ends: where the target says no.
ask_target() {
  agreed=
  read_record
  ask_there may_deploy "$@"
}

# ask_there NAME WORD...: asks a first question. Sets: facts, from. Ends: where the target says no, or nothing.
ask_there() {
  step "ask $target"
  facts=$(there "$@" </dev/null) || not_answered "$?"
  from=$(fact_number number)
}

# expect_silence: nix copy reads its own answer from the first byte on. Sets: last_words. Ends: where the login prints something before.
expect_silence() {
  local printed
  printed=$(printf "%s\n" "$facts" | head -n 1 | LC_ALL=C tr -cd " -~" | cut -c 1-60)
  if [ -z "$printed" ]; then return 0; fi
  last_words="the login's shell on $target prints text before it runs a command: \"$printed\"; nix can't copy over that, and nothing was changed on $target (status 1). Let its rc file print only for a terminal"
  exit 1
}

# ---- lib/shell/here/log.sh -----------------------------------------------------------------------
# What is noted of a run, for later ones.

# find_notes: where this user's notes are, and who deploys. Sets: notes, by.
find_notes() {
  case ${XDG_STATE_HOME-} in /*) notes=$XDG_STATE_HOME/hey ;; *) notes=${HOME-}/.local/state/hey ;; esac
  by=$(printf "%s" "$(id -un)@$(uname -n)" | tr -cd "A-Za-z0-9@._-")
}

# keep_log: has what comes of it noted at the end: a line of JSON for hey ops log (lib/log/log.ts). Sets: began.
keep_log() {
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
        "$(member by "$by" && member verb "$verb" && member host "$logged_host" && member target "$logged_target" && member from "$from" && member to "$(fact_number number)" && member reboot "$(fact reboot)" && member untouched "$([ -n "$changed" ] || echo yes)" && member said "$said" && member transcript "$transcript")" >>"$notes/log"
    fi
  ) 2>/dev/null || :
}

# read_record: what ran on the host when it was last deployed to from here, to notice when someone else has changed it. Sets: last_deployed.
read_record() { last_deployed=$({ tr -cd "A-Za-z0-9 +._?=/-" <"$notes/deployed/$host"; } 2>/dev/null) || last_deployed=''; }

# record SYSTEM...: notes what runs on the host now. Two words while it is not known whether the second runs.
record() { (mkdir -p "$notes/deployed" && printf "%s\n" "$*" >"$notes/deployed/$host") 2>/dev/null || :; }

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

# header FILE: the lines of an age file that name its recipients.
header() {
  if head -c 11 "$1" | grep -q "^-----BEGIN"; then
    sed "1d;/^-----END/d" "$1" | base64 -d 2>/dev/null
  else
    cat "$1"
  fi | head -c 65536 | LC_ALL=C sed -n "/^-> /p;/^---/q"
}

# judged: the secrets of the host, each behind "lost" where it is no recipient, or "odd" where its recipients can't be read. One that is no ssh
# key may be its own, where it has such a key.
judged() {
  local tags type key secret file named
  tags=$(values recipient | while read -r type key; do echo "-> $type $(tag "$key") "; done)
  printf "%s\n" "$secrets" | while read -r secret file; do
    if [ ! -r "$file" ]; then file=$flake_dir/${file#/nix/store/*/}; fi
    if named=$(header "$file" 2>/dev/null) && [ -n "$named" ]; then :; else
      printf "%s\n" "odd $secret"
      continue
    fi
    # age adds a recipient that is none, so that nobody relies on what they are.
    if [ -n "$(values identity)" ] && printf "%s\n" "$named" | grep -q -v -e "^-> ssh-" -e "^-> [^ ]*-grease"; then continue; fi
    if [ -n "$tags" ] && printf "%s\n" "$named" | sed "s/\$/ /" | grep -q -F -e "$tags"; then continue; fi
    printf "%s\n" "lost $secret"
  done
}

# named_in NAME JUDGEMENT: what is behind that name in it, on a line.
named_in() { printf "%s\n" "$2" | sed -n "s/^$1 //p" | tr "\n" " " | sed "s/ \$//"; }

# say_secrets: which the host can't decrypt. Sets: blind.
say_secrets() {
  local judgement
  if [ -z "$secrets" ]; then return; fi
  if [ -n "$odd_identities" ]; then
    blind="whether it decrypts its secrets with $(printf "%s" "$odd_identities" | tr "\n" " ")"
  elif [ -z "$(values identity)$(values recipient)" ]; then
    echo "  secrets can't be decrypted there, as it has none of these keys: ${identities% }"
  else
    judgement=$(judged)
    if [ -n "$(named_in lost "$judgement")" ]; then echo "  secrets that are not encrypted to a key of this host: $(named_in lost "$judgement")"; fi
    if [ -n "$(named_in odd "$judgement")" ]; then blind="for whom these secrets are encrypted: $(named_in odd "$judgement")"; fi
  fi
}

# ---- lib/shell/here/preview.sh -------------------------------------------------------------------
# What will change on the target, against what it runs, shown before it does, and the question whether it may.

# nix colours even what no terminal sees.
colour="$(printf "\033")\[[0-9;]*m"

# What nix writes beyond ASCII has another place there; nothing else may come through.
arrow="$(printf "\342\206\222")"

# values NAME: all facts of that name.
values() {
  printf "%s\n" "$facts" | LC_ALL=C sed -n "s/$colour//g;s/$arrow/->/g;s/$(printf "\342\210\205")/none/g;s/$(printf "\316\265")/none/g;s/^$1 //p" |
    LC_ALL=C tr -cd "\n -~"
}

# amount BYTES: for a person.
amount() { if [ "$1" -lt 104857600 ]; then echo "$(($1 / 1024)) KiB"; else echo "$(($1 / 1048576)) MiB"; fi; }

# size_of LINE: the first or the second of two, in bytes.
size_of() { number 15 "$(values size | sed -n "$1p")"; }

# show_preview: what will change, as $facts say.
show_preview() {
  local before after
  echo "$target, against what it runs now:"
  if [ "$(fact same)" = yes ]; then echo "  it runs this system already"; fi
  values package | grep . | sed "s/->/$arrow/g;s/^/  /" || :
  before=$(size_of 1)
  after=$(size_of 2)
  if [ -n "$before" ] && [ -n "$after" ]; then echo "  size: $(amount "$before") now, $(amount "$after") then"; fi
  values unit | grep . | sed "s/^/  /" || :
  if [ -n "$(fact reboot)" ]; then echo "  reboot needed: $(changes reboot)"; fi
  say_secrets
  { values unseen && printf "%s\n" "$blind"; } | grep . | uniq | sed "s/^/  could not be found out: /" || :
}

# preview_there ACTION: asks the target what would change there by it. Sets: facts, known, agreed, blind, last_words. Ends: where it can't tell.
preview_there() {
  step "what will change on $target"
  agreed=
  blind=
  known=$facts
  # shellcheck disable=SC2086
  if facts=$(there compare_systems "$to_activate" "$1" $identities </dev/null); then :; else
    last_words="what will change on $target could not be found out; nothing was changed on it (status 1)"
    exit 1
  fi
}

# ask_about_it: shows it, and asks. Who is asked must have seen it. Sets: last_words. Ends: unless the answer is yes.
ask_about_it() {
  if [ ! -t 1 ]; then show_preview >/dev/tty; fi
  show_preview
  if agreed_to "Go on with $target?"; then :; else
    last_words="not agreed to; nothing was changed on $target (status 1)"
    exit 1
  fi
}

# require_still_there: a person takes their time, and a link may have gone meanwhile. Sets: last_words. Ends: where it has.
require_still_there() {
  if there true </dev/null; then :; else
    last_words="$target can't be reached any more; nothing was changed on it (status 1)"
    exit 1
  fi
}

# go_on_as_shown: what was shown is what may be changed. Sets: agreed, facts.
go_on_as_shown() {
  agreed=$(fact shown | tr -cd "A-Za-z0-9 +._?=/-")
  facts=$known
}

# ---- lib/shell/here/activate.sh ------------------------------------------------------------------
# The activation, without a guard.

# activate_there ACTION [OR_BOOT]: activates $to_activate there: the system, or a specialisation of it. With OR_BOOT, where a reboot follows, one
# that can't be switched to while the host runs becomes what boots. Sets: last_words, changed, facts, agreed, prev, how. Ends: where that failed,
# or this machine can't log in any more.
activate_there() {
  local action="$1" status lost
  step "$action on $target"
  lost="the connection to $target was lost in the middle: what was started there goes on by itself. Look: $type_shell $where readlink /run/current-system; then type the same line again"
  last_words=$lost
  changed=yes
  prev=$(fact runs)
  case $action in switch | test) record "$prev" "$to_activate" ;; esac
  status=0
  facts=$(there activate_system "$action" "$to_activate" </dev/null) || status=$?
  take_activated "$status"
  if [ "$(fact inhibited)" = yes ] && [ -n "${2-}" ]; then
    step "it can't be switched to while the host runs, so it is made what boots"
    action=boot agreed='' status=0
    facts=$(there activate_system "$action" "$to_activate" </dev/null) || status=$?
    take_activated "$status"
  fi
  case $action-$(fact runs) in dry-activate-* | *-) ;; *) record "$(fact runs)" ;; esac
  # Without facts it is ssh's status; any other is the activation's own.
  case $status-$(fact inhibited)-$(fact runs) in
    *-)
      how="the connection was lost in the middle"
      last_words=$lost
      if [ "$status" -eq 0 ]; then status=1; fi
      ;;
    0-*) last_words="$(standing)$(owed)" ;;
    4-*) last_words="$how (status 4); $(standing)$(owed). Look: $type_shell $where systemctl --failed" ;;
    *-yes-*) last_words="it can't be switched to while the host runs (status $status); $(standing). Type the same line with --boot, or --boot --reboot" ;;
    *) last_words="$how (status $status); $(standing). Look at what it said; then type the same line again" ;;
  esac
  case $action$(fact inhibited) in switch | test) still_in "$action" ;; esac
  if [ "$status" -gt 0 ]; then exit "$status"; fi
  step "$last_words"
  last_words=
}

# take_activated STATUS: the activation is over, or the connection to it is: what came of it. Only who has heard from the target knows that.
# Sets: changed, last_words, how. Ends: where nothing was changed.
take_activated() {
  if [ -n "$(fact refused)" ]; then changed=; fi
  stop_if_refused "$1" "$(known_standing)"
  if [ -z "$(fact begun)" ] && [ "$1" -gt 0 ] && [ "$1" -lt 128 ]; then
    changed=
    last_words="the activation could not begin; nothing was changed on $target (status $1)"
    exit "$1"
  fi
  how=$(fact why)
  case $1 in
    0) how=activated ;;
    4) how="activated, but some units failed: $(fact units)" ;;
    *) how=${how:-the activation failed} ;;
  esac
}

# ---- lib/shell/here/still-in.sh ------------------------------------------------------------------
# Can this machine still log in, after what was activated there? The first connection outlives a lock-out, and would hide it.

# log_in_anew WORD...: a login like the first one, which may be asked for something again, by a process that can be ended. (-S in
# NIX_SSHOPTS would win over ControlPath.)
# shellcheck disable=SC2086
log_in_anew() {
  sh -c "echo \$PPID" >"$tmp/login"
  exec ssh $new_options -S none "$@"
}

# limit_login SECOND: ends a login that takes longer than until then: to ssh one that hangs looks alive. It ends itself when the file is gone.
limit_login() {
  local login
  while [ -e "$tmp/login" ]; do
    sleep 0.2
    clock
    if [ "$now" -gt "$1" ]; then
      login=$(cat "$tmp/login" 2>/dev/null) || :
      if [ -n "$login" ]; then kill "$login" 2>/dev/null || :; fi
    fi
  done
}

# logs_in: whether a new connection comes to run something there. Sets: why_not.
logs_in() {
  local until_when login_ends heard status
  clock
  until_when=$((now + 15))
  login_ends=$((now + 60))
  : >"$tmp/login"
  limit_login "$login_ends" </dev/null >/dev/null 2>&1 &
  while :; do
    status=0
    heard=$(there_again tell_boot 2>"$tmp/said") || status=$?
    case $newline$heard in *"${newline}boot "?*) break ;; esac
    clock
    # An sshd that starts again is there in a moment; one that has refused the login stays at it.
    if [ "$status" -ne 255 ] || [ "$now" -ge "$until_when" ] ||
      grep -q -e "Permission denied" -e "Host key verification failed" "$tmp/said"; then
      why_not=$(tail -n 1 "$tmp/said" | LC_ALL=C tr -cd " -~")
      if [ "$now" -gt "$login_ends" ]; then why_not="it took longer than 60 s"; fi
      rm -f "$tmp/login"
      return 1
    fi
    sleep 1
  done
  rm -f "$tmp/login"
}

# still_works: whether the first connection still does, and becomes root.
still_works() {
  local job first_until
  there true </dev/null >/dev/null 2>&1 &
  job=$!
  clock
  first_until=$((now + 5))
  while kill -0 "$job" 2>/dev/null; do
    clock
    if [ "$now" -gt "$first_until" ]; then
      kill "$job" 2>/dev/null || :
      return 1
    fi
    sleep 0.1
  done
  wait "$job"
}

# still_in ACTION: ends where it can't, with how to go on. The first connection is left open then: it may be the only way in.
# Sets: last_words, left_open. Ends: where it can't.
still_in() {
  local onward old_system old_number
  step "log in to $target once more"
  if logs_in; then return 0; fi
  onward=". Look at its console"
  if [ -n "$(fact runs)" ]; then
    # Who takes it back over that connection has changed what nobody else has.
    record "$prev" "$(fact runs)"
    if still_works; then
      left_open=yes
      onward=". The first connection works for 15 minutes more: ssh$with_tty -S $tmp/ssh $target"
      if [ "$prev" != "$(fact runs)" ]; then
        # What the target has said of itself becomes part of a command: no more of it than a path and a number may have.
        old_system=$(printf "%s" "$prev" | tr -cd "A-Za-z0-9+._?=/-")
        old_number=$(printf "%s" "$from" | tr -cd "0-9")
        onward=". The first connection works for 15 minutes more, and takes it back: ssh$with_tty -S $tmp/ssh $target $type_become$old_system/bin/switch-to-configuration test"
        if [ "$1" = switch ] && [ -n "$old_number" ]; then onward="$onward; then: $type_rollback --to $old_number"; fi
      fi
    fi
    if [ "$(fact boots)" != "$(fact runs)" ]; then onward="$onward. A reboot brings $(fact boots)"; fi
  fi
  last_words="$how; a new connection to $target failed: ${why_not:-without a word} (status 16)$(known_standing)$onward"
  exit 16
}

# ---- on the target -------------------------------------------------------------------------------
on_target='set -u

# One deployment at a time, and never over a change of somebody else.

# refuse_held. Ends: where the lock has a holder that is named.
refuse_held() {
  local holder
  if holder=$(readlink /run/hey/holder); then refuse 13 "another deployment holds the lock: $holder"; fi
}

# The lock under which the program of NixOS changes what runs.
nixos_lock=/run/nixos/switch-to-configuration.lock

# lock_holder: who holds the lock of NixOS: "process 4711 (COMMAND)". Fails where nobody does. It only looks: to try that lock is to stand in
# the way of somebody who takes it just then.
lock_holder() {
  local at device kind pid where command
  at=$(stat -c "%D %i" "$nixos_lock" 2>/dev/null) || return 1
  device=$((0x${at% *}))
  at=$(printf "%02x:%02x:%s" $((device >> 8 & 0xfff)) $((device & 0xff | device >> 12 & 0xfff00)) "${at#* }")
  while read -r _ kind _ _ pid where _; do
    if [ "$kind $where" = "FLOCK $at" ]; then
      command=$(LC_ALL=C tr -c " -~" " " 2>/dev/null <"/proc/$pid/cmdline" | cut -c 1-200)
      if [ -n "$command" ]; then echo "process $pid (${command% })"; else echo "a process that process $pid has left behind"; fi
      return
    fi
  done </proc/locks
  return 1
}

# refuse_switching. Ends: where another program is switching this machine.
refuse_switching() {
  local switcher
  if switcher=$(lock_holder); then refuse 13 "another program is switching it, and holds the lock of NixOS: $switcher"; fi
}

# take_lock: holds it by the descriptor 9 as long as that is open; with the name of its holder, which is taken away at the end.
# Sets: held_by. Ends: where another one holds it.
take_lock() {
  (umask 077 && mkdir -p /run/hey)
  exec 9>/run/hey/lock
  # Who has just got it, or is about to leave it, has no name there yet, or no more.
  for _ in 1 2 3 4 5 6 7 8 9 10; do if flock -n 9; then break; else refuse_held && sleep 0.1; fi; done
  if flock -n 9; then :; else refuse 13 "another deployment holds the lock; whose it is can not be seen"; fi
  (each_open refuse_open; refuse_trial) || exit
  held_by="$by, since $(date -u +%T) UTC"
  trap "rm -f /run/hey/holder" EXIT
  ln -sfn "$held_by" /run/hey/holder
}

# refuse_changed. Ends: where someone else has changed what runs, unless $force says so; where it has changed since somebody agreed to what
# would be another than that, in any case: what they saw run and boot is $agreed. Sets: runs, boots.
refuse_changed() {
  runs=$(readlink -e /run/current-system) || refuse 1 "no NixOS system runs there"
  boots=$(readlink -e "$profile") || boots=nothing
  case $agreed in
    "" | "$runs $boots") ;;
    *) refuse 1 "it has changed since it was shown: it runs $runs now, and boots $boots. Type the same line again" ;;
  esac
  case " $boots $last_deployed " in *" $runs "*) return ;; esac
  if [ "$force" = yes ]; then return; fi
  refuse 1 "changed by someone else: it runs $runs, but its profile is $boots and last deployed from here was ${last_deployed:-nothing}. Look there first; --force deploys all the same"
}

# may_deploy [MORE...]: whether this machine can be deployed to by this user, now; MORE are questions of the kind. Changes nothing.
# Ends: where it can not.
may_deploy() {
  local more
  echo
  need_root deploy
  (each_open refuse_open; refuse_trial) || exit
  if [ -e /run/hey/lock ]; then flock -n /run/hey/lock true || refuse_held; fi
  refuse_switching
  refuse_changed
  tell_facts
  for more in "$@"; do "$more"; done
}

# has_room. Ends: where nothing can be copied to: known now, it would be seen only after the build.
has_room() {
  local free at
  timeout 3 df -P -k / /nix 2>/dev/null | (
    while read -r _ _ _ free _ at; do
      case $at$free in /*[0-9]) if [ "$free" -lt 32768 ]; then refuse 1 "$at is full there ($((free / 1024)) MiB left), and nothing can be copied; make room first: nix-collect-garbage --delete-older-than 14d"; fi ;; esac
    done
  ) || exit
}

# What this machine says of itself, a fact a line, name first.

# Where NixOS keeps its generations; what boots is the one that this link leads to.
profile=/nix/var/nix/profiles/system

# refuse STATUS WHY: for the last line on the other side. Ends: always, with that status.
refuse() {
  printf "refused %s\n" "$2"
  exit "$1"
}

# not_root WHAT: why this user may not do that; nothing for root.
not_root() { [ "$(id -u)" != 0 ] && echo "$(id -un) is not root there, and only root may $1: add --elevate sudo, or name no user in the target"; }

# need_root WHAT. Ends: where the caller is not root.
need_root() {
  local why
  if why=$(not_root "$1"); then refuse 1 "$why"; fi
}

# by_systemd: whether systemd is what runs this machine.
by_systemd() { [ -d /run/systemd/system ]; }

# seconds_up: seconds since this machine was booted. The wall clock may jump.
seconds_up() { cut -d . -f 1 /proc/uptime; }

# limited COMMAND...: what hangs would hold the lock for ever.
limited() { timeout -k 10 600 "$@"; }

# kernel_of SYSTEM: the version of its kernel.
kernel_of() {
  local version
  for version in "$1"/kernel-modules/lib/modules/*; do if [ -d "$version" ]; then echo "${version##*/}"; fi; done
}

# compare OLD NEW NAME: the fact NAME, where the system NEW has other parts than OLD that only a boot can change.
compare() {
  local parts part was is
  parts=
  for part in kernel initrd kernel-modules systemd; do
    was=$(readlink -e "$1/$part") || continue
    is=$(readlink -e "$2/$part") || continue
    if [ "$was" = "$is" ]; then continue; fi
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

# tell_facts: what runs, whether it came up badly, what boots and its number, and the fact "reboot" where a reboot is owed.
tell_facts() {
  local now
  echo "runs $(readlink -e /run/current-system || echo nothing)"
  echo "boots $(readlink -e "$profile" || echo nothing)"
  if [ "$(readlink /run/hey/failed)" = "$(readlink -e /run/current-system)" ]; then echo "failed yes"; fi
  now=$(readlink "$profile" || :)
  now=${now#system-}
  echo "number ${now%-link}"
  compare /run/booted-system "$profile" reboot
}

# tell_boot: which boot this is, and what runs.
tell_boot() {
  echo
  echo "boot $(cat /proc/sys/kernel/random/boot_id)"
  tell_facts
}

# stored NAME WORD...: the text of a script that has all of this program in it, and calls that function. (The name stands here as a word, and
# never in a string, so that it is known to be called.)
stored() { printf "%s\n" "set -u" "$program" "$*"; }

# locale_archive: where an activation finds the locales.
locale_archive() { echo "${LOCALE_ARCHIVE:-/run/current-system/sw/lib/locale/locale-archive}"; }

# inhibited STATUS LOG: whether NixOS (from 26.05 on) has refused to switch to the system, as dbus or systemd, say, are others.
inhibited() { [ "$1" = 1 ] && grep -q "^There are changes to critical components" "$2"; }

# units_in LOG: what has failed in an activation that ended with 4: units, those of users, and what is activated for users. It names the
# units last, and shows "systemctl status" of each behind that: command lines and journals, in which any words may stand, also at the
# beginning of a line. Before that the beginning of a line is what tells its own words from others.
units_in() {
  local own named
  own=$(LC_ALL=C sed "/^warning: the following units failed: /q" "$1")
  named=$({
    edited "$own" "s/^warning: the following units failed: //p" | tr "," "\n"
    edited "$own" "s/^warning: the following user units failed: //p" | tr "," "\n" | sed "s/^ */user unit /"
    edited "$own" "s/^warning: (user activation for [^ ]+) failed.*/\1/p"
    edited "$own" "s/^Failed to (start|stop|restart|reload|[a-z]+-[a-z-]+) (user unit )?([^ ]+\.[a-z]+)(:.*)?\$/\2\3/p"
    edited "$own" "s/^(A dependency job|Job) for ([^ ]+\.[a-z]+) .*/\2/p"
  } | sed "s/^ *//" | grep . | LC_ALL=C sort -u | paste -s -d , - | sed "s/,/, /g")
  echo "${named:-which ones it did not say}"
}

# edited TEXT EDIT: what sed makes of it.
edited() { printf "%s\n" "$1" | LC_ALL=C sed -nE "$2"; }

# goes_on UNIT: whether it does. systemctl has no answer for a moment while systemd itself is renewed.
goes_on() { case $(systemctl show --property=ActiveState --value "$1" 2>/dev/null) in inactive | failed) false ;; esac; }

# Whether this user becomes root here, and what helps if not.

# try_root PROGRAM PASSWORD: tries it. "secret" reads the password on stdin.
try_root() {
  case $1-$2 in
    sudo-secret) sudo -S -p "" -- sh -c : ;;
    sudo-*) sudo -n -- sh -c : </dev/null ;;
    doas-*) doas -n -- sh -c : </dev/null ;;
    run0-*) run0 --no-ask-password -- sh -c : </dev/null ;;
  esac 2>&1
}

# becomes_root PROGRAM PASSWORD [trusted]: whether this user becomes root by that (sudo, doas, run0) without a terminal. PASSWORD is "secret"
# where one is on stdin, "later" where one will be asked for at a terminal, else "none". With "trusted" also whether nix takes unsigned paths
# from it. Changes nothing. Ends: where it does not; says why, and what helps.
becomes_root() {
  local me not said trust
  echo
  export LC_ALL=C
  me=$(id -un)
  trust=${3-}
  if command -v "$1" >/dev/null 2>&1; then :; else refuse 1 "there is no $1 there; type --elevate with another program, or a login that is root"; fi
  not="! "
  # Where it needs none a password would go on to the command, whose input sudo may log (log_input). -k, as what sudo remembers it forgets.
  if [ "$1-$2" = sudo-secret ] && sudo -k -n -- sh -c : </dev/null >/dev/null 2>&1; then
    echo "password unneeded"
    set -- sudo none
  fi
  # The words of sudo, and of sudo-rs.
  said=$(try_root "$1" "$2") || case $1-$2-$said in
    sudo-later-*"password is required"* | sudo-later-*"uthentication is required"*) ;;
    sudo-*"must have a tty"*) refuse 1 "sudo there wants a terminal of $me (requiretty), and a deployment has none; put this into its sudoers: Defaults:$me ${not% }requiretty (NixOS: security.sudo.extraConfig)" ;;
    sudo-secret-*"incorrect password"* | sudo-secret-*"try again"* | sudo-secret-*"incorrect authentication"*) refuse 1 "that is not the password of $me there" ;;
    sudo-*"password is required"* | sudo-*"terminal is required"* | sudo-*"uthentication is required"*) refuse 1 "sudo there asks $me for a password; add --ask-elevate-password, or let it need none (NixOS: security.sudo.wheelNeedsPassword = false)" ;;
    sudo-*"not in the sudoers"* | sudo-*"not allowed"* | sudo-*"may not run"*) refuse 1 "$me may not become root by sudo there; put it into the group wheel there, or log in as root" ;;
    doas-*"uthentication"*) refuse 1 "doas there asks $me for a password, which it takes at a terminal only; let it need none (NixOS: noPass in security.doas.extraRules), or type --elevate sudo" ;;
    doas-*"not permitted"* | doas-*"not enabled"*) refuse 1 "$me may not become root by doas there; permit it (NixOS: security.doas.extraRules), or log in as root" ;;
    run0-*"uthentication"* | run0-*"ccess denied"*) refuse 1 "run0 there lets $me not become root without a question; permit it by a rule of polkit (NixOS: security.polkit.extraConfig), or type --elevate sudo" ;;
    # Before its last line sudo may complain of names.
    *) refuse 1 "$me does not become root by $1 there: $(printf "%s\n" "$said" | tail -n 1)" ;;
  esac
  echo "nix-store $(command -v nix-store || echo nix-store)"
  if [ -n "$trust" ]; then nix_trusts "$me" || refuse 1 "$(no_trust "$me")"; fi
}

# The store of this machine, and whom nix here trusts.

# nix_configuration: what the daemon has read, not what this user would like: nix itself shows both as one.
nix_configuration() {
  local words
  for words in "config show" show-config; do
    # shellcheck disable=SC2086
    NIX_USER_CONF_FILES=/dev/null NIX_CONFIG="" nix --extra-experimental-features nix-command $words 2>/dev/null && return
  done
  cat /etc/nix/nix.conf 2>/dev/null
}

# nix_trusts USER: whether nix here takes unsigned paths from that user.
nix_trusts() {
  local settings who
  settings=$(nix_configuration)
  if [ "$(nix_setting "$settings" require-sigs)" = false ]; then return 0; fi
  set -f
  for who in $(nix_setting "$settings" trusted-users); do
    case $who in
      "*" | "$1") return 0 ;;
      @*) case " $(id -Gn) " in *" ${who#@} "*) return 0 ;; esac ;;
    esac
  done
  return 1
}

# nix_setting SETTINGS NAME: its value.
nix_setting() { printf "%s\n" "$1" | sed -n "s/^$2 *= *//p" | tail -n 1; }

# no_trust USER: what to do where nix here does not trust that user.
no_trust() { echo "nix there takes no unsigned paths from $1 (lacks a signature by a trusted key); add $1 to nix.settings.trusted-users there, or type --backend nix, which copies as root"; }

# A guarded deployment that is not over is a directory /run/hey/ID. Each fact in it is a link: it is there whole or not at all, and takes
# no free block of a full /run.
#   open | kept | confirmed, then committed or uncommitted | rolled-back     its one verdict: one link that gets other names
#   by prev new generation bootloader on-unit-failure deadline               who, from what, to what, how, until when
#   started status units why inhibited back                                  how far it came, what failed, why it was rolled back

# Where a trial boot is noted on the disk, from its arming to its end: a directory of links, which in that boot is copied to /run/hey/ID.
trial=/nix/var/nix/hey-trial

# Where a commit is noted on the disk while it goes on: its deployment, its system, the generation before it (the name of its link) and
# the number of the newest one then. After a power cut it tells what was cut.
marker=/nix/var/nix/hey-commit

# alive NAME: whether that script of the deployment in $dir runs. It holds a lock on itself as long as it does.
alive() { [ -e "$dir/$1" ] && ! flock -n -s "$dir/$1" true; }

# progress: how the deployment in $dir stands. Of several who want to give the verdict one wins, as it is a rename; that needs no free
# inode.
progress() {
  if [ -L "$dir/confirmed" ]; then
    if alive commit; then echo committing; else echo commit-cut; fi
  elif [ -L "$dir/rolled-back" ]; then
    # The way back of a trial boot is a reboot, and the unit that does it is begun again by systemd.
    if [ -L "$dir/trial" ] || alive rollback; then echo going-back; else echo back-cut; fi
  elif [ -L "$dir/open" ]; then echo open; else echo over; fi
}

# each_open COMMAND...: for each deployment that is not over, with the seconds that are left until its deadline. For COMMAND it
# Sets: id, dir, left.
each_open() {
  local ends
  for dir in /run/hey/*; do
    ends=$(readlink "$dir/deadline") || continue
    id=${dir##*/}
    left=$((ends - $(seconds_up)))
    "$@"
  done
}

# holds: whether it ends by itself, and with it what it holds. The clock that takes it back may be late by half a minute.
holds() {
  case $(progress) in open) [ "$left" -ge -30 ] || [ -L "$dir/trial" ] ;; committing | going-back) ;; *) false ;; esac
}

# trial_progress: how the trial boot that is noted stands, while it is no deployment under /run: rebooting (into it, or about to), starting,
# or over.
trial_progress() {
  local noted this told
  noted=$(readlink "$trial/id") || return 0
  read -r this </proc/sys/kernel/random/boot_id
  if [ "$this" = "$(readlink "$trial/boot")" ]; then
    # Who was killed before that point has told nobody to reboot, and a reboot that has not come in ten minutes does not.
    if told=$(readlink "$trial/told") && [ "$(($(seconds_up) - told))" -lt 600 ]; then echo rebooting; else echo over; fi
  elif [ -d "/run/hey/$noted" ]; then
    echo open
  elif [ ! -d "/run/hey/past/$noted" ] && [ "$(readlink "$trial/tried" || echo "$this")" = "$this" ] &&
    [ "$(readlink -e /run/booted-system)" = "$(readlink "$trial/new")" ] && [ "$(readlink -e "$profile")" != "$(readlink "$trial/new")" ]; then
    echo starting
  else
    echo over
  fi
}

# refuse_open. Ends: where the deployment in $dir holds the lock.
refuse_open() {
  local how
  if holds; then
    case $(progress) in
      committing) how="it is confirmed, and becomes what boots" ;;
      going-back) how="it is going back" ;;
      *) how="unless confirmed it is undone $([ "$left" -gt 0 ] && echo "in $left s" || echo now)" ;;
    esac
    refuse 13 "another deployment holds the lock: $(readlink "$dir/by"); $how"
  fi
}

# refuse_trial. Ends: where a trial boot is under way.
refuse_trial() {
  case $(trial_progress) in
    rebooting | starting) refuse 13 "another deployment holds the lock: $(readlink "$trial/by"); its system is being booted, for a trial" ;;
  esac
}

# shell_of SYSTEM: its shell. What an activation puts at /bin/sh may be the very thing that is broken.
shell_of() { if [ -x "$1/sw/bin/sh" ]; then echo "$1/sw/bin/sh"; else echo /bin/sh; fi; }

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
  local new action running said each key public
  new=$1
  action=$2
  running=$(readlink -e /run/current-system)
  echo "shown $running $(readlink -e "$profile" || echo nothing)"
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
      # What a check before the switch has against it is said, and what would be done without that.
      said=$(would "$new") || {
        say_what unit "" "$said" 0
        said=$(would "$new" NIXOS_NO_CHECK=1)
      }
      say_what unit "what activation would do" "$said" "$?"
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

# activate_system ACTION SYSTEM: takes the lock, sets the profile to $system, and activates SYSTEM: that, or a specialisation of it. The
# activation runs on when the connection is lost, even where it would write: its output goes to a file, and only the reader of that file
# hangs on the connection. Sets: dir, job. Ends: always, with the status of the activation.
activate_system() {
  local action="$1" status why="" units="" blocked=""
  set -e
  echo
  # The second must not set a profile that it then can not activate.
  take_lock
  refuse_switching
  refuse_changed
  # A garbage collector may have come by while somebody was asked.
  if [ -x "$2/bin/switch-to-configuration" ]; then :; else refuse 1 "$2 is not there any more"; fi
  # In files, as systemd may spoil a "$" in a command; and before anything is changed, as /run may be full.
  dir=$(mktemp -d /run/hey-activation.XXXXXX) || refuse 1 "no directory can be made in /run there (is it full?)"
  if printf "" >"$dir/log" && stored switch_noting "\"\$@\"" >"$dir/run"; then :; else
    rm -rf "$dir"
    refuse 1 "/run can not be written to there (is it full?)"
  fi
  echo "begun yes"
  case $action in switch | boot) take_profile ;; esac
  if start_switch "$2" "$action"; then
    tail -n +1 -s 0.1 --pid="$job" -f "$dir/log" >&2 9>&- &
  else
    why="the activation could not be started (does another one run there?)"
  fi
  wait
  status=$(readlink "$dir/status") || status=none
  case $status in
    4) units=$(units_in "$dir/log") ;;
    # By a signal, to the unit or to the program alone.
    none | 129 | 1[3-8]? | 19[0-2])
      status=1
      why=${why:-the activation was cut before its end}
      ;;
  esac
  if inhibited "$status" "$dir/log"; then blocked=yes; fi
  rm -rf "$dir"
  # What runs now has not come up as it should: it is not what it would be by another deployment of the same.
  if [ "$status" -eq 0 ]; then rm -f /run/hey/failed; else ln -sfn "$2" /run/hey/failed; fi
  if [ "$status" -eq 4 ]; then echo "units $units"; fi
  if [ -n "$why" ]; then echo "why $why"; elif [ -n "$blocked" ]; then echo "inhibited yes"; fi
  tell_facts
  exit "$status"
}

# take_profile: the profile becomes $system. Ends: where it could not be set.
take_profile() {
  local before
  # Over, as the lock was given; but it may be what is booted once. What armed it knows how to end it.
  if [ -L "$trial/id" ] && ! sh "$trial/end" >&2; then
    rm -rf "$dir"
    refuse 1 "what a trial boot has left there can not be cleared away (is /boot full?)"
  fi
  before=$(readlink "$profile") || :
  if set_profile "$system" "$generation" >&2; then :; else
    rm -rf "$dir"
    tell_facts
    if [ "$(readlink "$profile")" = "$before" ]; then refuse 1 "its profile could not be set (disk full?)"; fi
    echo "why nix-env failed behind the new profile, and nothing was activated"
    exit 1
  fi
  rm -f "$marker"
  on_disk || :
}

# switch_noting SYSTEM ACTION PATH DIR: the activation, as its file "run". The status is noted on the spot: systemd-run --wait says 0 too where
# D-Bus goes away, and where SIGTERM ends the unit. The note is made by the ln of the system that runs now; the activation itself has the PATH
# that it would have without it. Ends: always.
switch_noting() {
  local status="0"
  "$1/bin/switch-to-configuration" "$2" || status=$?
  PATH=$3
  ln -s "$status" "$4/status"
  exit "$status"
}

# run_by SYSTEM ACTION COMMAND...: the file "run", by that command.
run_by() {
  local what="$1" action="$2"
  shift 2
  "$@" "$(shell_of "$runs")" "$dir/run" "$what" "$action" "$runs/sw/bin:$PATH" "$dir" 9>&-
}

# start_switch SYSTEM ACTION: starts it, as a process or a unit of its own. Sets: job.
start_switch() {
  local unit="nixos-rebuild-switch-to-configuration"
  if ! by_systemd; then
    run_by "$1" "$2" env -i PATH="$PATH" LOCALE_ARCHIVE="$(locale_archive)" NIXOS_INSTALL_BOOTLOADER="$bootloader" setsid >"$dir/log" 2>&1 </dev/null &
    job=$!
    return 0
  fi
  run_by "$1" "$2" systemd-run --quiet --collect --no-ask-password --service-type=exec --unit="$unit" \
    --setenv=LOCALE_ARCHIVE="$(locale_archive)" --setenv=NIXOS_INSTALL_BOOTLOADER="$bootloader" \
    --property=StandardOutput="append:$dir/log" --property=StandardError="append:$dir/log" >&2 || return 1
  # systemd is asked once a second, and when the end is noted.
  while goes_on "$unit.service"; do
    for _ in 1 2 3 4 5 6 7 8 9 10; do
      sleep 0.1
      if [ -L "$dir/status" ]; then break; fi
    done
  done &
  job=$!
}

# The last step of a guarded deployment: the system becomes what boots. And what puts right a commit or a trial boot that was cut short.

# on_disk: a power cut can leave the boot menu in two halves, and fsck empties what it finds so. Before the menu is written, the disk has all
# that tells of it and all that it boots. What tells of it goes only when the disk has the menu.
on_disk() { sync -f /nix/var/nix /nix/store; }
'

# ---- lib/shell/here/run.sh -----------------------------------------------------------------------
# The beginning and the end of every script.

# step WORDS...: says what is done now, or how it ended. Sets: said.
step() {
  said="$*"
  printf "%s\n" "$verb: $said" >&2 || :
}

# stop WORDS...: says why, and ends the script. Ends: always, with 1.
stop() { step "$@" && exit 1; }

# at_end FUNCTION: has it called when the script ends, however it ends; the last one that was added goes first. Sets: hooks.
at_end() { hooks="$1 $hooks"; }

# at_last FUNCTION: the same, behind all others. Sets: hooks.
at_last() { hooks="$hooks $1"; }

# begin: from here on one function ends the script, whatever ends it. Sets: said, hooks, last_words, facts, from, changed, tmp, left_open,
# status.
begin() {
  said='' hooks='' last_words='' facts='' from='' changed='' tmp='' left_open='' status=0
  at_end say_last_words
  trap 'status=$?; end_run' EXIT
  trap "exit 129" HUP; trap "exit 130" INT; trap "exit 131" QUIT; trap "exit 141" PIPE; trap "exit 143" TERM
}

# end_run: what was added by at_end. A second ^C waits for nothing. Ends: at that.
end_run() {
  local hook
  trap "clean_up; exit 130" INT
  for hook in $hooks; do "$hook" || :; done
}

# say_last_words: what is true of the target, and what to type, where the script ended before its end.
say_last_words() { if [ "$status" -gt 0 ] && [ -n "$last_words" ]; then step "$last_words"; fi; }

# clean_up: takes the private directories away.
clean_up() {
  if [ -z "$tmp" ]; then return 0; fi
  # A connection that is left open needs its place.
  if [ -n "$left_open" ]; then find "$tmp" -mindepth 1 ! -name ssh -exec rm -rf {} + || :; else rm -rf "$tmp" || :; fi
}

begin
encode_program
keep_log
main
end of ops-deploy
