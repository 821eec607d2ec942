# $ ops-push-keys.ts vps-ultraman vps_ultraman_root --check --no-global
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
ask_keys() { ssh -T -o 'RemoteCommand=none' -o 'ClearAllForwardings=yes' root@vps_ultraman_root -- 'sh -c '\''echo
set -u
dir=$1
shift
for name in "$@"; do
  echo "$name $(ssh-keygen -y -P "" -f "$dir/$name" 2>/dev/null | cut -d " " -f 1,2 || :)"
done'\'' sh /etc/ssh ssh_host_ed25519_key' "$@"; }
knock() { ssh -T -o 'RemoteCommand=none' -o 'ClearAllForwardings=yes' -o 'UserKnownHostsFile='"$stage"/presented -o 'GlobalKnownHostsFile=/dev/null' -o 'StrictHostKeyChecking=accept-new' -o 'HashKnownHosts=no' -o 'HostKeyAlgorithms=ssh-ed25519' -o 'PreferredAuthentications=none' -o 'ConnectTimeout=5' -o 'BatchMode=yes' -o 'ControlMaster=no' -o 'ControlPath=none' root@vps_ultraman_root -- true "$@"; }
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
