# shellcheck disable=SC2154,SC2034 # with deployment.sh before it
# Activates the system $1 by the action $2, as nixos-rebuild does. The activation runs on when the connection is lost, even where it
# would write: its output goes to a file, and only the reader of that file hangs on the connection. $3 says who deploys; $4 and $5
# are those of refuse_changed. $6 is what is activated: the system, or a specialisation of it; $7 is 1 to install the boot loader anew;
# $8 is the number of a generation, or "new".
set -e
system=$1
action=$2
what=$6
locales=${LOCALE_ARCHIVE-}
[ -n "$locales" ] || locales=/run/current-system/sw/lib/locale/locale-archive
# One deployment at a time: the second must not set a profile that it then can't activate.
take_lock "$3"
refuse_switching
refuse_changed "$4" "$5"
# A garbage collector may have come by while somebody was asked.
if [ -x "$what/bin/switch-to-configuration" ]; then :; else refuse 1 "$what is not there any more"; fi
# The status is noted on the spot: systemd-run --wait says 0 too where D-Bus goes away, and where SIGTERM ends the unit. The note is made by
# the ln of the system that runs now; the activation itself has the PATH that it would have without it.
noting() {
  cat <<"end"
status=0
"$1/bin/switch-to-configuration" "$2" || status=$?
PATH=$3
ln -s "$status" "$4/status"
exit "$status"
end
}
# In files, as systemd may spoil a `$` in a command; and before anything is changed, as /run may be full.
dir=$(mktemp -d /run/hey-activation.XXXXXX) || refuse 1 "no directory can be made in /run there (is it full?)"
if printf "" >"$dir/log" && noting >"$dir/run"; then :; else
  rm -rf "$dir"
  refuse 1 "/run can not be written to there (is it full?)"
fi
echo "begun yes"
case $action in
  switch | boot)
    # Over, as the lock was given; but it may be what is booted once.
    if [ -L "$trial/id" ] && ! end_trial >&2; then
      rm -rf "$dir"
      refuse 1 "what a trial boot has left there can not be cleared away (is /boot full?)"
    fi
    before=$(readlink "$profile") || :
    if set_profile "$system" "$8" >&2; then :; else
      rm -rf "$dir"
      tell
      if [ "$(readlink "$profile")" = "$before" ]; then refuse 1 "its profile could not be set (disk full?)"; fi
      echo "why nix-env failed behind the new profile, and nothing was activated"
      exit 1
    fi
    rm -f "$marker"
    on_disk || :
    ;;
esac
unit=nixos-rebuild-switch-to-configuration
run() { "$@" "$(shell_of "$runs")" "$dir/run" "$what" "$action" "$runs/sw/bin:$PATH" "$dir" 9>&-; }
why=
if ! by_systemd; then
  run env -i PATH="$PATH" LOCALE_ARCHIVE="$locales" NIXOS_INSTALL_BOOTLOADER="$7" setsid >"$dir/log" 2>&1 </dev/null &
  job=$!
elif run systemd-run --quiet --collect --no-ask-password --service-type=exec --unit="$unit" \
  --setenv=LOCALE_ARCHIVE="$locales" --setenv=NIXOS_INSTALL_BOOTLOADER="$7" \
  --property=StandardOutput="append:$dir/log" --property=StandardError="append:$dir/log" >&2; then
  # systemd is asked once a second, and when the end is noted.
  while goes_on "$unit.service"; do
    for _ in 1 2 3 4 5 6 7 8 9 10; do
      sleep 0.1
      if [ -L "$dir/status" ]; then break; fi
    done
  done &
  job=$!
else
  why="the activation could not be started (does another one run there?)"
fi
if [ -z "$why" ]; then tail -n +1 -s 0.1 --pid="$job" -f "$dir/log" >&2 9>&- & fi
wait
status=$(readlink "$dir/status") || status=none
case $status in
  4) units=$(units_in "$dir/log") ;;
  # By a signal, to the unit or to the program alone.
  none | 129 | 1[3-8]? | 19[0-2])
    status=1
    why=${why:-the activation was cut before its end}
    ;;
esac
blocked=
if inhibited "$status" "$dir/log"; then blocked=yes; fi
rm -rf "$dir"
# What runs now has not come up as it should: it is not what it would be by another deployment of the same.
if [ "$status" -eq 0 ]; then rm -f /run/hey/failed; else ln -sfn "$what" /run/hey/failed; fi
if [ "$status" -eq 4 ]; then echo "units $units"; fi
if [ -n "$why" ]; then echo "why $why"; elif [ -n "$blocked" ]; then echo "inhibited yes"; fi
tell
exit "$status"
