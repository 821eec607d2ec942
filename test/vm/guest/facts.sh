# shellcheck shell=sh
# What the machine says of itself: a line for each fact. systemd-boot's entries are for jq, and GRUB's are whole.
echo "runs $(readlink /run/current-system)"
echo "booted $(readlink /run/booted-system)"
echo "profile $(readlink -f /nix/var/nix/profiles/system)"
echo "generations $(cd /nix/var/nix/profiles && echo system-*-link)"
echo "marker $(readlink /nix/var/nix/hey-commit)"
echo "state $(systemctl is-system-running)"
if [ -e /boot/grub/grub.cfg ]; then
  echo "once $(grub-editenv /boot/grub/grubenv list | sed -n 's/^next_entry=//p')"
  cat /boot/grub/grub.cfg
else
  echo "once $(find /sys/firmware/efi/efivars -name 'LoaderEntryOneShot-*')"
  bootctl list --json=short
fi
