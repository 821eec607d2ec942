# shellcheck shell=sh
# Menus of systemd-boot, one after another, on the machine. A line for each: its name, what it boots by bootctl as hey reads that, by the
# files alone, and what bootctl says; with "|" between. The functions of hey stand before this.
limited() { "$@"; }
cd /boot/loader || exit
kept=$(mktemp -d)
cp -a . "$kept/"
# menu NAME LINE…: with these lines in loader.conf
menu() {
  name=$1
  shift
  printf '%s\n' "timeout 0" "$@" >loader.conf
  echo "$name|$(menu_of_bootctl)|$(menu_of_loader_conf)|$(bootctl list --json=short)"
}
# entry NAME SORT-KEY GENERATION SYSTEM
entry() {
  printf '%s\n' "title NixOS" ${2:+"sort-key $2"} "version Generation $3 NixOS" "linux /EFI/linux.efi" "options init=/nix/store/$4/init loglevel=4" \
    "machine-id $(cat /etc/machine-id)" >"entries/$1.conf"
}
# The loader does not look at the kernel before it boots it, and bootctl does.
cp /boot/EFI/BOOT/BOOTX64.EFI /boot/EFI/linux.efi
rm -f entries/*

entry nixos-generation-1 nixos 1 one
entry nixos-generation-2 nixos 2 two
entry nixos-generation-10 nixos 10 ten
menu "one of three" "default nixos-generation-2.conf"
menu "a pattern" "default nixos-generation-*"
menu "a pattern with its end" "default nixos-generation-*.conf"
menu "in capitals" "default NIXOS-generation-2.conf"
menu "without the end" "default nixos-generation-2"
menu "one that is not there" "default nixos-generation-7.conf"
menu "no default"
menu "twice" "default nixos-generation-2.conf" "default nixos-generation-1.conf"
menu "a comment" "#default nixos-generation-2.conf" "default nixos-generation-1.conf"
menu "a tab" "$(printf 'default\tnixos-generation-1.conf')"
entry nixos-generation-2 nixor-default 2 two
menu "a sort-key before the others" "default nixos-generation-*"
entry nixos-generation-2 "" 2 two
menu "without a sort-key" "default nixos-generation-*"
entry nixos-generation-2-specialisation-quiet nixos 2 two-quiet
menu "a specialisation" "default nixos-generation-2.conf"
menu "a specialisation in the pattern" "default nixos-generation-2*"
rm entries/*

entry nixos-generation-1 nixos 1 one
entry nixos-generation-2+3 nixos 2 two
menu "counted" "default nixos-generation-2.conf"
menu "counted, a pattern" "default nixos-generation-*"
mv entries/nixos-generation-2+3.conf entries/nixos-generation-2+2-1.conf
menu "one try used" "default nixos-generation-*"
mv entries/nixos-generation-2+2-1.conf entries/nixos-generation-2+0-3.conf
menu "no try left" "default nixos-generation-2.conf"
menu "no try left, a pattern" "default nixos-generation-*"
rm entries/*

entry nixos-0b nixos 2 two
entry nixos-9a nixos 1 one
menu "names by hash" "default nixos-9a.conf"
menu "names by hash, a pattern" "default nixos-*"
printf '%s\n' "title Windows" "efi /EFI/BOOT/BOOTX64.EFI" >entries/windows.conf
menu "another system" "default windows.conf"

rm -rf entries /boot/EFI/linux.efi
cp -a "$kept/." .
