# nixos-rebuild and nh, for a host of the lab. Nobody can have the real ones here: each does the same in the order of the real one
# (nixos-rebuild-ng of 2026, nh 4.4.2), with the real nix and systemd.

# has_rebuilders: both are on PATH there, and its flake is.
has_rebuilders() {
  lab host "$host" sh -c 'rm -rf "$1" && mkdir -p "$1" /run/wrappers/bin && tar -C "$1" -x' sh "$FLEET" < <(tar -C "$FLEET" -c .)
  there nixos-rebuild <<'SH'
#!/bin/sh
set -u
special=
while [ $# -gt 0 ]; do
  case $1 in
  --flake) flake=$2 && shift ;;
  --specialisation) special=/specialisation/$2 && shift ;;
  boot | switch | test) action=$1 ;;
  esac
  shift
done
nix build --out-link /root/built "${flake%#*}#nixosConfigurations.\"${flake#*#}\".config.system.build.toplevel" || exit
system=$(readlink /root/built)
if [ "$action" != test ]; then nix-env -p /nix/var/nix/profiles/system --set "$system" || exit; fi
set -- "$system$special/bin/switch-to-configuration" "$action"
if [ -d /run/systemd/system ]; then
  set -- systemd-run -E LOCALE_ARCHIVE -E NIXOS_INSTALL_BOOTLOADER=0 -E NIXOS_NO_CHECK --collect --no-ask-password --pipe --quiet --service-type=exec \
    --unit=nixos-rebuild-switch-to-configuration "$@"
fi
"$@"
status=$?
[ "$status" = 0 ] || echo "warning: error(s) occurred while switching to the new configuration" >&2
exit "$status"
SH
  there nh <<'SH'
#!/bin/sh
set -u
[ "$*" != --version ] || { echo "nh 4.4.2"; exit; }
special=
action=$2 flake=$3
while [ $# -gt 0 ] && [ "$1" != -- ]; do
  case $1 in --hostname) name=$2 ;; --specialisation) special=/specialisation/$2 ;; esac
  shift
done
nix build --out-link /root/built "$flake#nixosConfigurations.\"$name\".config.system.build.toplevel" || exit 1
system=$(readlink /root/built)
case $action in switch | test)
  "$system$special/bin/switch-to-configuration" test || { echo "Error: Activation (test) failed" >&2; exit 1; } ;;
esac
case $action in switch | boot)
  nix-env -p /nix/var/nix/profiles/system --set "$system" || exit 1
  "$system$special/bin/switch-to-configuration" boot || { echo "Error: Bootloader activation failed" >&2; exit 1; } ;;
esac
SH
}
there() { lab host "$host" sh -c 'cat >"/run/wrappers/bin/$1" && chmod 755 "/run/wrappers/bin/$1"' sh "$1"; }

# syncs PROGRAM WORDS…: hey sync of the host itself, there; the terminal's part is nobody's.
syncs() {
  local program=$1
  shift
  HEY_HOSTNAME=$host "$SCRIPTS/sync.ts" "$@" --backend "$program" --elevate none --print >"$BATS_TEST_TMPDIR/sync"
  lab host "$host" sh -c 'cat >/root/sync' <"$BATS_TEST_TMPDIR/sync"
  lab host "$host" sh /root/sync
}

# rebuilder_here: nixos-rebuild on this machine's PATH, for a target: what nixos-rebuild-ng does with ssh, with the words of NIX_SSHOPTS first and its own behind.
rebuilder_here() {
  mkdir -p "$BATS_TEST_TMPDIR/bin"
  cat >"$BATS_TEST_TMPDIR/bin/nixos-rebuild" <<'SH'
#!/bin/sh
set -u
case $* in *--hey-asks-which) exit 2 ;; esac
tmp=$(mktemp -d)
to_ssh() { ssh $NIX_SSHOPTS -o ControlMaster=auto -o "ControlPath=$tmp/ssh-%n" -o ControlPersist=60 "$to" -- "$@"; }
trap 'for socket in "$tmp"/ssh-*; do [ ! -e "$socket" ] || ssh -o "ControlPath=$socket" -O exit none 2>/dev/null; done; rm -rf "$tmp"' EXIT
trap 'exit 130' INT
special=
while [ $# -gt 0 ]; do
  case $1 in
  --flake) flake=$2 && shift ;;
  --target-host) to=$2 && shift ;;
  --specialisation) special=/specialisation/$2 && shift ;;
  boot | switch | test | dry-activate) action=$1 ;;
  esac
  shift
done
: >"$HEY_TEST_BEGUN"
nix build --out-link "$tmp/built" "${flake%#*}#nixosConfigurations.\"${flake#*#}\".config.system.build.toplevel" || exit
system=$(readlink "$tmp/built")
nix copy --to "ssh://$to" "$system" || exit
case $action in boot | switch) to_ssh nix-env -p /nix/var/nix/profiles/system --set "$system" || exit ;; esac
unit=
if to_ssh test -d /run/systemd/system; then
  unit="systemd-run -E LOCALE_ARCHIVE -E NIXOS_INSTALL_BOOTLOADER=0 --collect --no-ask-password --pipe --quiet --service-type=exec --unit=nixos-rebuild-switch-to-configuration"
fi
to_ssh $unit "$system$special/bin/switch-to-configuration" "$action"
status=$?
[ "$status" = 0 ] || echo "warning: error(s) occurred while switching to the new configuration" >&2
exit "$status"
SH
  chmod +x "$BATS_TEST_TMPDIR/bin/nixos-rebuild"
}
