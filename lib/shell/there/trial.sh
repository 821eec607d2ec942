# shellcheck disable=SC2154,SC2034 # with deployment.sh, one-shot.sh, committing.sh and boot-loader.sh before it
# Boots the system $2 once, as the deployment $1, and leaves the old one as what boots by default. Unless it is confirmed within $3
# seconds of that boot the unit of nixos/trial-boot.nix in it reboots. $4 says who deploys; $5 and $6 are those of refuse_changed; $7 is
# warn or rollback, for units that fail; $8 is the script of the commit, which is of the generation $9 (a number, or "new") and installs
# the boot loader anew if ${10} is 1.
id=$1
new=$2
take_lock "$4"
refuse_switching
mend >&2
refuse_changed "$5" "$6"
if [ -x "$new/bin/switch-to-configuration" ]; then :; else refuse 1 "$new did not arrive"; fi
if [ -e "$new/etc/systemd/system/hey-trial.service" ]; then :; else refuse 1 "a trial boot needs a unit in $new that ends it; import nixos/trial-boot.nix of hey there"; fi
if [ -x "$boots/bin/switch-to-configuration" ]; then :; else refuse 1 "what boots there can not be gone back to: $boots has no bin/switch-to-configuration"; fi
if [ "$boots" = "$new" ]; then refuse 1 "$new boots by default already, so that no boot of it would go back; reboot it without --guard"; fi
need_loader
number=$9
if [ "$number" = new ]; then number=$(($(generations | head -n 1) + 1)); fi
armed=
finish() {
  rm -f /run/hey/holder
  rm -rf "$trial.new"
  if [ -z "$armed" ] && [ -L "$trial/id" ]; then end_trial >&2; fi
}
trap finish EXIT
trap "exit 129" HUP
trap "exit 143" TERM
# Who has lost the connection hears no more of it; what was begun is ended.
trap "" PIPE
umask 077
unarmed() { refuse 1 "it could not be armed: $1"; }
fact() { ln -s "$2" "$trial.new/$1" || unarmed "the disk can not be written to (is it full?)"; }
read -r boot </proc/sys/kernel/random/boot_id
rm -rf "$trial.new"
mkdir "$trial.new"
fact trial yes
fact id "$id"
fact boot "$boot"
fact by "$by"
fact prev "$boots"
fact new "$new"
fact seconds "$3"
fact on-unit-failure "$7"
fact generation "$number"
if [ "$9" = new ]; then fact made "$number"; fi
fact bootloader "${10}"
fact started yes
fact status 0
if finishing; then fact never-ends yes; fi
if printf "%s\n" "$8" >"$trial.new/commit" && failed_units >"$trial.new/failed" && mv -T "$trial.new" "$trial"; then :; else
  unarmed "the disk can not be written to (is it full?)"
fi
# As nix makes a generation, but without the moment in which the profile is the new system.
if [ "$9" = new ]; then ln -s "$new" "$profile-$number-link" || unarmed "generation $number could not be made"; fi
on_disk || unarmed "the disk can not be written to (is it full?)"
NIXOS_NO_CHECK=1 NIXOS_INSTALL_BOOTLOADER=0 limited "$boots/bin/switch-to-configuration" boot >&2 || unarmed "the boot menu could not be written (is /boot full?)"
boots_by_default "$boots" || unarmed "the boot menu does not boot $boots by default, which is what must come back (generations that NixOS lists in it, or a default of your own)"
entry=$(entry_of "$new")
[ -n "$entry" ] || unarmed "the boot menu has no entry for generation $number (how many does NixOS list in it?)"
ln -s "$entry" "$trial/entry"
# Before the boot loader knows: a boot of it without that note would stay.
sync -f "$trial"
boot_once "$entry" >&2 || unarmed "the boot loader did not take the entry $entry"
[ "$(once)" = "$entry" ] || unarmed "the boot loader has not kept the entry $entry"
sync -f /boot
ln -s "$(seconds_up)" "$trial/told" || unarmed "the disk can not be written to (is it full?)"
echo "boot $boot"
echo "prev $boots"
tell
systemd-run --quiet --collect --no-ask-password --unit="hey-reboot-$id" --on-active=2s --timer-property=AccuracySec=100ms systemctl reboot 9>&- || unarmed "systemd did not take the reboot"
armed=yes
