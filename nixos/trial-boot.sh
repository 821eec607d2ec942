# shellcheck shell=sh
# The end of a trial boot that nobody confirms. What is tried is noted on the disk by lib/shell/there/trial.sh: a directory of links, and it
# becomes the deployment /run/hey/ID, which is confirmed like any other. It must go back also where the disk can't be written to.
set -u
note=/nix/var/nix/hey-trial
id=$(readlink "$note/id") || exit 0
read -r boot </proc/sys/kernel/random/boot_id
if [ "$boot" = "$(readlink "$note/boot")" ]; then exit 0; fi
# The trial is the one boot after the arming, whatever was booted. A second boot of that system was chosen by a person, or by a boot
# loader that did not forget its one-shot entry: to reboot from there too could go on for ever.
only_boot() {
  ln -s "$boot" "$note/tried" 2>/dev/null
  tried=$(readlink "$note/tried") || tried=$boot
  [ "$tried" = "$boot" ]
}
only_boot || exit 0
if [ "$(readlink -e /run/booted-system)" != "$(readlink "$note/new")" ]; then exit 0; fi
# Where it is what boots by default, nothing else would come.
if [ "$(readlink -e /nix/var/nix/profiles/system)" = "$(readlink "$note/new")" ]; then exit 0; fi

dir=/run/hey/$id
up() {
  read -r now _ </proc/uptime
  now=${now%%.*}
}
up
# From here, not from the kernel's start: stage 1 may have waited for a person to unlock a disk.
ends=$((now + $(readlink "$note/seconds")))
if [ ! -d "$dir" ] && [ ! -d "/run/hey/past/$id" ]; then
  umask 077
  made=/run/hey-trial-$id
  rm -rf "$made"
  mkdir -p /run/hey/past
  if cp -dR "$note" "$made" && ln -s "$id" "$made/open" && ln -s "$ends" "$made/deadline" && : >"$made/log"; then
    mv -T "$made" "$dir"
  else
    # It can't be confirmed then, and goes back.
    rm -rf "$made"
    dir=
  fi
fi
while :; do
  if [ -n "$dir" ]; then
    # The verdict is one link that gets another name: confirmed, or rolled-back.
    if [ -L "$dir/rolled-back" ]; then break; fi
    if [ ! -L "$dir/open" ]; then exit 0; fi
    ends=$(readlink "$dir/deadline") || exit 0
  fi
  up
  if [ "$now" -ge "$ends" ]; then
    if [ -z "$dir" ] || mv -T "$dir/open" "$dir/rolled-back" 2>/dev/null; then break; fi
  fi
  sleep 1
done
# The disk may take it now where it did not before.
only_boot || :
echo "hey: the trial boot of $(readlink "$note/new") is not confirmed: back to $(readlink "$note/prev")"
# Who has asked for it, by --cancel or ^C, is still to hear that.
sleep 2
# In order, if there is an order; then without stopping anything; then without asking systemd.
systemctl start --no-block --job-mode=replace-irreversibly reboot.target
sleep 60
systemctl reboot --force
sleep 60
sync &
sleep 5
systemctl reboot --force --force
