# $ ops-push-keys.ts vps-ultraman vps_ultraman_root --check --no-global
/bin/sh /dev/fd/3 3<<'end of ops-push-keys'
# $ /path/to/hey/scripts/ops-push-keys.ts vps-ultraman vps_ultraman_root --check --no-global
#
#  1. check the keys: ssh_host_ed25519_key                       here            exit 1
#  2. connect by ssh                                             here and there  exit 1
#  3. compare: here, on its disk, and as its sshd presents them  here and there  exit 1
exec 3<&-
set +abCmvx -euf
unset IFS
if command -v declare >/dev/null 2>&1; then eval 'unset -f $(declare -F | command sed "s/.* //"); export -n SHELLOPTS'; fi

main() {
  stage_keys keys             # a private directory, gone at the end
  link_key ssh_host_ed25519_key /home/me/.ssh/keys.homelab/vps/ssh_host_ed25519_key_vps-ultraman cat /home/me/.ssh/keys.homelab/vps/ssh_host_ed25519_key_vps-ultraman
  connect                     # ssh: one connection for all that follows
  compare_keys /etc/ssh ssh_host_ed25519_key  # here, on its disk, and as its sshd presents it
}

# ---- this run ------------------------------------------------------------------------------------
verb='ops-push-keys'          # who speaks
target='root@vps_ultraman_root'  # what ssh is given
ssh_options='-T -o RemoteCommand=none -o ClearAllForwardings=yes -o ControlMaster=auto -o ControlPersist=15m -o ConnectTimeout=10 -o ServerAliveInterval=15 -o ServerAliveCountMax=4'  # ssh's words for the one connection of the run
own_options='-T -o RemoteCommand=none -o ClearAllForwardings=yes -o ConnectTimeout=8'  # ssh's words for a connection that is neither
knocking_options='-o GlobalKnownHostsFile=/dev/null -o StrictHostKeyChecking=accept-new -o HashKnownHosts=no -o HostKeyAlgorithms=ssh-ed25519 -o PreferredAuthentications=none -o ConnectTimeout=5 -o BatchMode=yes -o ControlMaster=no -o ControlPath=none'  # the same, where nobody is logged in

# for_target: what each function there is given.
for_target() {
  :
}

# ---- lib/shell/here/keys.sh ----------------------------------------------------------------------
# The keys, laid ready in a private directory under the names that they have on a target.

# stage_keys FOLDER: a private directory for them. Only what is asked for goes to stdout, and ssh-keygen talks there. Sets: fresh_key, stage, keys.
stage_keys() {
  exec >&2
  fresh_key=
  make_tmp
  stage=$tmp
  keys=$stage/$1
  (umask 022 && mkdir -p "$keys")
  at_end remove_fresh_key
}

# remove_fresh_key: one that was not finished.
remove_fresh_key() { if [ -n "$fresh_key" ]; then rm -rf "$fresh_key"; fi; }

# derive NAME SHOWN PROGRAM...: what the program writes is a key that sshd and age can read; its .pub is made of it. Through a pipe, as
# ssh-keygen refuses a file that others can read. Ends: where it is none.
derive() {
  local name shown type
  name=$1
  shown=$2
  shift 2
  if "$@" | ssh-keygen -y -P "" -f /dev/stdin >"$keys/$name.pub"; then
    :
  elif [ "$("$@" | tail -c 1 | wc -l)" -eq 0 ]; then
    step "$shown has no newline at its end, so sshd can't read it; nothing was sent"
    exit 1
  else
    step "$shown is no private key that sshd can read (a passphrase? carriage returns? cut off?); nothing was sent"
    exit 1
  fi
  chmod 644 "$keys/$name.pub"
  read -r type _ <"$keys/$name.pub"
  if [ "$type" = ssh-ed25519 ]; then
    :
  else
    step "$shown is of type $type, not ssh-ed25519; nothing was sent"
    exit 1
  fi
}

# link_key NAME FILE PROGRAM...: the program writes the key of that file. Only a link is laid ready. Ends: where it is none.
link_key() {
  derive "$@"
  ln -s "$2" "$keys/$1"
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

# ---- lib/shell/here/connect-root.sh --------------------------------------------------------------
# ssh goes as root.

# there NAME WORD...: calls that function on the target, as root, over the one connection of this run.
there() { reach "$target" -- "$(far "$@")"; }

# connect: prepares all for it. The first question opens the connection.
connect() { open_connection; }

# ---- lib/shell/here/send-keys.sh -----------------------------------------------------------------
# The keys on the target: compared, sent and proven.

# fingerprint KEY: its hash, as ssh shows it.
fingerprint() {
  if [ -n "$1" ]; then printf "%s\n" "$1" | ssh-keygen -l -f /dev/stdin | cut -d " " -f 2; else echo none; fi
}

# knock: takes down the key that is presented, in $stage/presented, and logs nobody in: sshd says its key before it asks for anything.
# shellcheck disable=SC2086
knock() { ssh -o "UserKnownHostsFile=$stage/presented" $knocking_options $own_options "$target" -- true </dev/null >/dev/null 2>&1 || :; }

# compare_keys DIR NAME...: three answers for each key: the file here, the file in that directory of the target, and what its sshd presents.
# Ends: where they differ, with 1.
compare_keys() {
  local there_now presented differs public key here disk
  there_now=$(there public_keys "$@" </dev/null)
  : >"$stage/presented"
  knock
  presented=$(cut -d " " -f 2,3 "$stage/presented")
  differs=
  set +f
  for public in "$keys"/*.pub; do
    key=${public##*/}
    key=${key%.pub}
    here=$(cut -d " " -f 1,2 "$public")
    disk=$(printf "%s\n" "$there_now" | sed -n "s/^$key //p")
    printf "%s\n" "$key" "  here       $(fingerprint "$here")" "  on disk    $(fingerprint "$disk")"
    if [ "$here" != "$disk" ]; then differs="$differs $key"; fi
    if [ "$key" = ssh_host_ed25519_key ]; then
      printf "%s\n" "  presented  $(fingerprint "$presented")"
      if [ "$here" != "$presented" ]; then differs="$differs sshd"; fi
    fi
  done
  set -f
  if [ -n "$differs" ]; then
    step "different:$differs"
    exit 1
  fi
  step "all the same"
}

# ---- on the target -------------------------------------------------------------------------------
on_target='set -u

# The keys of this machine.

# public_keys DIR NAME...: the public halves of these private keys. Changes nothing.
public_keys() {
  local dir name
  echo
  dir=$1
  shift
  for name in "$@"; do
    echo "$name $(ssh-keygen -y -P "" -f "$dir/$name" 2>/dev/null | cut -d " " -f 1,2 || :)"
  done
}
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
end of ops-push-keys
