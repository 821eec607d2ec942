# shellcheck disable=SC2154,SC2034 # with deployment.sh before it
# Activates the system $1 by the action $2, as nixos-rebuild does. The activation runs on when the connection is lost, even where it
# would write: its output goes to a file, and only the reader of that file hangs on the connection. $3 says who deploys; $4 and $5
# are those of refuse_changed. $6 is what is activated: the system, or a specialisation of it; $7 is 1 to install the boot loader anew;
# $8 is the number of a generation, or "new".
set -e
system=$1
action=$2
locales=${LOCALE_ARCHIVE-}
[ -n "$locales" ] || locales=/run/current-system/sw/lib/locale/locale-archive
# One deployment at a time: the second must not set a profile that it then can't activate.
take_lock "$3"
refuse_changed "$4" "$5"
# A garbage collector may have come by while somebody was asked.
if [ -x "$6/bin/switch-to-configuration" ]; then :; else refuse 1 "$6 is not there any more"; fi
case $action in
  switch | boot)
    rm -f "$marker"
    # Over, as the lock was given; but it may be what is booted once.
    if [ -L "$trial/id" ]; then end_trial >&2; fi
    set_profile "$system" "$8" >&2
    on_disk || :
    ;;
esac
dir=$(mktemp -d /run/hey-activation.XXXXXX)
: >"$dir/log"
if by_systemd; then
  systemd-run --quiet --collect --wait --no-ask-password --service-type=exec --unit=nixos-rebuild-switch-to-configuration \
    --setenv=LOCALE_ARCHIVE="$locales" --setenv=NIXOS_INSTALL_BOOTLOADER="$7" \
    --property=StandardOutput="append:$dir/log" --property=StandardError="append:$dir/log" \
    "$6/bin/switch-to-configuration" "$action" >&2 9>&- &
else
  env -i PATH="$PATH" LOCALE_ARCHIVE="$locales" NIXOS_INSTALL_BOOTLOADER="$7" \
    setsid "$6/bin/switch-to-configuration" "$action" >"$dir/log" 2>&1 </dev/null 9>&- &
fi
job=$!
tail -n +1 -s 0.1 --pid="$job" -f "$dir/log" >&2 9>&- &
status=0
wait "$job" || status=$?
wait
if [ "$status" -eq 4 ]; then echo "units $(sed -n "s/.*the following units failed: *//p" "$dir/log" | tail -n 1)"; fi
if [ "$status" -ne 0 ] && inhibited "$dir/log"; then echo "inhibited yes"; fi
rm -rf "$dir"
# What runs now has not come up as it should: it is not what it would be by another deployment of the same.
if [ "$status" -eq 0 ]; then rm -f /run/hey/failed; else ln -sfn "$6" /run/hey/failed; fi
tell
exit "$status"
