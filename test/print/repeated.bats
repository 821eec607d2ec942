#!/usr/bin/env bats
# What programs of this machine repeat: nix shows words of a repository, nixos-rebuild and nixos-anywhere those of a host.
# shellcheck disable=SC2154
load ../lib/printed
load lies

setup() {
  lying_setup
  lie none ''
  # ESC, OSC, C0, C1 (also as a byte alone), bidi, invalid UTF-8, NUL, and an end without a line end.
  printf 'error: \033]52;c;ZXZpbA==\007 \033[2J\033[31mred \302\233 3m\233 \302\235 0;x\302\234 \342\200\256abc\342\201\246 \300\257\377\376 \r\b\013\000\nwarning: \033]0;title\033\\ \033c\033Pq\033\\ \342\200\213plain text' >nasty
  printf 'name: \303\274 \342\206\222 x\n' >harmless
}

# program NAME STATUS [SAYS]: one that says such words on stderr (and on stdout, where it does not answer there), and ends so.
program() {
  printf '#!/bin/sh\ncat "%s" "%s" >&2\n%s\nexit %s\n' "$PWD/nasty" "$PWD/harmless" "${3:-cat "$PWD/nasty"}" "$2" >"bin/$1"
  chmod +x "bin/$1"
}

# shows STATUS LINE...: that line, run and printed, in a terminal's locale and in C: it ends so, shows what is plain, and nothing raw.
shows() {
  local wanted=$1 locale
  shift
  for locale in C C.UTF-8; do
    for how in hey dash bash 'zsh --emulate sh' 'busybox sh'; do
      LC_ALL=$locale told "$how" "$*" || return
      [ "$status" = "$wanted" ] || { echo "$*, $how: status $status"; cat out err; return 1; }
      ! LC_ALL=C grep -anE $'[\x01-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\x8b-\x8f\xaa-\xae]|\xe2\x81|\xff|\xfe|\xc0' out err || { echo "$*, $how: raw"; return 1; }
      ! LC_ALL=C grep -anP '\x00|(?<![\xc2-\xf4\x80-\xbf])[\x80-\xbf]' out err || { echo "$*, $how: bytes"; return 1; }
      [ "$locale" = C ] || [ -n "${silent-}" ] || grep -q "plain text" out err || { echo "$*, $how: nothing"; cat out err; return 1; }
    done
  done
}

@test "repeated: nix's words about a repository, where hosts are imported from it" {
  program nix 1
  shows 1 ops hosts --import deploy-rs
  program nix 0 'echo "[hosts.web01]"'
  # What nix says beside a good answer is left out there.
  silent=yes shows 0 ops hosts --import deploy-rs
  grep -qx '\[hosts.web01\]' out
}

@test "repeated: nixos-rebuild's words, behind hey's own question; a failure of it is one of hey's" {
  local status_there
  printf '#!/bin/sh\n[ "$1" != eval ] || echo web01\n' >bin/nix
  chmod +x bin/nix
  for status_there in 0 7; do
    program nixos-rebuild "$status_there"
    shows "$((status_there > 0))" ops deploy web01 admin@127.0.0.1 --elevate sudo --backend nixos-rebuild
  done
}

@test "repeated: nixos-rebuild and nixos-anywhere are given ssh's words for a connection that carries data" {
  local fact
  printf '%s\n' 'Host *' ' ForwardAgent yes' ' ForwardX11 yes' ' PermitLocalCommand yes' ' LocalCommand touch ran' ' RemoteCommand touch ran' ' Tunnel yes' ' LogLevel QUIET' \
    ' VisualHostKey yes' ' LocalForward 9999 x:1' ' GSSAPIDelegateCredentials yes' ' RequestTTY force' >config
  # facts WORDS: what ssh makes of them.
  facts() {
    # shellcheck disable=SC2086
    ssh -G -F "$PWD/config" $1 127.0.0.1 >seen
    for fact in "forwardagent no" "forwardx11 no" "permitlocalcommand no" "tunnel false" "visualhostkey no" "clearallforwardings yes" "loglevel INFO"; do
      grep -qx "$fact" seen || { echo "no $fact: $1"; return 1; }
    done
    ! grep -q "^remotecommand \|^requesttty force" seen
  }
  program nixos-rebuild 0 'printf "%s\n" "$NIX_SSHOPTS" >>"'"$PWD"'/words"'
  printf '#!/bin/sh\n[ "$1" != eval ] || echo web01\n' >bin/nix
  chmod +x bin/nix
  NIX_SSHOPTS="-o ServerAliveInterval=7" told dash "ops deploy web01 admin@127.0.0.1 --elevate sudo --backend nixos-rebuild"
  [ -s words ] || { cat out err; false; }
  facts "$(cat words)"
  grep -qx "serveraliveinterval 7" seen
  "$repo/scripts/hey" ops bootstrap web01 root@127.0.0.1 --generate --yes --no-global --no-wait --flake "$PWD/f" --print >printed
  facts "$(grep -o -e '--ssh-option [^ ]*' printed | sed "s/^--ssh-option/-o/; s/'//g" | paste -sd ' ')"
}

@test "repeated: the line of the note is what is run" {
  program nixos-rebuild 0
  [ "$("$repo/scripts/hey" ops deploy web01 root@127.0.0.1 --flake "$PWD/f" --print | sed -n 's/^  rebuilding over_connection //p')" = "nixos-rebuild switch --show-trace --flake '$PWD/f#web01' --target-host root@127.0.0.1" ]
}

@test "repeated: nix's words about one of several hosts that does not evaluate" {
  printf '[hosts.web01]\ntarget = "root@192.0.2.1"\n[hosts.web02]\ntarget = "root@192.0.2.2"\n' >f/hey.toml
  program nix 1
  sed -i '2i case "$*" in *attrNames*) echo "[\\"web01\\",\\"web02\\"]"; exit ;; esac' bin/nix
  told hey "ops deploy --on web0[12]"
  [ "$status" != 0 ] || { cat out err; false; }
  cat out err
  harmless out err || { LC_ALL=C grep -an -v -E '^[ -~]*$' out err | cat -v; false; }
  grep -q "does not evaluate: .*red" err
}

@test "repeated: JSON means the same, and has no byte that a terminal would not just show" {
  cat >words.ts <<TS
import { shownJson } from "$repo/lib/text/json.ts";
const odd = [...Array(0x3000).keys()].map((at) => String.fromCodePoint(at)).join("") + "\ud800\u{e0001}\u{1f600}\ufeff\ufff9";
const text = shownJson([{ a: odd }, odd], 2);
console.log(JSON.stringify(JSON.parse(text)) === JSON.stringify([{ a: odd }, odd]), !/[^\P{C}\n]|[\u2028\u2029]/u.test(text), text.includes("\u00fc"));
TS
  run node "$repo/lib/load.cjs" "$PWD/words.ts"
  [ "$output" = "true true true" ] || { echo "$output"; false; }
  # What is shown as JSON is made by that alone.
  run grep -nE 'JSON\.stringify' "$repo"/scripts/*.ts "$repo"/lib/{fleet/events,log/history}.ts
  [ "$status" = 1 ] || { echo "$output"; false; }
}
