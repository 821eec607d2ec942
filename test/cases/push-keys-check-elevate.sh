# $ ops-push-keys.ts vps-ultraman admin@vps_ultraman_root --no-global --elevate doas --check
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
prove_root() { ssh -T -o 'RemoteCommand=none' -o 'ClearAllForwardings=yes' admin@vps_ultraman_root -- 'sh -c '\''echo
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
echo "nix-store $(command -v nix-store || echo nix-store)"'\'' sh doas none' "$@"; }
program='doas'
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
ask_keys() { ssh -T -o 'RemoteCommand=none' -o 'ClearAllForwardings=yes' admin@vps_ultraman_root -- 'sh -c '\''exec doas -n -- env "PATH=$PATH" "$@"'\'' sh sh -c '\''echo
set -u
dir=$1
shift
for name in "$@"; do
  echo "$name $(ssh-keygen -y -P "" -f "$dir/$name" 2>/dev/null | cut -d " " -f 1,2 || :)"
done'\'' sh /etc/ssh ssh_host_ed25519_key' "$@"; }
knock() { ssh -T -o 'RemoteCommand=none' -o 'ClearAllForwardings=yes' -o 'UserKnownHostsFile='"$stage"/presented -o 'GlobalKnownHostsFile=/dev/null' -o 'StrictHostKeyChecking=accept-new' -o 'HashKnownHosts=no' -o 'HostKeyAlgorithms=ssh-ed25519' -o 'PreferredAuthentications=none' -o 'ConnectTimeout=5' -o 'BatchMode=yes' -o 'ControlMaster=no' -o 'ControlPath=none' admin@vps_ultraman_root -- true "$@"; }
fingerprint() {
  if [ -n "$1" ]; then printf "%s\n" "$1" | ssh-keygen -l -f /dev/stdin | cut -d " " -f 2; else echo none; fi
}
there=$(ask_keys </dev/null)
: >"$stage/presented"
knock </dev/null >/dev/null 2>&1 || :
presented=$(cut -d " " -f 2,3 "$stage/presented")
differs=
for public in "$keys"/*.pub; do
  key=${public##*/}
  key=${key%.pub}
  here=$(cut -d " " -f 1,2 "$public")
  disk=$(printf "%s\n" "$there" | sed -n "s/^$key //p")
  printf "%s\n" "$key" "  here       $(fingerprint "$here")" "  on disk    $(fingerprint "$disk")"
  if [ "$here" != "$disk" ]; then differs="$differs $key"; fi
  if [ "$key" = ssh_host_ed25519_key ]; then
    printf "%s\n" "  presented  $(fingerprint "$presented")"
    if [ "$here" != "$presented" ]; then differs="$differs sshd"; fi
  fi
done
if [ -n "$differs" ]; then
  step "different:$differs"
  exit 1
fi
step "all the same"
)
