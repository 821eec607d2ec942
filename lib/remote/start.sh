# Starts the activation of the deployment $1, if nobody has yet and there is time; then says its log from the byte $2 on, until it ends.
id=$1
dir=/run/hey/$id
# The verdict of the way back is given under this lock too: no activation starts behind it.
exec 9>/run/hey/lock
flock -w 10 9 || :
if [ -d "$dir" ] && [ ! -L "$dir/verdict" ] && ln -s yes "$dir/started" 2>/dev/null; then
  path=$(readlink "$dir/prev")/sw/bin:$PATH
  locales=${LOCALE_ARCHIVE-}
  [ -n "$locales" ] || locales=/run/current-system/sw/lib/locale/locale-archive
  if by_systemd; then
    systemd-run --quiet --collect --no-ask-password --no-block --service-type=oneshot --unit="hey-activate-$id" \
      --property=TimeoutStartSec=infinity --property=TimeoutStopSec=5s --property=IgnoreOnIsolate=yes \
      --property=StandardOutput="append:$dir/log" --property=StandardError="append:$dir/log" \
      --setenv=PATH="$path" --setenv=LOCALE_ARCHIVE="$locales" --setenv=NIXOS_INSTALL_BOOTLOADER=0 \
      /bin/sh "$dir/activation" "$id" 9>&-
  else
    env -i PATH="$path" LOCALE_ARCHIVE="$locales" NIXOS_INSTALL_BOOTLOADER=0 \
      setsid sh "$dir/activation" "$id" >>"$dir/log" 2>&1 </dev/null 9>&- &
    job=$!
    ln -s "$job" "$dir/activator"
  fi
fi
exec 9>&-
ended() { [ -L "$dir/status" ] || [ -L "$dir/verdict" ] || [ ! -d "$dir" ]; }
process() {
  if by_systemd; then
    systemctl show --property=MainPID --value "hey-activate-$id.service" 2>/dev/null || echo 0
  else
    readlink "$dir/activator"
  fi
}
# While systemd itself is renewed it knows of no process for a moment.
for _ in 1 2 3 4 5 6 7 8 9 10; do
  pid=$(process)
  if ended || [ "${pid:-0}" -gt 0 ]; then break; fi
  sleep 0.1
done
if [ "${pid:-0}" -gt 0 ]; then
  tail -c "+$(($2 + 1))" -s 0.05 --pid="$pid" -f "$dir/log" 2>/dev/null
else
  tail -c "+$(($2 + 1))" "$dir/log" 2>/dev/null
fi
# What something else has ended (a lack of memory, say) left no status.
if ended || activating || ended; then exit 0; fi
ln -s ended "$dir/status" && go_back "the activation was ended from outside"
