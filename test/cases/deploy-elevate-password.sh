# $ ops-deploy.ts vps-ultraman admin@vps_ultraman_root --ask-elevate-password
(
verb=ops-deploy
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
reach() { ssh -T -o 'RemoteCommand=none' -o 'ClearAllForwardings=yes' -o 'ConnectTimeout=10' "$@"; }
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
prove_root() { reach admin@vps_ultraman_root -- 'sh -c '\''echo
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
echo "nix-store $(command -v nix-store || echo nix-store)"
configuration() {
  for words in "config show" show-config; do
    NIX_USER_CONF_FILES=/dev/null NIX_CONFIG="" nix --extra-experimental-features nix-command $words 2>/dev/null && return
  done
  cat /etc/nix/nix.conf 2>/dev/null
}
setting() { printf "%s\n" "$settings" | sed -n "s/^$1 *= *//p" | tail -n 1; }
trusted() {
  if [ "$(setting require-sigs)" = false ]; then return 0; fi
  set -f
  for who in $(setting trusted-users); do
    case $who in
      "*" | "$me") return 0 ;;
      @*) case " $(id -Gn) " in *" ${who#@} "*) return 0 ;; esac ;;
    esac
  done
  return 1
}
settings=$(configuration)
trusted || refuse "nix there takes no unsigned paths from $me (lacks a signature by a trusted key); add $me to nix.settings.trusted-users there, or type --backend nix, which copies as root"'\'' sh sudo later' "$@"; }
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
touched=yes
nixos-rebuild switch --show-trace --flake '.#vps-ultraman' --target-host admin@vps_ultraman_root --elevate sudo --ask-elevate-password
)
