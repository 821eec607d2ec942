# $ ops-deploy.ts vps-ultraman admin@vps_ultraman_root --status --elevate sudo
/bin/sh /dev/fd/3 3<<'end of ops-deploy'
# $ /path/to/hey/scripts/ops-deploy.ts vps-ultraman admin@vps_ultraman_root --status --elevate sudo
#
#  1. connect by ssh, become root there by sudo  here and there  exit 1
#  2. what is armed there, what runs and boots   there           exit 1
exec 3<&-
set +abCmvx -euf
unset IFS
if command -v declare >/dev/null 2>&1; then eval 'unset -f $(declare -F | command sed "s/.* //"); export -n SHELLOPTS'; fi

main() {
  connect                     # ssh: one connection for all that follows
  there say_armed </dev/null  # what is armed there, what runs and boots
}

# ---- this run ------------------------------------------------------------------------------------
verb='ops-deploy'             # who speaks
target='admin@vps_ultraman_root'  # what ssh is given
ssh_options='-T -o RemoteCommand=none -o ClearAllForwardings=yes -o ControlMaster=auto -o ControlPersist=15m -o ConnectTimeout=10 -o ServerAliveInterval=15 -o ServerAliveCountMax=4'  # ssh's words for the one connection of the run
elevate='sudo'                # the program by which the login becomes root there
become='sudo -n -- '          # the words before a command, for that

# for_target: what each function there is given.
for_target() {
  :
}

# ---- lib/shell/here/connect-elevated.sh ----------------------------------------------------------
# ssh goes as a user who becomes root there, without a password.

# there NAME WORD...: calls that function on the target, as root, over the one connection of this run.
there() { reach "$target" -- "$become$(far "$@")"; }

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

# stop_if_refused STATUS [MORE]: with what the target said against it. Sets: last_words. Ends: where it said so, with that status.
stop_if_refused() {
  if [ -z "$(fact refused)" ]; then return 0; fi
  last_words="$(fact refused); nothing was changed on $target (status $1)${2-}"
  exit "$1"
}

# ---- on the target -------------------------------------------------------------------------------
on_target='set -u

# How a guarded deployment stands, and its end: confirmed, or taken back.

# say_facts DIR: what is known of a deployment there, for a person.
say_facts() {
  local fact
  for fact in by prev new why status units; do
    if [ -L "$1/$fact" ]; then echo "  $fact $(readlink "$1/$fact")"; fi
  done
}

# say_open: how the deployment in $dir stands, for a person.
say_open() {
  case $(progress) in
    open) if [ -L "$dir/trial" ]; then echo "a trial boot: reboots in $left s unless confirmed, into what boots"; else echo "armed: goes back in $left s unless confirmed"; fi ;;
    going-back) echo "going back$(if [ -L "$dir/held" ]; then echo ", as soon as it gets the lock of NixOS from $(readlink "$dir/held")"; fi)" ;;
    back-cut) echo "the way back was cut short: --cancel takes it up again" ;;
    committing) echo "confirmed, and becoming what boots" ;;
    commit-cut) echo "confirmed, but what boots was cut short: deploy again" ;;
  esac
  say_facts "$dir"
}

# say_trial: how a trial boot stands, for a person.
say_trial() {
  case $(trial_progress) in
    rebooting) echo "a trial boot is about to begin" ;;
    starting) echo "a trial boot begins" ;;
    over) echo "a trial boot is over, and was not confirmed; the next deployment clears away what it has left" ;;
    *) return ;;
  esac
  say_facts "$trial"
}

# say_armed: what is armed here, what was last, and what runs, for a person. Changes nothing. Ends: where the caller is not root.
say_armed() {
  local open last end
  if not_root "see what is armed" >&2; then exit 1; fi
  open=$(each_open say_open; say_trial)
  if [ -n "$open" ]; then
    printf "%s\n" "$open"
  else
    echo "nothing is armed"
    if [ -e /run/hey/lock ]; then flock -n -s /run/hey/lock true || echo "a deployment is under way: $(readlink /run/hey/holder)"; fi
    if [ -L "$marker" ]; then echo "a commit was cut short, and the boot menu may be in two halves: the next deployment mends it, or ops-reboot"; fi
    # Names that mktemp has made.
    # shellcheck disable=SC2012
    last=$(ls -t /run/hey/past 2>/dev/null | head -n 1)
    if [ -n "$last" ]; then
      echo "the last guarded deployment since boot: $(cd "/run/hey/past/$last" && for end in $verdicts; do if [ -L "$end" ]; then echo "$end"; fi; done)"
      say_facts "/run/hey/past/$last"
    fi
  fi
  tell_facts
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

# seconds_up: seconds since this machine was booted. The wall clock may jump.
seconds_up() { cut -d . -f 1 /proc/uptime; }

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

# A guarded deployment that is not over is a directory /run/hey/ID. Each fact in it is a link: it is there whole or not at all, and takes
# no free block of a full /run.
#   open | kept | confirmed, then committed or uncommitted | rolled-back     its one verdict: one link that gets other names
#   by prev new generation bootloader on-unit-failure deadline               who, from what, to what, how, until when
#   started status units why inhibited back                                  how far it came, what failed, why it was rolled back

# Its verdicts. The rollback gives it another name at its end where that is not what came of it: the old system does not run (not-rolled-back),
# something else does, as somebody has switched this machine meanwhile (superseded), or the lock of NixOS was held, so that nothing was
# activated (not-activated).
verdicts="rolled-back not-rolled-back superseded not-activated kept committed uncommitted"

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
'

# ---- lib/shell/here/run.sh -----------------------------------------------------------------------
# The beginning and the end of every script.

# step WORDS...: says what is done now, or how it ended. Sets: said.
step() {
  said="$*"
  printf "%s\n" "$verb: $said" >&2 || :
}

# at_end FUNCTION: has it called when the script ends, however it ends; the last one that was added goes first. Sets: hooks.
at_end() { hooks="$1 $hooks"; }

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
main
end of ops-deploy
