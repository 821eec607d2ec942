#!/bin/bash
# image.sh ROOT OUT LOADER: makes OUT/disk.img, with a FAT partition for the loader and the root on ext4, and OUT/vars.img, the flash of the
# firmware. The first system of vps-pacman is generation 1. OUT/keys has the keys of the deployer and of the machine. Runs in a lab.
set -euo pipefail
root=$1 out=$2 loader=$3

# An overlay, so that Debian's files are copied once only, by mke2fs.
work=$LAB/work disk=$LAB/work/disk
mkdir -p "$work"/{upper,under,disk}
mount -t tmpfs -o mode=755,size=2g vm-upper "$work/upper"
mkdir "$work/upper"/{changed,work}
mount -t overlay -o "lowerdir=$root,upperdir=$work/upper/changed,workdir=$work/upper/work" overlay "$disk"

mkdir "$out/keys"
ssh-keygen -q -t ed25519 -N '' -C vm -f "$out/keys/host" </dev/null
cp "$LAB"/id_ed25519{,.pub} "$out/keys/"
install -m 600 "$out/keys/host" "$disk/etc/ssh/ssh_host_ed25519_key"
cp "$out/keys/host.pub" "$disk/etc/ssh/ssh_host_ed25519_key.pub"
cp "$LAB/id_ed25519.pub" "$disk/etc/ssh/authorized_keys.d/root"
tr -d - </proc/sys/kernel/random/uuid >"$disk/etc/machine-id"
printf '%s\n' "$NIX_CONFIG" >"$disk/etc/nix/nix.conf"
mkdir -p "$disk"/nix/var/nix/{profiles,gcroots}
ln -sfn ../profiles "$disk/nix/var/nix/gcroots/profiles"
ln -sfn /run/current-system "$disk/nix/var/nix/gcroots/current-system"
ln -sfn /run/booted-system "$disk/nix/var/nix/gcroots/booted-system"

lab knobs vps-pacman "{\"bootLoader\": \"$loader\", \"bootTimeout\": 0, \"kernelParams\": \"console=ttyS0 panic=5\", \"trialBoot\": true}"
nix build --out-link "$LAB/first" "$FLEET#nixosConfigurations.vps-pacman.config.system.build.toplevel"
system=$(readlink "$LAB/first")
nix copy --no-check-sigs --to "$disk" "$system"
ln -s "$system" "$disk/nix/var/nix/profiles/system-1-link"
ln -s system-1-link "$disk/nix/var/nix/profiles/system"
# Its own installer writes the first menu.
mount -t tmpfs vm-run "$disk/run"
mount --bind /proc "$disk/proc"
NIXOS_NO_CHECK=1 chroot "$disk" "$system/bin/switch-to-configuration" boot
umount "$disk/proc" "$disk/run"

mkdir -p "$disk"/boot/EFI/{BOOT,systemd}
if [ "$loader" = grub ]; then
  cp "$disk/usr/lib/hey-vm/grub.efi" "$disk/boot/EFI/BOOT/BOOTX64.EFI"
else
  cp "$disk/usr/lib/systemd/boot/efi/systemd-bootx64.efi" "$disk/boot/EFI/BOOT/BOOTX64.EFI"
  cp "$disk/usr/lib/systemd/boot/efi/systemd-bootx64.efi" "$disk/boot/EFI/systemd/systemd-bootx64.efi"
fi
truncate -s 200M "$LAB/esp"
mkfs.vfat -F 32 -i 1234ABCD "$LAB/esp"
mcopy -Qs -i "$LAB/esp" "$disk"/boot/* ::/
rm -rf "${disk:?}"/boot/*
truncate -s 1800M "$LAB/ext4"
mke2fs -q -t ext4 -E lazy_itable_init=0 -d "$disk" "$LAB/ext4"
truncate -s 2003M "$out/disk.img"
sgdisk -a 2048 -n 1:2048:+200M -t 1:ef00 -n 2:0:+1800M -t 2:8300 "$out/disk.img"
dd if="$LAB/esp" of="$out/disk.img" bs=1M seek=1 conv=notrunc,sparse status=none
dd if="$LAB/ext4" of="$out/disk.img" bs=1M seek=201 conv=notrunc,sparse status=none
cp /usr/share/OVMF/OVMF_VARS_4M.fd "$out/vars.img"
