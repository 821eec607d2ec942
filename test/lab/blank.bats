#!/usr/bin/env bats
# Machines without NixOS, and the stand-in for nixos-anywhere that installs them.
# bats waits for whoever holds its fd 3, so what runs in the background here gives it up.

setup_file() {
  bats_require_minimum_version 1.5.0
  export LAB_TOOL=$BATS_TEST_DIRNAME/lab
  "$LAB_TOOL" check || skip "the lab lacks something here"
}

# in_lab [OPTION…] SCRIPT: a bash script as COMMAND, with some words of its own
in_lab() {
  # shellcheck disable=SC2016 # for the script in the lab
  local words='
    PATH=$LAB_PROGRAMS/stand-ins:$PATH
    on() { ssh -F "$LAB/ssh_config" -o ConnectTimeout=2 "$@"; }
    # A bare ! would be no failure to set -e.
    not() { ! "$@"; }
    log() { grep "$@" "$LAB/nixos-anywhere.log"; }
    # install_by HOST WORD…
    install_by() { nix run github:nix-community/nixos-anywhere -- --flake "$FLEET#$1" "${@:2}"; }
    running() { lab host "$1" readlink /run/current-system; }
    built() { nix eval --raw ".#nixosConfigurations.\"$1\".config.system.build.toplevel.outPath"; }
    # stage DIR CLASS/KEY: the key of a host as DIR/ssh_host_ed25519_key in $LAB/stage
    stage() {
      mkdir -p "$LAB/stage/$1"
      cp "$HOME/.ssh/keys.homelab/$2" "$LAB/stage/$1/ssh_host_ed25519_key"
    }
    # up HOST: until it answers, whatever key it has
    up() { until on -o UserKnownHostsFile=/dev/null -o StrictHostKeyChecking=no "$1" true 2>/dev/null; do sleep 0.1; done; }
    presents() { ssh-keyscan -t ed25519 "$(ssh -F "$LAB/ssh_config" -G "$1" | sed -n "s/^hostname //p")" 2>/dev/null | cut -d " " -f 3; }
  '
  "$LAB_TOOL" run "${@:1:$#-1}" -- bash -euo pipefail -c "$words ${*: -1}"
}

@test "Debian and the installer say what they are; one is on the disk, the other in memory beside it" {
  in_lab --hosts vps-pacman '
    lab blank vps-pacman --memory 900 --arch aarch64
    [ "$(on vps-pacman "hostname; id -un; uname -m; . /etc/os-release; echo \$ID; sed -n s/MemTotal://p /proc/meminfo" | xargs)" = "rescue root aarch64 debian 921600 kB" ]
    not on vps-pacman "ls -d /nix /run/current-system" 2>/dev/null
    [ "$(on vps_pacman_2222 lsblk -dn -o NAME,SIZE,TYPE)" = "vda 20G disk" ]
    on vps-pacman lsblk -J | python3 -c "import json, sys; json.load(sys.stdin)"
    not on vps-pacman lsblk -o NONSENSE
    lab reboot vps-pacman
    lab wait vps-pacman
    [ "$(on vps_pacman_admin uname -m; on vps-pacman cat /old-data)" = "aarch64
what the disk held" ]

    lab blank vps-pacman --installer
    [ "$(on vps-pacman uname -m)" = "$(uname -m)" ]
    [ "$(on vps-pacman "hostname; . /etc/os-release; echo \$ID \$VARIANT_ID; cat /run/vda/old-data" | xargs)" = "nixos nixos installer what the disk held" ]
    not on vps_pacman_2222 true 2>/dev/null
    on vps-pacman touch /root/mine
    lab power-cut vps-pacman
    sleep 0.5
    lab wait vps-pacman
    not on vps-pacman ls /root/mine 2>/dev/null
  '
}

@test "an install: keys and modes arrive, the disk is wiped, the host is itself and decrypts" {
  in_lab --hosts "" '
    lab blank vps-ultraman
    stage etc/ssh vps/ssh_host_ed25519_key_vps-ultraman
    install_by vps-ultraman --extra-files "$LAB/stage" --no-disko-deps -p 2222 vps_ultraman_2222
    log -x "extra-files 600 0:0 f ./etc/ssh/ssh_host_ed25519_key"
    log "^argv --flake .*#vps-ultraman --extra-files .* --no-disko-deps -p 2222 vps_ultraman_2222"
    [ "$(log ^phase | cut -d " " -f 2 | paste -sd ,)" = build,connect,kexec,disko,install,reboot ]
    up vps-ultraman
    [ "$(running vps-ultraman)" = "$(built vps-ultraman)" ]
    [ "$(presents vps-ultraman)" = "$(cut -d " " -f 2 "$HOME/.ssh/keys.homelab/vps/ssh_host_ed25519_key_vps-ultraman.pub")" ]
    [ "$(lab host vps-ultraman stat -c "%a %U" /etc/ssh/ssh_host_ed25519_key | xargs)" = "600 root" ]
    [ "$(lab host vps-ultraman cat /run/agenix/demo)" = "the demo secret" ]
    [ "$(lab host vps-ultraman readlink -f /nix/var/nix/profiles/system)" = "$(running vps-ultraman)" ]
    not lab host vps-ultraman ls /old-data /opt 2>/dev/null
    lab host vps-ultraman nix-store --verify --check-contents
    { on vps-ultraman true 2>&1 || [ $? = 255 ]; } | grep "REMOTE HOST IDENTIFICATION HAS CHANGED"
    [ -z "$(find "$LAB" -maxdepth 1 -name ".nixos-anywhere.*")" ]
  '
}

@test "an installer is not replaced, phases can be had one by one, and keys can lie in /persist" {
  in_lab --hosts "" '
    lab blank core01.example.org --installer
    stage persist/etc/ssh server/ssh_host_ed25519_key_core01.example.org
    chmod 700 "$LAB/stage" "$LAB/stage/persist"
    before=$(on core01.example.org cat /proc/sys/kernel/random/boot_id)
    install_by core01.example.org --extra-files "$LAB/stage" --phases kexec,disko,install core01.example.org
    [ "$(on core01.example.org cat /proc/sys/kernel/random/boot_id)" = "$before" ]
    [ "$(on core01.example.org stat -c %a /mnt /mnt/persist | xargs)" = "755 700" ]
    install_by core01.example.org --phases reboot core01.example.org
    up core01.example.org
    [ "$(lab host core01.example.org cat /run/agenix/demo)" = "the demo secret" ]
  '
}

@test "kexec keeps the host keys and nothing else, until the power goes; a paused one can be killed; a phase can fail" {
  in_lab --hosts "" '
    lab blank vps-pacman
    key=$(presents vps-pacman)
    on vps-pacman touch /etc/ssh/global_ed25519 /root/mine
    STAND_IN_PAUSE=disko:60 install_by vps-pacman vps-pacman &
    until log -s "pause disko"; do sleep 0.1; done
    [ "$(presents vps-pacman)" = "$key" ]
    not lab host vps-pacman ls /etc/ssh/global_ed25519 /root/mine 2>/dev/null
    lab host vps-pacman ls /run/vda/root/mine
    kill $!
    status=0
    wait $! || status=$?
    [ $status = 143 ]
    lab power-cut vps-pacman
    sleep 0.5
    lab wait vps-pacman
    on vps-pacman ls /old-data
    status=0
    STAND_IN_FAIL=kexec:7 install_by vps-pacman vps-pacman || status=$?
    [ $status = 7 ]
    not log done
  '
}

@test "knobs: another key, another system, back late or never" {
  in_lab --hosts "" '
    lab blank vps-pacman --installer
    stage etc/ssh vps/ssh_host_ed25519_key_vps-pacman
    STAND_IN_KEY=other STAND_IN_SYSTEM=other STAND_IN_RETURN=2 install_by vps-pacman --extra-files "$LAB/stage" vps-pacman
    not on vps-pacman true 2>/dev/null
    sleep 2
    up vps-pacman
    [ "$(running vps-pacman)" != "$(built vps-pacman)" ]
    [ "$(presents vps-pacman)" != "$(cut -d " " -f 2 "$HOME/.ssh/keys.homelab/vps/ssh_host_ed25519_key_vps-pacman.pub")" ]
    STAND_IN_RETURN=never install_by vps-pacman --phases reboot vps-pacman
    while lab host vps-pacman true 2>/dev/null; do sleep 0.1; done
    lab power-on vps-pacman
    up vps-pacman
  '
}

@test "it waits for ever where the real one does, and takes an unknown flag as the target" {
  in_lab --hosts "" '
    lab blank vps-ultraman
    # Two that are the first to open a store get into the way of each other.
    nix-store --init
    nixos-anywhere --flake "$FLEET#vps-ultraman" vps_ultraman_2222 &
    waiting=$!
    nixos-anywhere --flake "$FLEET#vps-ultraman" --nonsense 2>"$LAB/said" &
    until [ "$(lab host vps-ultraman hostname)" = nixos ] && [ "$(grep -c "unknown option -- -" "$LAB/said")" -ge 2 ]; do sleep 0.1; done
    sleep 1
    # Both are still at it.
    kill $waiting $!
    not nixos-anywhere --flake "$FLEET#vps-ultraman" --nonsense vps-ultraman
    not nixos-anywhere --flake "$FLEET#vps-ultraman" --vm-test --extra-files /tmp
  '
}

@test "with systemd: an install, and a unit that has failed when the key was not carried" {
  "$LAB_TOOL" check --init systemd || skip "no systemd in a host here"
  in_lab --init systemd --hosts "" '
    lab blank vps-pacman
    lab knobs vps-pacman "{\"secretUnit\": true}"
    install_by vps-pacman vps-pacman
    up vps-pacman
    until [ "$(lab host vps-pacman systemctl is-system-running)" != starting ]; do sleep 0.1; done
    lab host vps-pacman systemctl list-units --failed --plain --no-legend | grep agenix-install-secrets.service
  '
}

@test "the scripts are clean" {
  cd "$BATS_TEST_DIRNAME/../.."
  shellcheck -x test/lab/foreign/init test/lab/hardware/uname test/lab/stand-ins/n* test/lab/stand-ins/lib/*.sh
}
