# Activates the system $1 by the action $2, as nixos-rebuild does. The activation runs on when the connection is lost, even
# where it would write: its output goes to a file, and only the reader of that file hangs on the connection.
set -eu
system=$1
action=$2
profile=/nix/var/nix/profiles/system
locales=${LOCALE_ARCHIVE-}
[ -n "$locales" ] || locales=/run/current-system/sw/lib/locale/locale-archive
# One deployment at a time: the second must not set a profile that it then can't activate.
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
exit "$status"
