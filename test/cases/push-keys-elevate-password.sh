# $ ops-push-keys.ts vps-ultraman admin@vps_ultraman_root --no-global --ask-elevate-password
(
verb=ops-push-keys
if [ -n "${ZSH_VERSION-}" ]; then emulate sh; fi
set -eu
step() { printf "%s\n" "$verb: $*" >&2 || :; }
state=
ended=0
abandon() { :; }
clean() { :; }
report() { :; }
note() { :; }
heard() { :; }
heard_number() { :; }
trap 'ended=$?; trap "clean; exit 130" INT; abandon; report; clean; if [ "$ended" -gt 0 ] && [ -n "$state" ]; then step "$state"; fi; note' EXIT
trap "exit 129" HUP
trap "exit 130" INT
trap "exit 131" QUIT
trap "exit 141" PIPE
trap "exit 143" TERM
log_host='vps-ultraman'
log_target='admin@vps_ultraman_root'
case ${XDG_STATE_HOME-} in
  /*) notes=$XDG_STATE_HOME/hey ;;
  *) notes=${HOME-}/.local/state/hey ;;
esac
began=$(date +%s)
said=
from=
touched=
step() {
  said=$*
  printf "%s\n" "$verb: $*" >&2 || :
}
by=$(printf "%s" "$(id -un)@$(uname -n)" | tr -cd "A-Za-z0-9@._-")
member() {
  if [ -n "$2" ]; then printf ', "%s": "%s"' "$1" "$(printf "%s" "$2" | tr -d "[:cntrl:]" | LC_ALL=C sed 's/[\\"]/\\&/g')"; fi
}
note() {
  transcript=
  if [ -n "${lane-}" ] && [ -d "$lane" ]; then transcript=$lane/log; fi
  (
    umask 077
    mkdir -p "$notes"
    if [ -f "$notes/log" ] || [ ! -e "$notes/log" ]; then
      printf '{"began": %s, "ended": %s, "status": %s%s}\n' "$began" "$(date +%s)" "$ended" \
        "$(member by "$by" && member verb "$verb" && member host "$log_host" && member target "$log_target" && member from "$from" && member to "$(heard_number number)" && member reboot "$(heard reboot)" && member untouched "$([ -n "$touched" ] || echo yes)" && member said "$said" && member transcript "$transcript")" >>"$notes/log"
    fi
  ) 2>/dev/null || :
}
who='admin@vps_ultraman_root'
secret_end='the password ends here'
skip_secret='while IFS= read -r line; do
  if [ "$line" = "$1" ]; then break; fi
done
shift
exec "$@"'
set +a +x
unset secret
secret=
if (: </dev/tty) 2>/dev/null; then
  terminal=$(stty -g </dev/tty)
  clean() {
    stty "$terminal" </dev/tty
    echo >/dev/tty
  }
  stty -echo </dev/tty
  printf "%s" "[$verb] password of $who for sudo: " >/dev/tty
  IFS= read -r secret </dev/tty || :
  clean
  clean() { :; }
  if [ -z "$secret" ]; then
    step "no password was typed; nothing was done"
    exit 1
  fi
else
  step "there is no terminal to ask for the password on; nothing was done. Let sudo need none there (NOPASSWD), and leave --ask-elevate-password out"
  exit 1
fi
say_secret() { printf "%s\n" "$secret" 2>/dev/null || :; }
with_secret() {
  say_secret
  printf "%s\n" "$secret_end" 2>/dev/null || :
  "$@"
}
for place in "${XDG_RUNTIME_DIR-}" /dev/shm /tmp; do
  if [ -n "$place" ] && [ "${#place}" -le 60 ] && [ -d "$place" ] && [ -w "$place" ]; then break; fi
done
into='keys'
exec >&2
fresh=
stage=$(mktemp -d "$place/hey-keys.XXXXXX")
clean() { rm -rf "$stage" ${fresh:+"$fresh"}; }
keys=$stage/$into
(umask 022 && mkdir -p "$keys")
derive() {
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
link_key() {
  derive "$@"
  ln -s "$shown" "$keys/$name"
}
link_key ssh_host_ed25519_key /home/me/.ssh/keys.homelab/vps/ssh_host_ed25519_key_vps-ultraman cat /home/me/.ssh/keys.homelab/vps/ssh_host_ed25519_key_vps-ultraman
target='admin@vps_ultraman_root'
answer=
newline="
"
clock() {
  if [ -r /proc/uptime ]; then read -r now _ </proc/uptime; else now=$(date +%s); fi
  now=${now%%.*}
}
heard() {
  value=$newline$answer$newline
  case $value in
    *"$newline$1 "*) value=${value#*"$newline$1 "} ;;
    *) return 0 ;;
  esac
  value=${value%%"$newline"*}
  if [ -n "$value" ] && [ -z "${value##*[! A-Za-z0-9./:_,@+=()>-]*}" ]; then value=$(printf "%s" "$value" | LC_ALL=C tr -cd " -~"); fi
  printf "%s\n" "$value"
}
number() {
  if [ -z "$2" ] || [ "${#2}" -gt "$1" ] || [ -z "${2##* *}" ] || [ -z "${2##*[! 0-9]*}" ]; then return 0; fi
  digits=${2#"${2%%[1-9]*}"}
  printf "%s\n" "${digits:-0}"
}
heard_number() { number 9 "$(heard "$1")"; }
changes() { heard "$1" | sed "s/->/$(printf "\342\206\222")/g"; }
refused() {
  if [ -n "$(heard refused)" ]; then
    state="$(heard refused); nothing was changed on $target (status $1)${2-}"
    exit "$1"
  fi
}
prove_root() { say_secret | ssh -T -o 'RemoteCommand=none' -o 'ClearAllForwardings=yes' admin@vps_ultraman_root -- 'sh -c '\''echo
set -u
export LC_ALL=C
me=$(id -un)
refuse() {
  printf "refused %s\n" "$*"
  exit 1
}
if command -v "$1" >/dev/null 2>&1; then :; else refuse "there is no $1 there; type --elevate with another program, or a login that is root"; fi
not="! "
try() {
  case $1-$2 in
    sudo-secret) sudo -S -p "" -- sh -c : ;;
    sudo-*) sudo -n -- sh -c : </dev/null ;;
    doas-*) doas -n -- sh -c : </dev/null ;;
    run0-*) run0 --no-ask-password -- sh -c : </dev/null ;;
  esac 2>&1
}
if [ "$1-$2" = sudo-secret ] && sudo -k -n -- sh -c : </dev/null >/dev/null 2>&1; then
  echo "password unneeded"
  set -- sudo none
fi
said=$(try "$1" "$2") || case $1-$2-$said in
  sudo-later-*"password is required"* | sudo-later-*"uthentication is required"*) ;;
  sudo-*"must have a tty"*) refuse "sudo there wants a terminal of $me (requiretty), and a deployment has none; put this into its sudoers: Defaults:$me ${not% }requiretty (NixOS: security.sudo.extraConfig)" ;;
  sudo-secret-*"incorrect password"* | sudo-secret-*"try again"* | sudo-secret-*"incorrect authentication"*) refuse "that is not the password of $me there" ;;
  sudo-*"password is required"* | sudo-*"terminal is required"* | sudo-*"uthentication is required"*) refuse "sudo there asks $me for a password; add --ask-elevate-password, or let it need none (NixOS: security.sudo.wheelNeedsPassword = false)" ;;
  sudo-*"not in the sudoers"* | sudo-*"not allowed"* | sudo-*"may not run"*) refuse "$me may not become root by sudo there; put it into the group wheel there, or log in as root" ;;
  doas-*"uthentication"*) refuse "doas there asks $me for a password, which it takes at a terminal only; let it need none (NixOS: noPass in security.doas.extraRules), or type --elevate sudo" ;;
  doas-*"not permitted"* | doas-*"not enabled"*) refuse "$me may not become root by doas there; permit it (NixOS: security.doas.extraRules), or log in as root" ;;
  run0-*"uthentication"* | run0-*"ccess denied"*) refuse "run0 there lets $me not become root without a question; permit it by a rule of polkit (NixOS: security.polkit.extraConfig), or type --elevate sudo" ;;
  *) refuse "$me does not become root by $1 there: $(printf "%s\n" "$said" | tail -n 1)" ;;
esac
echo "nix-store $(command -v nix-store || echo nix-store)"'\'' sh sudo secret' "$@"; }
program='sudo'
step "become root on $target by $program"
if answer=$(prove_root </dev/null); then
  if [ "$(heard password)" = unneeded ]; then
    say_secret() { :; }
  fi
else
  ended=$?
  refused "$ended"
  state="$target can't be reached; nothing was changed on it (status 1)"
  exit 1
fi
known_hosts='/home/me/.ssh/known_hosts'
name='vps_ultraman_root'
expected="$name ssh-ed25519 $(cut -d " " -f 2 "$keys/ssh_host_ed25519_key.pub")"
(umask 077 && mkdir -p "${known_hosts%/*}" && touch "$known_hosts") 2>/dev/null || :
if [ -e "$known_hosts" ]; then known_hosts=$(readlink -f "$known_hosts"); fi
if [ -w "$known_hosts" ] && [ -z "$(ssh-keygen -F "$name" -f "$known_hosts" | grep -F "${expected#* }" || :)" ]; then
  if [ -n "$(tail -c 1 "$known_hosts")" ]; then echo >>"$known_hosts"; fi
  printf "%s\n" "$expected" >>"$known_hosts"
fi
check='/path/to/hey/scripts/ops-push-keys.ts --print vps-ultraman admin@vps_ultraman_root --no-global --ask-elevate-password --check'
state="it is not known whether the keys arrived; each on the target is whole, the old one or the new. Try: $check"
touched=yes
step 'send ssh_host_ed25519_key to admin@vps_ultraman_root:/etc/ssh'
changed=$(with_secret tar -chf - -C "$keys" . | ssh -T -o 'RemoteCommand=none' -o 'ClearAllForwardings=yes' admin@vps_ultraman_root -- 'sudo -S -p '\'''\'' -- sh -c '\'''"$skip_secret"''\'' sh "'"$secret_end"'" sh -c '\''set -eu
trap "" PIPE
umask 077
dest=$1
shift
die() {
  echo "put-keys: $*; the keys here are as they were" >&2
  exit 1
}
if [ "$(id -u)" = 0 ]; then :; else die "$(id -un) is not root here, and only root may"; fi
if [ -d "$dest" ]; then :; else (umask 022 && mkdir -p "$dest"); fi
dest=$(readlink -f "$dest")
place() {
  final=$dest/$1
  if [ -L "$final" ]; then final=$(readlink -f "$final") || die "$dest/$1 is a link to nothing"; fi
  case $final in
    /etc/ssh/* | /persist/etc/ssh/*) ;;
    *) die "$dest/$1 leads to $final, outside of /etc/ssh and /persist/etc/ssh" ;;
  esac
  if [ -d "$final" ]; then die "$final is a directory"; fi
}
public() {
  set -- $1
  echo "${1-} ${2-}"
}
stage=$(mktemp -d "$dest/.hey-keys.XXXXXX")
id=${stage##*/}
clean() {
  rm -rf "/etc/ssh/$id" "/persist/etc/ssh/$id"
}
trap clean EXIT
trap "exit 129" HUP
trap "exit 130" INT
trap "exit 143" TERM
tar -xof - -C "$stage" || die "the keys did not arrive"
for name in "$@"; do
  if [ -f "$stage/$name" ] && [ -f "$stage/$name.pub" ]; then :; else die "$name did not arrive"; fi
  chmod 600 "$stage/$name"
  chmod 644 "$stage/$name.pub"
  derived=$(public "$(ssh-keygen -y -P "" -f "$stage/$name")")
  [ "$derived" = "$(public "$(cat "$stage/$name.pub")")" ] || die "$name did not arrive whole"
  for file in "$name.pub" "$name"; do
    place "$file"
    beside=${final%/*}/$id
    if [ "$beside" = "$stage" ]; then continue; fi
    mkdir -p "$beside"
    cp -p "$stage/$file" "$beside/$file"
  done
done
sync "$stage"/* "${final%/*}/$id"/*
before=$(public "$(ssh-keygen -y -P "" -f "$final" 2>/dev/null || :)")
trap "" HUP INT TERM
for name in "$@"; do
  for file in "$name.pub" "$name"; do
    place "$file"
    mv -fT "${final%/*}/$id/$file" "$final"
  done
done
if [ "$before" = "$derived" ]; then exit 0; fi
echo changed
case $(ssh -V 2>&1) in
  OpenSSH_[1-8].* | OpenSSH_9.[0-7]*) exit 0 ;;
esac
reload() {
  sshd -t || return 1
  if [ -d /run/systemd/system ]; then
    systemctl try-reload-or-restart sshd.service
  else
    kill -HUP "$(cat /run/sshd.pid)"
  fi
}
reload || echo "put-keys: sshd presents the old key until it is restarted" >&2'\'' sh /etc/ssh ssh_host_ed25519_key')
state=
reach_pinned() { ssh -T -o 'RemoteCommand=none' -o 'ClearAllForwardings=yes' -o 'UserKnownHostsFile='"$stage"/pinned -o 'GlobalKnownHostsFile=/dev/null' -o 'StrictHostKeyChecking=yes' -o 'HostKeyAlgorithms=ssh-ed25519' -o 'ConnectTimeout=5' -o 'BatchMode=yes' -o 'ControlMaster=no' -o 'ControlPath=none' admin@vps_ultraman_root -- "$@"; }
name='vps_ultraman_root'
persist=''
patience='1 2 5'
proven=
if [ -n "$changed" ]; then
  printf "%s\n" "$name $(cut -d " " -f 1,2 "$keys/ssh_host_ed25519_key.pub")" >"$stage/pinned"
  for pause in 0 $patience; do
    sleep "$pause"
    if reach_pinned true </dev/null 2>"$stage/why"; then
      proven=yes
      break
    fi
  done
  if [ -n "$proven" ]; then
    step "$name presents the new key to a new connection"
  elif [ -n "$persist" ]; then
    step "the keys are in place; sshd presents another one until it starts with these, and both are known here. The new one: $(cat "$stage/pinned")"
    exit 0
  else
    cat "$stage/why"
    step "the keys are in place, but $name does not present the new one: restart sshd there, through a session that is still open or the console"
    exit 1
  fi
elif [ -n "$persist" ]; then
  step "the target has these keys already"
  exit 0
fi
reinstalled=''
key=${expected##* }
if [ -w "$known_hosts" ] && [ -w "${known_hosts%/*}" ]; then
  entries() { ssh-keygen -F "$name" -f "$known_hosts" | tr -d "\r" | grep -v "^[#@]" || :; }
  former=$(entries | sed -n "s/.* ssh-ed25519 \([^ ]*\).*/\1/p" | grep -v -F -x "$key" || :)
  if [ -n "$former" ]; then step "the new key of $name takes the place of the former one in $known_hosts"; fi
  if [ -n "$former$reinstalled" ]; then
    edits=
    for old in $former; do edits="$edits/^[^@]/s|$old|$key|g;"; done
    new=$(mktemp "$known_hosts.XXXXXX")
    cp -p "$known_hosts" "$new"
    awk -v name="$name" -v anew="$reinstalled" -v added="${former:+$expected}" \
      '$0 == added || (anew && $1 == name && $2 != "ssh-ed25519") { next } { print }' "$known_hosts" | sed "$edits" >"$new"
    mv -f "$new" "$known_hosts"
  fi
else
  step "$known_hosts can't be written; the line for it: $expected"
fi
)
