#!/usr/bin/env bats
# Which program is there is found out from its own answer, and its words are the ones that it takes.

setup() {
  bats_require_minimum_version 1.5.0
  cd "$BATS_TEST_DIRNAME/../.." || return
}

@test "each recorded answer is taken for what it is, and what is said to that kind is among its options" {
  diff - <(node lib/load.cjs "$PWD/test/backends/check.ts") <<KINDS
nixos-rebuild/bash-2014: an old nixos-rebuild in bash
nixos-rebuild/bash-file: nixos-rebuild in bash
nixos-rebuild/bash-image-variant: nixos-rebuild in bash
nixos-rebuild/ng-elevate: nixos-rebuild-ng with --elevate
nixos-rebuild/ng-fast: nixos-rebuild-ng with --fast
nixos-rebuild/ng-first: the first nixos-rebuild-ng
nixos-rebuild/ng-no-reexec: nixos-rebuild-ng with --sudo
nh/3.4.4: nh before 3.5
nh/4.0.4: nh before 4.2
nh/4.2.0-beta3: nh 4.2
nh/4.3.2: nh 4.3 or newer
nh/4.4.2: nh 4.3 or newer
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

# beside SPECIALISATION PROGRAM…: where this machine runs that one
beside() {
  unshare -m sh -euc 'cp -a /etc "$0/etc"; echo "$1" >"$0/etc/specialisation"; mount --bind "$0/etc" /etc; shift; exec "$@"' "$BATS_TEST_TMPDIR" "$@"
}

@test "nh activates what is meant where a specialisation runs, or is refused where it could not be told" {
  local version line wanted etc=$BATS_TEST_TMPDIR/etc
  . test/lib/machine.bash
  make_machine "$BATS_TEST_TMPDIR/machine"
  cd "$machine/path/to/flake"
  unshare -m true || skip "SKIPPED: namespaces aren't allowed here"
  while IFS='|' read -r version line wanted; do
    export has_path=$machine/has-nh${version:+-$version}:
    rm -rf "$etc"
    # shellcheck disable=SC2086
    run beside quiet bash -c '. "$0"; on_machine "$@"' "$repo/test/lib/machine.bash" "$repo/scripts/sync.ts" $line --print
    [[ $output$'\n' == *"$wanted"$'\n'* ]] || { echo "$version, $line: $output"; return 1; }
  done <<'LINES'
|switch|--hostname id3-eniac --no-specialisation -- --show-trace
|boot|--hostname id3-eniac --no-specialisation -- --show-trace
|switch --specialisation loud|--hostname id3-eniac --specialisation loud -- --show-trace
|switch --specialisation quiet|--hostname id3-eniac --specialisation quiet -- --show-trace
4.2.0-beta3|switch|--hostname id3-eniac --no-specialisation -- --show-trace
4.2.0-beta3|switch --specialisation quiet|--hostname id3-eniac --specialisation quiet -- --show-trace
4.2.0-beta3|switch --specialisation loud|sync: the nh here (nh 4.2) has no --specialisation that counts, and 'quiet' runs here, which it would take; type --backend nixos-rebuild
3.4.4|switch|sync: the nh here (nh before 3.5) has no --no-specialisation, and 'quiet' runs here, which it would take; type --backend nixos-rebuild
LINES
}

@test "a program that is to become root, and isn't on PATH, is refused for nh too, which would take another" {
  local program
  . test/lib/machine.bash
  make_machine "$BATS_TEST_TMPDIR/machine"
  cd "$machine/path/to/flake"
  has_path=$machine/has-nh:
  for program in sudo doas run0; do
    rm "$machine/bin/$program"
    run on_machine "$repo/scripts/sync.ts" switch --elevate "$program"
    [ "$status" = 1 ]
    [[ $output == "sync: $program is not on PATH"* ]]
    run on_machine "$repo/scripts/sync.ts" switch --elevate "$program" --print
    [ "$status" = 0 ]
  done
  [ -z "$(ls "$machine/record")" ]
  # Whom nobody has named is nh's choice, and root needs none.
  on_machine "$repo/scripts/sync.ts" switch
  on_machine HEY_UID=0 "$repo/scripts/sync.ts" switch --elevate doas
}

@test "--builders with the empty word, nix's for none, arrives as it is; other options want a value" {
  local dir=$BATS_TEST_TMPDIR backend
  mkdir -p "$dir/hosts/web01"
  echo '{ }' >"$dir/hosts/web01/default.nix"
  echo '{ outputs = _: { nixosConfigurations.web01 = { }; }; }' >"$dir/flake.nix"
  for backend in nix nixos-rebuild; do
    for words in "--builders=" "--builders ''"; do
      eval "set -- $words"
      scripts/hey ops deploy web01 root@web01 --backend $backend --flake "$dir" --print "$@" 2>/dev/null | grep -qE "^ *(rebuilding over_connection )?(nix|nixos-rebuild) .* --builders ''( |$)"
    done
  done
  run -2 scripts/hey ops deploy web01 root@web01 --flake "$dir" --build-host '' --print
  [[ $output == *"--build-host needs a value"* ]]
}

@test "variables that change what a line means are kept from each program, which the line shows; others and unset ones are not" {
  local program names line name record=$BATS_TEST_TMPDIR/record
  . test/lib/machine.bash
  make_machine "$BATS_TEST_TMPDIR/machine"
  cd "$machine/path/to/flake"
  has_path=$machine/has-nh:
  while IFS='|' read -r program line names; do
    rm -rf "$record" && mkdir "$record"
    # shellcheck disable=SC2086
    run on_machine "$repo/scripts/"$line --print
    [[ $output != *"env -u"* ]]
    set -- COLUMNS=7
    for name in $names; do set -- "$@" "$name=1"; done
    # shellcheck disable=SC2086
    run on_machine "$@" "$repo/scripts/"$line --print
    echo "$output"
    for name in $names; do [[ $output == *"env"*" -u $name "*"$program"* ]]; done
    [[ $output != *"-u COLUMNS"* ]]
    # shellcheck disable=SC2086
    on_machine "$@" HEY_RECORD="$record" "$repo/scripts/"$line || :
    # What its own call is told: that of sudo, where it begins with that.
    for name in $names; do
      if tr '\0' '\n' <"$record/${program%% *}.1/environ" | grep "^$name="; then echo "$program sees it"; return 1; fi
    done
    tr '\0' '\n' <"$record/${program%% *}.1/environ" | grep -q '^COLUMNS=7$'
  done <<'LINES'
nh|sync.ts switch|NH_ASK NH_BYPASS_ROOT_CHECK NH_ELEVATION_PROGRAM NH_ELEVATION_STRATEGY NH_NO_VALIDATE NH_SUDOOPTS NIX_SUDOOPTS NIXOS_INSTALL_BOOTLOADER NIXOS_NO_CHECK
nixos-rebuild|sync.ts switch --backend nixos-rebuild --elevate none|NIX_SUDOOPTS NIXOS_INSTALL_BOOTLOADER NIXOS_NO_CHECK NIXOS_SWITCH_USE_DIRTY_ENV _NIXOS_REBUILD_REEXEC
nixos-rebuild|sync.ts dry-build|NIX_SUDOOPTS NIXOS_NO_CHECK _NIXOS_REBUILD_REEXEC
sudo nixos-rebuild|sync.ts boot --backend nixos-rebuild|NIXOS_NO_CHECK NIXOS_INSTALL_BOOTLOADER
sudo nixos-install|install.ts --host id3-eniac --root /mnt|NIXOS_ENTER_REEXEC NIXOS_NO_CHECK NIXOS_INSTALL_BOOTLOADER
nix|ops-bootstrap.ts vps-ultraman 192.0.2.7 --no-keys|copyHostKeys
LINES
}

@test "test/backends/compare: a program on PATH against its record: the options and the answer that differ, and nothing where none do" {
  local bin=$BATS_TEST_TMPDIR/bin
  mkdir "$bin"
  # nh VERSION SED: answers as recorded, with its help edited
  nh() {
    printf '#!/bin/sh\nif [ "$1" = --version ]; then echo "nh %s"; else sed "%s; s/^/      /" "%s"; fi\n' "$1" "$2" "$PWD/test/backends/nh/4.4.2.help" >"$bin/nh"
    chmod +x "$bin/nh"
  }
  compared() { PATH=$bin:$PATH run test/backends/compare "$@"; }
  nh 4.4.2 ''
  compared nh
  [ "$status $output" = "0 " ]
  nh 4.4.2 's/--elevation-strategy/--elevate-by/'
  compared nh
  [ "$status" = 1 ]
  [ "${lines[0]}" = "nh 4.4.2, against the record nh/4.4.2, $(date +%F):" ]
  [ "$(printf '%s\n' "${lines[@]:1}" | sort)" = "  it has --elevate-by now
  it has no --elevation-strategy any more" ]
  nh 9.1.0 ''
  compared nh
  [ "$status" = 1 ]
  [[ $output == *"there is no record of this version: nh/9.1.0, its .help, and a row in README.md" ]]
  printf '#!/bin/sh\ncat "%s" >&2\nexit 2\n' "$PWD/test/backends/nixos-rebuild/ng-elevate" >"$bin/nixos-rebuild"
  chmod +x "$bin/nixos-rebuild"
  compared nixos-rebuild
  [ "$status $output" = "0 " ]
  PATH=/usr/bin:/bin run test/backends/compare nh
  [ "$output" = "nh: not on PATH, so not compared" ]
}
