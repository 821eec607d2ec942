# The entry of the boot menu that is booted at the next boot only: systemd-boot takes it from a variable of the firmware, GRUB from its
# environment block. Both forget it before they boot it.

# Where the variables of the firmware are.
efivars=/sys/firmware/efi/efivars

# The environment block of GRUB.
grubenv=/boot/grub/grubenv

# loader_variable NAME: of systemd-boot: text in UTF-16, behind four bytes of attributes. Through a pipe, as tail seeks in what looks like a
# regular file, and Linux lets nobody seek there.
# shellcheck disable=SC2002 # so it is of use
loader_variable() { cat "$efivars/$1-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f" 2>/dev/null | tail -c +5 | tr -d "\000"; }

# by_systemd_boot: whether it has booted this machine. (GRUB has that variable too.)
by_systemd_boot() {
  case $(loader_variable LoaderInfo) in systemd-boot*) ;; *) false ;; esac
}

# entry_once: the entry that is booted once; nothing where there is none.
entry_once() { if by_systemd_boot; then loader_variable LoaderEntryOneShot; else grub-editenv "$grubenv" list 2>/dev/null | sed -n "s/^next_entry=//p"; fi; }

# boot_once ENTRY: an empty one takes it back. (grub-reboot is the same grub-editenv, after questions to the disk that it can do without.)
boot_once() {
  if by_systemd_boot; then
    bootctl set-oneshot "$1"
  elif [ -n "$1" ]; then
    grub-editenv "$grubenv" set "next_entry=$1"
  else
    grub-editenv "$grubenv" unset next_entry
  fi
}
