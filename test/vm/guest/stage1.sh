#!/bin/sh
# Stage 1 of the virtual machine: mounts the disk and /boot, gives the link its address, and becomes the `init=` of the kernel's command
# line, as NixOS's own. `hey.stage1=` makes it fail on purpose.
export PATH=/bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
mount -t tmpfs -o mode=755 run /run
for module in $(cat /modules/order); do insmod "/modules/$module" || echo "stage 1: $module failed"; done
init="" stage1=""
for word in $(cat /proc/cmdline); do
  case $word in
  init=*) init=${word#init=} ;;
  hey.stage1=*) stage1=${word#hey.stage1=} ;;
  esac
done
echo "stage 1: $init $stage1"
case $stage1 in
hang) while :; do sleep 1000; done ;;
panic) echo c >/proc/sysrq-trigger ;;
exit) exit 1 ;;
esac
mount -t ext4 /dev/vda2 /root
# As NixOS checks /boot at each boot. (It does nothing to a clean one.)
mount -t devtmpfs devtmpfs /root/dev
chroot /root /usr/sbin/fsck.vfat -a /dev/vda1
umount /root/dev
mount -t vfat -o umask=0022 /dev/vda1 /root/boot
mount -t efivarfs efivarfs /sys/firmware/efi/efivars
ip link set lo up
ip addr add 10.23.0.15/24 dev eth0
ip link set eth0 up
ip route add default via 10.23.0.1
for fs in proc sys dev run; do mount --move "/$fs" "/root/$fs"; done
exec switch_root /root "$init" machine
echo "stage 1: there is no $init"
