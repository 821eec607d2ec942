#!/bin/bash
# root.sh DIR: the root of the virtual machine: Debian 13 with its own kernel, systemd, boot loaders and nix, and what boots it in
# DIR/usr/lib/hey-vm: bzImage, initrd and grub.efi.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

# make_root DIR
make_root() {
  local root=$1
  debootstrap --variant=minbase --include="$(packages)" trixie "$root"
  mkdir "$root/usr/lib/hey-vm"
  cp "$root"/boot/vmlinuz-* "$root/usr/lib/hey-vm/bzImage"
  make_initrd "$root" "$root/usr/lib/hey-vm/initrd"
  make_grub "$root"
  mask_units "$root"
  # What a machine in emulation would only wait for, or carry along.
  rm -rf "${root:?}"/{boot,run,tmp,var/lib/apt/lists,var/cache/apt}/* "$root"/usr/lib/modules "$root"/usr/share/{doc,man,locale} "$root/etc/resolv.conf"
  mkdir -p "$root/persist" "$root/etc/systemd/journald.conf.d" "$root/etc/ssh/authorized_keys.d" "$root/etc/nix"
  printf '[Journal]\nStorage=volatile\nRuntimeMaxUse=8M\n' >"$root/etc/systemd/journald.conf.d/vm.conf"
  rm -f "$root"/etc/ssh/ssh_host_* "$root"/etc/ssh/sshd_config
}

# packages: libdbi-perl as debootstrap does not see that nix's own needs it
packages() {
  printf '%s,' systemd systemd-sysv dbus systemd-boot systemd-boot-efi systemd-boot-tools linux-image-cloud-amd64 nix-bin libdbi-perl openssh-server \
    grub-efi-amd64-bin grub-common kmod iproute2 procps busybox-static dosfstools e2fsprogs
  echo age
}

# make_initrd ROOT OUT: from that root's busybox and the modules that its kernel lacks for this disk and this network card
make_initrd() {
  local root=$1 out=$2 work applet module file
  work=$(mktemp -d)
  mkdir -p "$work"/{bin,modules,proc,sys,dev,run,root}
  cp "$root/usr/bin/busybox" "$work/bin/"
  for applet in sh mount insmod cat ip sleep switch_root echo chroot umount; do ln -s busybox "$work/bin/$applet"; done
  for module in virtio_blk failover net_failover virtio_net fat vfat nls_cp437 nls_ascii nls_iso8859-1 nls_utf8 efivarfs; do
    file=$(find "$root"/usr/lib/modules/* -name "$module.ko*")
    [ -n "$file" ] || continue
    case $file in *.xz) xz -dc "$file" ;; *) cat "$file" ;; esac >"$work/modules/$module.ko"
    echo "$module.ko" >>"$work/modules/order"
  done
  install -m 755 "$here/../guest/stage1.sh" "$work/init"
  (cd "$work" && find . | cpio -o -H newc --quiet) >"$out"
  rm -rf "$work"
}

# make_grub ROOT: GRUB as one file, which looks for its configuration on every disk
make_grub() {
  # shellcheck disable=SC2016 # GRUB's own variables
  printf '%s\n' 'search --set=root --file /grub/grub.cfg' 'set prefix=($root)/grub' 'configfile /grub/grub.cfg' >"$1/early.cfg"
  chroot "$1" grub-mkimage -O x86_64-efi -o /usr/lib/hey-vm/grub.efi -c /early.cfg -p /grub \
    part_gpt fat normal search search_fs_file search_fs_uuid linux loadenv test configfile echo sleep bli
  rm "$1/early.cfg"
}

# mask_units ROOT: what tunes a machine, looks for its devices or waits for a person costs seconds of emulation at each boot.
mask_units() {
  local unit units=$1/etc/systemd/system
  ln -sf /lib/systemd/system/multi-user.target "$units/default.target"
  for unit in getty.target console-getty.service systemd-user-sessions.service systemd-update-utmp.service systemd-update-utmp-runlevel.service \
    systemd-ask-password-wall.path systemd-ask-password-console.path remote-fs.target cryptsetup.target dev-hugepages.mount dev-mqueue.mount \
    sys-kernel-config.mount sys-kernel-debug.mount sys-kernel-tracing.mount sys-fs-fuse-connections.mount proc-sys-fs-binfmt_misc.automount \
    systemd-binfmt.service systemd-boot-random-seed.service systemd-hwdb-update.service systemd-machine-id-commit.service \
    systemd-modules-load.service systemd-pstore.service systemd-random-seed.service systemd-sysctl.service systemd-sysusers.service \
    systemd-remount-fs.service systemd-udevd.service systemd-udev-trigger.service systemd-udevd-control.socket systemd-udevd-kernel.socket \
    systemd-timesyncd.service systemd-tmpfiles-setup-dev.service systemd-tmpfiles-setup-dev-early.service systemd-tmpfiles-setup.service \
    systemd-boot-update.service modprobe@.service kmod-static-nodes.service systemd-network-generator.service apt-daily.timer \
    apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service fstrim.timer systemd-tmpfiles-clean.timer ssh.service \
    ssh.socket tmp.mount systemd-logind.service systemd-journal-flush.service nix-daemon.service nix-daemon.socket systemd-firstboot.service \
    systemd-hostnamed.socket systemd-creds.socket systemd-bootctl.socket systemd-sysext.socket systemd-mute-console.socket \
    systemd-journal-catalog-update.service systemd-pcrphase.service ldconfig.service; do
    ln -sf /dev/null "$units/$unit"
  done
  mkdir -p "$units-generators"
  for unit in "$1"/lib/systemd/system-generators/*; do
    # It ends the counting of a boot that has come up.
    [ "${unit##*/}" = systemd-bless-boot-generator ] || ln -sf /dev/null "$units-generators/${unit##*/}"
  done
}

make_root "$1"
