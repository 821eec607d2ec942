# $ ops-deploy.ts vps-ultraman admin@vps_other_port --backend nix --ssh-option Port=2222 --ssh-config /path/to/ssh_config
# with: NIX_SSHOPTS=-i /home/me/.ssh/id
(
verb=ops-deploy
if [ -n "${ZSH_VERSION-}" ]; then emulate sh; fi
set -eu
step() { printf "%s\n" "$verb: $*" >&2; }
state=
ended=0
clean() { :; }
trap 'ended=$?; clean; if [ "$ended" -gt 0 ] && [ -n "$state" ]; then step "$state"; fi' EXIT
trap "exit 129" HUP
trap "exit 130" INT
trap "exit 141" PIPE
trap "exit 143" TERM
for place in "${XDG_RUNTIME_DIR-}" /dev/shm /tmp; do
  if [ -n "$place" ] && [ "${#place}" -le 60 ] && [ -d "$place" ] && [ -w "$place" ]; then break; fi
done
target='admin@vps_other_port'
tmp=$(mktemp -d "$place/hey.XXXXXX")
clean() {
  reach -O exit "$target" >/dev/null 2>&1 || :
  rm -rf "$tmp"
}
state="nothing was changed on $target"
reach() { ssh -T -o 'RemoteCommand=none' -o 'ClearAllForwardings=yes' -i /home/me/.ssh/id -F /path/to/ssh_config -o 'Port=2222' -o 'ControlMaster=auto' -o 'ControlPath='"$tmp"/ssh -o 'ControlPersist=15m' -o 'ConnectTimeout=10' -o 'ServerAliveInterval=15' -o 'ServerAliveCountMax=4' "$@"; }
step 'ask admin@vps_other_port'
reach admin@vps_other_port -- 'sh -c '\''if [ "$(id -u)" = 0 ]; then exit 0; fi
echo "$(id -un) is not root here, and only root may deploy: name no user in the target, or root" >&2
exit 1'\'' sh' </dev/null
step 'build vps-ultraman'
nix --extra-experimental-features 'nix-command flakes' build --show-trace --out-link "$tmp"/system '.#nixosConfigurations."vps-ultraman".config.system.build.toplevel'
system=$(readlink "$tmp/system")
if [ -f "$system/nixos-version" ]; then
  :
else
  step "$system is not a NixOS system; nothing was copied"
  exit 1
fi
step 'copy to admin@vps_other_port'
NIX_SSHOPTS='-T -o RemoteCommand=none -o ClearAllForwardings=yes -i /home/me/.ssh/id -F /path/to/ssh_config -o Port=2222 -o ControlMaster=auto -o ControlPath='"$tmp"'/ssh -o ControlPersist=15m -o ConnectTimeout=10 -o ServerAliveInterval=15 -o ServerAliveCountMax=4' nix --extra-experimental-features 'nix-command flakes' copy --to ssh://admin@vps_other_port "$system"
activate() { reach admin@vps_other_port -- 'sh -c '\''set -eu
system=$1
action=$2
profile=/nix/var/nix/profiles/system
locales=${LOCALE_ARCHIVE-}
[ -n "$locales" ] || locales=/run/current-system/sw/lib/locale/locale-archive
exec 9>/run/hey-deploy.lock
if flock -n 9; then :; else
  echo "another deployment is under way here; nothing was changed" >&2
  exit 13
fi
case $action in
  switch | boot) nix-env -p "$profile" --set "$system" ;;
esac
dir=$(mktemp -d /run/hey-activation.XXXXXX)
: >"$dir/log"
if [ -d /run/systemd/system ]; then
  systemd-run --quiet --collect --wait --no-ask-password --service-type=exec --unit=nixos-rebuild-switch-to-configuration \
    --setenv=LOCALE_ARCHIVE="$locales" --setenv=NIXOS_INSTALL_BOOTLOADER=0 \
    --property=StandardOutput="append:$dir/log" --property=StandardError="append:$dir/log" \
    "$system/bin/switch-to-configuration" "$action" 9>&- &
else
  env -i PATH="$PATH" LOCALE_ARCHIVE="$locales" NIXOS_INSTALL_BOOTLOADER=0 \
    setsid "$system/bin/switch-to-configuration" "$action" >"$dir/log" 2>&1 </dev/null 9>&- &
fi
job=$!
tail -n +1 -s 0.1 --pid="$job" -f "$dir/log" >&2 9>&- &
status=0
wait "$job" || status=$?
wait
rm -rf "$dir"
case $status in
  0) exit 0 ;;
  4) echo "activated, but some units failed (status 4)" ;;
  *) echo "the activation failed (status $status)" ;;
esac >&2
echo "running: $(readlink /run/current-system || echo nothing); profile: $(readlink -f "$profile")" >&2
exit "$status"'\'' sh "'"$system"'" switch' "$@"; }
action='switch'
look='/path/to/hey/scripts/ops-ssh.ts admin@vps_other_port readlink /run/current-system'
step "$action on $target"
state="the connection to $target was lost in the middle: what was started there goes on by itself. Look: $look; then type the same line again"
if activate </dev/null; then
  state=
else
  ended=$?
  if [ "$ended" -ne 255 ]; then state=; fi
  exit "$ended"
fi
)
