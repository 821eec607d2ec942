#!/usr/bin/env bats
# Back to other generations, and reboots.
# lab: --hosts vps-ultraman

load words
load guarded

setup_file() { lab_only; }
setup() { guarded_setup plain; }

back() { "$SCRIPTS/ops-rollback.ts" "$host" "$target" "$@"; }
reboot() { "$SCRIPTS/ops-reboot.ts" "$host" "$target" "$@"; }
boot_id() { lab host "$host" cat /proc/sys/kernel/random/boot_id; }

# three_generations: their systems in $systems, the last of another kernel
three_generations() {
  local kernel
  systems=()
  for kernel in 6.6.1 6.6.1 6.6.8; do
    lab knobs $host "{\"marker\": \"$BATS_TEST_NUMBER ${#systems[@]}\", \"kernel\": \"$kernel\"}"
    deploy --backend nix --force
    systems+=("$(running)")
  done
  newest=$(lab host $host readlink /nix/var/nix/profiles/system | tr -cd 0-9)
}

@test "back to each of three generations, by number and to the one before, with and without --guard" {
  three_generations
  run back --guard --settle 1
  echo "$output"
  [ "$status" = 0 ]
  [ "$(running) $(profile) $(next_boot)" = "${systems[1]} ${systems[1]} ${systems[1]}" ]
  back --to $((newest - 2))
  [ "$(running) $(profile) $(next_boot)" = "${systems[0]} ${systems[0]} ${systems[0]}" ]
  run back --to "$newest"
  echo "$output"
  [ "$status" = 0 ]
  [[ $output == *"warning: that generation was not booted with these"*"kernel 6.6.1 → 6.6.8"* ]]
  [[ ${lines[-1]} == *"reboot needed: kernel 6.6.1 → 6.6.8. Then: "*"ops-reboot"*" $host $target" ]]
  [ "$(running) $(profile) $(next_boot)" = "${systems[2]} ${systems[2]} ${systems[2]}" ]
  # No generation was made or lost on the way.
  [ "$(lab host $host readlink /nix/var/nix/profiles/system)" = "system-$newest-link" ]
  back --boot --to $((newest - 1))
  [ "$(running) $(profile) $(next_boot)" = "${systems[2]} ${systems[1]} ${systems[1]}" ]
  [ -z "$(leftovers)" ]
}

@test "a guarded way back that can't be confirmed is undone, and all generations stay" {
  lab knobs $host '{"marker": "unreachable", "sshd": false}'
  deploy --backend nix --boot
  lab knobs $host '{"marker": "reachable"}'
  deploy --backend nix
  old=$(running)
  before=$(lab host $host sh -c 'cd /nix/var/nix/profiles && ls -d system-*-link')
  back --guard --print | shortened 6 >"$BATS_TEST_TMPDIR/script"
  run sh "$BATS_TEST_TMPDIR/script"
  echo "$output"
  [ "$status" = 10 ]
  [ "$(running) $(profile) $(next_boot)" = "$old $old $old" ]
  [ "$(lab host $host sh -c 'cd /nix/var/nix/profiles && ls -d system-*-link')" = "$before" ]
}

@test "--list: all generations, newest first, with what runs, boots and was booted; as JSON too" {
  three_generations
  back --boot --to $((newest - 1))
  run back --list
  echo "$output"
  [[ ${lines[0]} == "Generation "*"Kernel"* ]]
  [[ ${lines[1]} == "$newest "*" 25.11.20260101.0000000 "*" 6.6.8 "*" runs" ]]
  [[ ${lines[2]} == "$((newest - 1)) "*" 6.6.1 "*" boots" ]]
  [[ ${lines[3]} == "$((newest - 2)) "*" 6.6.1" ]]
  [ "$(back --list --json | node -e 'console.log(JSON.parse(require("fs").readFileSync(0)).slice(0, 3).map((one) => [one.generation, one.kernelVersion, one.runs, one.boots, one.system].join(" ")).join("\n"))')" = "$(printf '%s\n' "$newest 6.6.8 true false ${systems[2]}" "$((newest - 1)) 6.6.1 false true ${systems[1]}" "$((newest - 2)) 6.6.1 false false ${systems[0]}")" ]
}

@test "a generation that is not there, or whose closure is gone, is refused in words, and nothing has changed" {
  three_generations
  run back --to 999
  echo "$output"
  [ "$status" = 1 ]
  [[ ${lines[-1]} == *"there is no generation 999; there are "*"$((newest - 1)) $newest; nothing was changed"* ]]
  lab host $host sh -c 'mv "$1" "$1.away"' sh "${systems[0]}"
  for words in "" --guard; do
    # shellcheck disable=SC2086
    run back --to $((newest - 2)) $words
    echo "$output"
    [ "$status" = 1 ]
    [[ ${lines[-1]} == *"the closure of generation $((newest - 2)) is gone"* ]]
  done
  back --list | grep -E "^$((newest - 2)) .* gone$"
  lab host $host sh -c 'mv "$1.away" "$1"' sh "${systems[0]}"
  [ "$(running) $(profile)" = "${systems[2]} ${systems[2]}" ]
}

