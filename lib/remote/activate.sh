# Activates the system $1 by the action $2, as nixos-rebuild does. The activation runs on when the connection is lost, even
# where it would write: its output goes to a file, and only the reader of that file hangs on the connection.
set -eu
system=$1
action=$2
profile=/nix/var/nix/profiles/system
locales=${LOCALE_ARCHIVE-}
[ -n "$locales" ] || locales=/run/current-system/sw/lib/locale/locale-archive
case $action in
  switch | boot) nix-env -p "$profile" --set "$system" ;;
esac
dir=$(mktemp -d /run/hey-activation.XXXXXX)
: >"$dir/log"
if [ -d /run/systemd/system ]; then
  systemd-run --quiet --collect --wait --no-ask-password --service-type=exec --unit=nixos-rebuild-switch-to-configuration \
    --setenv=LOCALE_ARCHIVE="$locales" --setenv=NIXOS_INSTALL_BOOTLOADER=0 \
    --property=StandardOutput="append:$dir/log" --property=StandardError="append:$dir/log" \
    "$system/bin/switch-to-configuration" "$action" &
else
  # Its status goes through a file: nothing here may depend on this shell still being there.
  env -i PATH="$PATH" LOCALE_ARCHIVE="$locales" NIXOS_INSTALL_BOOTLOADER=0 \
    setsid "$system/bin/switch-to-configuration" "$action" >"$dir/log" 2>&1 </dev/null &
fi
job=$!
tail -n +1 -s 0.1 --pid="$job" -f "$dir/log" >&2 &
status=0
wait "$job" || status=$?
wait
rm -rf "$dir"
running=$(readlink /run/current-system || echo nothing)
next=$(readlink -f "$profile")
case $status in
  0) exit 0 ;;
  4) echo "activated, but some units failed (status 4)" ;;
  *) echo "the activation failed (status $status)" ;;
esac >&2
echo "running: $running; next boot: $next" >&2
exit "$status"
