#!/usr/bin/env bats
# Which program is there is found out from its own answer, and its words are the ones that it takes.

setup() { cd "$BATS_TEST_DIRNAME/../.." || return; }

@test "each recorded answer is taken for what it is, and what is said to that kind is among its options" {
  diff - <(node lib/load.cjs "$PWD/test/backends/check.ts") <<KINDS
nixos-rebuild/bash-2014: an old nixos-rebuild in bash
nixos-rebuild/bash-file: nixos-rebuild in bash
nixos-rebuild/bash-image-variant: nixos-rebuild in bash
nixos-rebuild/ng-elevate: nixos-rebuild-ng with --elevate
nixos-rebuild/ng-fast: nixos-rebuild-ng with --fast
nixos-rebuild/ng-first: the first nixos-rebuild-ng
nixos-rebuild/ng-no-reexec: nixos-rebuild-ng with --sudo
nh/3.4.4: nh before 4.2
nh/4.0.4: nh before 4.2
nh/4.2.0-beta3: nh 4.2
nh/4.3.2: nh 4.3 or newer
nix/2.26.3: nix with --update-input
nix/2.34.8: nix with --update-input
nix/2.34.8-unknown-flag: nix without --update-input
nix/2.8.0: nix with --update-input
KINDS
}

@test "the words for elevation, of each nixos-rebuild" {
  local version answer bin=$BATS_TEST_TMPDIR
  for answer in test/backends/nixos-rebuild/*; do
    case $answer in *.help) continue ;; esac
    version=${answer##*/}
    printf '#!/bin/sh\ncat "%s" >&2\nexit 1\n' "$PWD/$answer" >"$bin/nixos-rebuild"
    chmod +x "$bin/nixos-rebuild"
    echo "$version: $(PATH=$bin:$PATH node lib/load.cjs "$PWD/test/backends/elevate.ts")"
  done >"$bin/said"
  diff - "$bin/said" <<'WORDS'
bash-2014: refused; refused; refused
bash-file: --use-remote-sudo; refused; refused
bash-image-variant: --use-remote-sudo; refused; refused
ng-elevate: --elevate sudo; --elevate sudo --ask-elevate-password; --elevate run0
ng-fast: --sudo; --sudo --ask-sudo-password; refused
ng-first: --sudo; --sudo --ask-sudo-password; refused
ng-no-reexec: --sudo; --sudo --ask-sudo-password; refused
WORDS
}

@test "a program is asked once, and not at all where no word depends on it" {
  local bin=$BATS_TEST_TMPDIR host="vps --flake $BATS_TEST_TMPDIR/flake --print"
  mkdir "$bin/flake"
  echo '{ outputs = _: { nixosConfigurations.vps = 1; }; }' >"$bin/flake/flake.nix"
  printf '#!/bin/sh\necho asked >>"%s"\ncat "%s" >&2\n' "$bin/asked" "$PWD/test/backends/nixos-rebuild/bash-file" >"$bin/nixos-rebuild"
  chmod +x "$bin/nixos-rebuild"
  # shellcheck disable=SC2086
  PATH=$bin:$PATH scripts/ops-deploy.ts $host --boot --debug --use-substitutes
  [ ! -e "$bin/asked" ]
  # shellcheck disable=SC2086
  PATH=$bin:$PATH scripts/ops-deploy.ts $host --fast --offline --specialisation quiet --install-bootloader --build-on target
  [ "$(wc -l <"$bin/asked")" -eq 1 ]
}