# all_generations: their links, to be put back by put_back
all_generations() { lab host $host sh -c 'mkdir /nix/kept && cp -dR /nix/var/nix/profiles/system* /nix/kept'; }
put_back() { lab host $host sh -c 'cd /nix/var/nix/profiles && rm -rf system* && mv /nix/kept/* . && rmdir /nix/kept'; }

@test "only generations are listed, of several that are one system the one that boots; and a profile that is none is said to be" {
  three_generations
  lab host $host sh -c 'nix-env -p /nix/var/nix/profiles/system --set "$1"' sh "${systems[0]}"
  all_generations
  lab host $host sh -c 'cd /nix/var/nix/profiles && for odd in 0 007 old-77 x 99999999999999999999; do ln -s "$1" system-$odd-link; done
    ln -s /nix/store/gone system-500-link; mkdir system-501-link' sh "${systems[0]}"
  run --separate-stderr back --list --json
  echo "$output"
  # shellcheck disable=SC2154
  [ -z "$stderr" ]
  told=$(node -e 'console.log(JSON.parse(require("fs").readFileSync(0)).slice(0, 6).map((one) => [one.generation, one.current, one.boots].join(" ")).join("\n"))' <<<"$output")
  [ "$told" = "$(printf '%s\n' "501 false false" "500 false false" "$((newest + 1)) true true" "$newest false false" "$((newest - 1)) false false" "$((newest - 2)) false false")" ]
  back --list | grep -qE "^500 .* gone$"
  lab host $host sh -c 'rm -rf /nix/var/nix/profiles/system /nix/var/nix/profiles/system-50* && ln -s "$1" /nix/var/nix/profiles/system' sh "${systems[0]}"
  run back --force
  echo "$output"
  put_back
  [ "$status" = 1 ]
  [[ ${lines[-1]} == *"there is no generation before what boots, which is none itself (${systems[0]}); there are 1 "*" $((newest + 1)); nothing was changed"* ]]
  [[ $output != *llegal* ]]
}

@test "a generation of which a part is gone is refused, with what to do" {
  three_generations
  part=$(lab host $host readlink -f "${systems[0]}/kernel")
  part=${part%/bzImage}
  lab host $host mv "$part" "$part.away"
  run back --to $((newest - 2))
  echo "$output"
  lab host $host mv "$part.away" "$part"
  [ "$status" = 1 ]
  [[ ${lines[-1]} == *"the closure of generation $((newest - 2)) is not whole, $part is gone; mend it there"*"or type another generation; nothing was changed"* ]]
  [ "$(running) $(profile)" = "${systems[2]} ${systems[2]}" ]
}

@test "who is not root is told so: by a reboot, and by what looks at a guarded deployment" {
  before=$(boot_id)
  for way in ops-reboot.ts "ops-deploy.ts --status" "ops-deploy.ts --cancel"; do
    # shellcheck disable=SC2086
    run "$SCRIPTS"/$way $host "admin@$target"
    echo "$output"
    [ "$status" = 1 ]
    [[ $output == *"admin is not root there, and only root may "*": add --elevate sudo, or name no user in the target"* ]]
    [[ $output != *"nothing is armed"* && $output != *"not known"* ]]
  done
  [ "$(boot_id)" = "$before" ]
}

@test "a nixos-rebuild that fails before a reboot is not said to have changed nothing, and there is no reboot" {
  before=$(boot_id)
  mkdir "$BATS_TEST_TMPDIR/bin"
  printf '#!/bin/sh\nexit 4\n' >"$BATS_TEST_TMPDIR/bin/nixos-rebuild"
  chmod +x "$BATS_TEST_TMPDIR/bin/nixos-rebuild"
  PATH=$BATS_TEST_TMPDIR/bin:$PATH run deploy --reboot
  echo "$output"
  [ "$status" = 4 ]
  [[ ${lines[-1]} == *"activated, but some units failed: which ones it did not say (status 4); root@$target runs $(running), boots $(running)"* ]]
  [ "$(boot_id)" = "$before" ]
}

@test "sync --list and --rollback do the same on the machine itself" {
  three_generations
  there() { lab host $host sh -c "$("$SCRIPTS/sync.ts" "$@" --print)"; }
  [ "$(there --list)" = "$(back --list)" ]
  there switch --rollback $((newest - 2)) --elevate none
  [ "$(running) $(profile) $(next_boot)" = "${systems[0]} ${systems[0]} ${systems[0]}" ]
  there --rollback "$newest" --elevate none
  [ "$(running) $(profile) $(next_boot)" = "${systems[0]} ${systems[2]} ${systems[2]}" ]
  run --separate-stderr there switch --rollback --elevate none
  echo "$stderr"
  [ "$status" = 0 ]
  # In words, and for a person.
  [ -z "$output" ]
  [[ $stderr == *"sync: generation $((newest - 1)) of this machine: ${systems[1]}"*"sync: this machine runs ${systems[1]}, boots ${systems[1]}" ]]
  [ "$(running) $(profile)" = "${systems[1]} ${systems[1]}" ]
  run there switch --rollback "$newest" --elevate none
  echo "$output"
  [[ $output == *"warning: that generation was not booted with these"*"kernel 6.6.1 → 6.6.8"* ]]
  [[ ${lines[-1]} == *"reboot needed: kernel 6.6.1 → 6.6.8. Then: reboot" ]]
  run there --rollback 999 --elevate none
  echo "$output"
  [ "$status" = 1 ]
  [[ $output == "sync: there is no generation 999; there are "*"; nothing was changed on this machine (status 1)" ]]
}

