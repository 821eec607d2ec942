# shellcheck shell=bash
# shellcheck disable=SC2154 # $machine, the folder of the machine, is of what sources this
# The virtual machine's power and cable. In $machine are its disk and its flash, console (what its screen would show), boots (a line for each
# time that it was switched on) and qemu.pid; "off" is there while it has no power. Inside a lab, whose network it is on. Sourced.

# Where the deployer reaches it: outside of the network that qemu gives it, as the other end of a connection is seen there by that address.
machine_address=10.23.1.2

# new_machine IMAGE: takes a new one out of its box, with the keys that it was made with.
new_machine() {
  mkdir "$machine"
  cp --sparse=always "$1"/{disk,vars}.img "$machine/"
  : >"$machine/off"
  install -m 600 "$1/keys/id_ed25519" "$LAB/id_ed25519"
  cp "$1/keys/id_ed25519.pub" "$LAB/"
  echo "$machine_address $(cat "$1/keys/host.pub")" >>"$LAB/known_hosts"
  printf 'Host vps-pacman\n  HostName %s\n  User root\n' "$machine_address" | cat - "$LAB/ssh_config" >"$LAB/ssh_config.new"
  mv "$LAB/ssh_config.new" "$LAB/ssh_config"
  ip addr add "$machine_address/32" dev lo
}

# switch_on: it boots, and boots again after each reboot, until it is switched off.
switch_on() {
  rm -f "$machine/off"
  # bats waits for whoever has its descriptors 3 and, in setup_file, 4.
  keep_on </dev/null >>"$machine/qemu.log" 2>&1 3>&- 4>&- &
}

# part disk|vars: what qemu finds it by
part() { if [ -S "$machine/nbd" ]; then echo "nbd:unix:$machine/nbd:exportname=$1"; else echo "$machine/$1.img"; fi; }

# record_disk: from here on each write and each flush of the disk is logged (disk.cjs). $machine/start.img is the disk as it is now.
record_disk() {
  cp --sparse=always "$machine/disk.img" "$machine/start.img"
  node "$BATS_TEST_DIRNAME/../lib/disk.cjs" serve "$machine" </dev/null >>"$machine/disk.log" 2>&1 3>&- 4>&- &
  echo $! >"$machine/disk.pid"
  until [ -S "$machine/nbd" ]; do sleep 0.1; done
}

# keep_on: a reboot ends qemu, which is begun anew. After a reset within qemu 7.2 its emulation is a hundred times slower.
keep_on() {
  while [ ! -e "$machine/off" ]; do
    date +%s >>"$machine/boots"
    qemu-system-x86_64 -machine pc -accel tcg,thread=multi -cpu max -smp 1 -m 512 -display none -nodefaults -no-reboot \
      -chardev "file,id=console,path=$machine/console,append=on" -serial chardev:console \
      -drive "if=pflash,format=raw,readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M.fd" -drive "if=pflash,format=raw,file=$(part vars)" \
      -drive "if=none,id=disk,format=raw,cache=writeback,file=$(part disk)" -device virtio-blk-pci,drive=disk,bootindex=0 \
      -netdev "user,id=net,net=10.23.0.0/24,host=10.23.0.1,hostfwd=tcp:$machine_address:22-10.23.0.15:22" \
      -device virtio-net-pci,netdev=net,romfile= &
    echo $! >"$machine/qemu.pid"
    wait $! || echo "qemu ended with $?"
    # Not a loop of failures.
    sleep 0.3
  done
}

# switch_off: takes its power away. What it has written is on its disk.
switch_off() {
  : >"$machine/off"
  cut_power
}

# stop_recording: of a machine that is off
stop_recording() {
  kill "$(cat "$machine/disk.pid")"
  rm "$machine/nbd"
}

# cut_power: for a moment
cut_power() { kill -9 "$(cat "$machine/qemu.pid")"; }

# on COMMAND…: as root on the machine, by ssh and without hey
on() { timeout 60 ssh -n -F "$LAB/ssh_config" -o ConnectTimeout=20 vps-pacman "$@"; }

# until_up: until ssh answers there. Fails after fifteen minutes, with the end of what its screen shows.
until_up() {
  local ends=$((SECONDS + 900))
  until on true 2>/dev/null; do
    [ "$SECONDS" -lt "$ends" ] || { tail -c 1500 "$machine/console" | tr -cd '[:print:]\n' && return 1; }
    sleep 0.5
  done
}
