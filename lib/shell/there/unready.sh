# Whether an activation can begin: asked before the profile moves.

# The unit in which the programs of NixOS activate a system, and hey does.
switch_unit="nixos-rebuild-switch-to-configuration"

# refuse_activating. Ends: where that unit goes on.
refuse_activating() {
  if by_systemd && goes_on "$switch_unit.service"; then refuse 13 "another activation goes on there, as the unit $switch_unit$(how_to_end)"; fi
}

# own_activation: the process of one of hey without a guard that goes on. Fails where there is none.
own_activation() {
  local noted process
  for noted in /run/hey-activation.*/process; do
    process=$(readlink "$noted") && kill -0 "$process" 2>/dev/null && echo "$process" && return
  done
  return 1
}

# how_to_end: for a refusal, where what is in the way is an activation, how to end it.
how_to_end() {
  if own_activation >/dev/null; then
    echo ". If it hangs, end it: ops-deploy --cancel"
  elif by_systemd && goes_on "$switch_unit.service"; then
    echo ". If it hangs, end it there: systemctl stop $switch_unit"
  fi
}

# end_activation: ends one of hey that goes on without a guard, with all that it has started, and waits until it is known what came of it. Fails
# where there is none.
end_activation() {
  local process signal
  process=$(own_activation) || return 1
  for signal in TERM KILL; do
    if by_systemd; then systemctl kill -s "$signal" "$switch_unit.service" 2>/dev/null; else kill -s "$signal" -- "-$process" 2>/dev/null; fi || :
    for _ in 1 2 3 4 5 6 7 8 9 10; do if own_activation >/dev/null; then sleep 0.5; else break 2; fi; done
  done
  # Who has started it puts back what is to be put back, and tells nobody where the connection is gone.
  flock -w 120 /run/hey/lock true && rm -rf /run/hey-activation.*
}

# tell_end: of an activation of hey without a guard whose reader has lost the connection: waits for its end, and tells what runs and boots.
tell_end() {
  # Who has started it puts back what is to be put back, and holds the lock until then. After a reboot there is none.
  while own_activation >/dev/null || { [ -e /run/hey/lock ] && ! flock -n /run/hey/lock true; }; do sleep 0.2; done
  tell_facts
}

# refuse_unready ACTION SYSTEM. Ends: where that system can not be activated so.
refuse_unready() {
  case $1 in switch | boot | test) refuse_unchecked "$1" "$2" ;; esac
  case $1 in switch | boot) refuse_no_room "$2" ;; esac
}

# can_check SYSTEM: whether its program can check and do no more (NixOS 24.11 on): then its usage says so.
can_check() { limited "$1/bin/switch-to-configuration" 2>&1 </dev/null 9>&- | grep -q "[[|]check[]|]"; }

# refuse_unchecked ACTION SYSTEM. Ends: where its checks before a switch fail.
refuse_unchecked() {
  local status="0"
  can_check "$2" || return 0
  limited env -i PATH="$PATH" LOCALE_ARCHIVE="$(locale_archive)" NIXOS_INSTALL_BOOTLOADER=0 "$2/bin/switch-to-configuration" check \
    >"$dir/log" 2>&1 </dev/null 9>&- || status=$?
  if [ "$status" -eq 0 ]; then return; fi
  # It says nothing of what boots; the activation does.
  if inhibited "$status" "$dir/log" && [ "$1" = boot ]; then return; fi
  cat "$dir/log" >&2
  echo "program $status"
  if lock_was_held; then refuse 13 "another program is switching it, and holds the lock of NixOS"; fi
  if inhibited "$status" "$dir/log"; then
    echo "inhibited yes"
    tell_facts
    exit 1
  fi
  tell_facts
  if [ "$status" -eq 124 ]; then refuse 1 "the checks of the new system before a switch have not ended in time"; fi
  # Which one it is stands before the last line of the program itself.
  refuse 1 "the new system refuses to be switched to: $(grep . "$dir/log" | grep -vx "Pre-switch checks failed" | tail -n 1)"
}

# kernels_in_boot: the directory from which the boot loader takes the kernels: on the partition of the firmware, or in /boot.
kernels_in_boot() {
  local at
  for at in $(esps | sed "s,$,/EFI/nixos,") /boot/EFI/nixos /boot/kernels; do
    if [ -d "$at" ]; then echo "$at" && return; fi
  done
  return 1
}

# disk_of_kernels: where the file system of that is mounted.
disk_of_kernels() {
  local at
  if at=$(kernels_in_boot); then left_on -k "$at" | cut -d " " -f 1; fi
}

# refuse_no_room SYSTEM. Ends: where the directory of /boot that has the kernels can not take those of that system, whatever NixOS removes there.
refuse_no_room() {
  local kernels needed="0" part file free spare number kept listed size
  kernels=$(kernels_in_boot) || return 0
  # It names them as here, or nothing is known of it.
  if [ ! -e "$kernels/$(name_in_boot /run/booted-system/kernel "$kernels")" ]; then return; fi
  for part in kernel initrd; do
    file=$(readlink -e "$1/$part") || return 0
    if [ ! -e "$kernels/$(name_in_boot "$file" "$kernels")" ]; then needed=$((needed + $(stat -c %s "$file") / 1024 + 1)); fi
  done
  free=$(left_on -k "$kernels" | cut -d " " -f 3)
  if [ "${free:-$needed}" -ge "$needed" ]; then return; fi
  spare=0
  # For systemd-boot NixOS first removes what no generation needs that it lists; for GRUB it does so last.
  if [ "${kernels%/EFI/nixos}" != "$kernels" ]; then
    listed=0
    for file in "${kernels%/EFI/nixos}"/loader/entries/nixos-*.conf; do case $file in *-specialisation-*) ;; *) listed=$((listed + 1)) ;; esac; done
    kept=" "
    for number in $(generations | head -n "$((listed - 1))"); do
      for part in kernel initrd; do kept="$kept$(name_in_boot "$profile-$number-link/$part" "$kernels") "; done
    done
    spare=$(stat -c "%s %n" "$kernels"/* | {
      while read -r size file; do
        case $kept in *" ${file##*/} "*) ;; *) spare=$((spare + size / 1024)) ;; esac
      done
      echo "$spare"
    })
  fi
  if [ "$((free + spare))" -ge "$needed" ]; then return; fi
  tell_facts
  kernels=${kernels%/EFI/nixos}
  refuse 1 "${kernels%/kernels} has no room for the kernel and the initrd of the new system ($free KiB left, $needed needed); make room first: nix-collect-garbage --delete-older-than 14d"
}

# name_in_boot FILE DIR: how NixOS calls that file of a system in that directory of /boot: after its place in the store.
name_in_boot() {
  local name
  name=$(readlink -e "$1") || return 0
  name=${name#/nix/store/}
  name="${name%%/*}-${name##*/}"
  case $2 in /boot/EFI/*) echo "$name.efi" ;; *) echo "$name" ;; esac
}