@test "a reboot is proven by another boot_id, also one that is over in under a second; what boots is verified" {
  before=$(boot_id)
  run reboot
  echo "$output"
  [ "$status" = 0 ]
  [[ ${lines[-1]} == *"rebooted: root@$target runs $(profile), boots $(profile)" ]]
  [ "$(boot_id)" != "$before" ]
  before=$(boot_id)
  run reboot --if-needed
  [ "$status" = 0 ]
  [[ ${lines[-1]} == *"no reboot is needed"* ]]
  [ "$(boot_id)" = "$before" ]
  [ -z "$(leftovers)" ]
}

@test "a reboot that comes late, never, or that is none" {
  (until_there 20 eval '! answers 2>/dev/null'; lab link $host down; sleep 3; lab link $host up) 3>&- &
  run reboot --wait 60
  echo "$output"
  [ "$status" = 0 ]
  wait
  lab host $host sh -c 'mount --bind /bin/true "$(readlink -f /run/current-system/sw/bin/reboot)"'
  run reboot --wait 2
  echo "$output"
  [ "$status" = 30 ]
  [[ ${lines[-1]} == *"answers, but has not gone down within 2 s (status 30)"* ]]
  lab host $host sh -c 'umount "$(readlink -f /run/current-system/sw/bin/reboot)"'
  (until_there 20 eval '! answers 2>/dev/null'; lab link $host down) 3>&- &
  run reboot --wait 8
  wait
  lab link $host up
  echo "$output"
  [ "$status" = 30 ]
  [[ ${lines[-1]} == *"was not seen back within 8 s (status 30)"* ]]
}

@test "a machine that comes back as another system is said to" {
  lab knobs $host '{"marker": "other boot"}'
  deploy --backend nix
  lab host $host sh -c 'echo "$1" >/boot/default' sh "$old"
  run reboot
  echo "$output"
  [ "$status" = 32 ]
  [[ ${lines[-1]} == *"was rebooted, but runs $old, not $(profile) (status 32)"* ]]
  deploy --backend nix --force
}

@test "--reboot after a deployment, in any case and if needed; with --boot and with --guard" {
  lab knobs $host '{"marker": "needed", "kernel": "6.6.9"}'
  before=$(boot_id)
  deploy --backend nix --boot --reboot
  [ "$(boot_id)" != "$before" ]
  [ "$(running)" = "$(built)" ]
  before=$(boot_id)
  lab knobs $host '{"marker": "not needed", "kernel": "6.6.9"}'
  run deploy --guard --settle 1 --reboot=if-needed
  echo "$output"
  [ "$status" = 0 ]
  [ "$(boot_id)" = "$before" ]
  lab knobs $host '{"marker": "needed", "kernel": "6.6.9", "initrd": "another"}'
  run deploy --guard --settle 1 --reboot=if-needed
  echo "$output"
  [ "$status" = 0 ]
  [[ $output == *"reboot needed: initrd"* ]]
  [ "$(boot_id)" != "$before" ]
  [ "$(running)" = "$(built)" ]
}

@test "a system that NixOS will not switch to is answered with --boot, or with the boot itself where a reboot is asked for" {
  lab knobs $host '{"marker": "well"}'
  deploy --backend nix --force
  lab knobs $host '{"marker": "inhibited", "activationStatus": {"switch": 1, "test": 1}, "activationScript": "echo There are changes to critical components of the system:; false"}'
  # First with what ran before: the inhibited system itself, once it runs, can't be rolled back to.
  run deploy --guard
  echo "$output"
  [ "$status" = 12 ]
  [[ ${lines[-1]} == *"can't be switched to while the host runs"*"--boot --reboot" ]]
  run deploy --backend nix
  echo "$output"
  [ "$status" = 1 ]
  [[ ${lines[-1]} == *"can't be switched to while the host runs"*"--or-boot, or --boot --reboot" ]]
  before=$(running)
  run deploy --backend nix --or-boot
  echo "$output"
  [ "$status" = 0 ]
  [[ $output == *"it can't be switched to while the host runs, so it is made what boots"* ]]
  [ "$(running)" = "$before" ]
  [ "$(next_boot)" = "$(built)" ]
  before=$(boot_id)
  run deploy --backend nix --force --reboot
  echo "$output"
  [ "$status" = 0 ]
  [ "$(boot_id)" != "$before" ]
  [ "$(running)" = "$(built)" ]
}
