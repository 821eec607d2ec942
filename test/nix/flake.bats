#!/usr/bin/env bats
# flake.nix, with the real nix and a stand-in for nixpkgs: every output is evaluated, and the package is built and used.
load ../lib/machine

setup_file() {
  . "$BATS_TEST_DIRNAME/../lib/machine.bash"
  make_machine "$BATS_FILE_TMPDIR/machine"
  cd "$BATS_FILE_TMPDIR"
  # What git has, with what is not committed yet: node_modules would be copied each time.
  mkdir source
  (cd "$repo" && git ls-files -co --exclude-standard -z | tar --null -T - -cf -) | tar -C source -xf -
  cp -R "$repo/test/nix/nixpkgs" nixpkgs
  # By themselves, as what lies beside them goes before the machine's own programs.
  mkdir -p nodejs/bin
  ln -s "$(command -v node)" "$(command -v npm)" nodejs/bin/
  printf %s "$PWD/nodejs" >nixpkgs/nodejs
}

setup() {
  machine=$BATS_FILE_TMPDIR/machine record=$BATS_TEST_TMPDIR/record
  mkdir "$record"
  cd "$BATS_FILE_TMPDIR"
  # A store of its own, which needs neither a daemon nor a namespace.
  export HOME=$BATS_FILE_TMPDIR/home NIX_STORE_DIR=$BATS_FILE_TMPDIR/store NIX_STATE_DIR=$BATS_FILE_TMPDIR/var NIX_LOG_DIR=$BATS_FILE_TMPDIR/log
  mkdir -p "$HOME"
  unset NIX_REMOTE NIX_PATH
  export NIX_CONFIG='experimental-features = nix-command flakes
substituters =
build-users-group =
sandbox = false
flake-registry ='
  system=$(uname -m)-linux
}

# nixed VERB WORDS…: with this flake and the stand-in.
nixed() { nix "$@" --override-input nixpkgs "path:$PWD/nixpkgs" --no-write-lock-file 2> >(grep -v '^warning: not writing modified lock file' >&2); }
flake() { echo "path:$PWD/source#$1"; }

@test "nix flake check" {
  nixed flake check --no-build "path:$PWD/source"
}

@test "every output evaluates, on every system" {
  local pair
  nixed eval --json "$(flake packages)" --apply 'builtins.mapAttrs (_: builtins.mapAttrs (_: package: package.drvPath))' >packages
  [ "$(jq -c 'map_values(keys)' packages)" = "$(jq -nc '["default", "hey"] as $names | {"aarch64-darwin": $names, "aarch64-linux": $names, "x86_64-darwin": $names, "x86_64-linux": $names}')" ]
  [ "$(jq '[.[] | .default == .hey] | all' packages)" = true ]
  # esbuild's program is of the system.
  for pair in x86_64-linux:linux-x64 aarch64-darwin:darwin-arm64; do
    nix-store -q --requisites "$(jq -r ".\"${pair%:*}\".hey" packages)" >requisites
    grep -q "esbuild-${pair#*:}-.*\.tgz" requisites
    [ "$(grep -c 'esbuild-.*-.*\.tgz' requisites)" = 1 ]
    if grep -E 'typescript|biome' requisites; then false; fi
  done
  nixed eval --json "$(flake devShells)" --apply 'builtins.mapAttrs (_: shells: shells.default.drvPath)'
  nixed eval --json "$(flake checks)" --apply 'builtins.mapAttrs (_: checks: checks.runs.drvPath)'
  [ "$(nixed eval --raw "$(flake "apps.$system.default.program")")" = "$(nixed eval --raw "$(flake "packages.$system.hey")")/bin/hey" ]
  [ "$(nixed eval --json "$(flake overlays.default)" --apply 'overlay: builtins.attrNames (overlay { callPackage = file: _: file; } { })')" = '["hey"]' ]
}

@test "the tools of the devShell are those that the tests need" {
  nixed eval --raw "$(flake "devShells.$system.default.packages")" --apply 'builtins.concatStringsSep " "' >shell
  local program name
  for program in $(sed -n 's/^\[ \$# -gt 0 \] || set -- //p' "$repo/test/needs"); do
    case $program in
      sshd | ssh) name=openssh ;;
      ip) name=iproute2 ;;
      unshare) name=util-linux ;;
      ps) name=procps ;;
      systemctl) name=systemd ;;
      dbus-daemon) name=dbus ;;
      newuidmap) name=shadow ;;
      grub-editenv) name=grub2 ;;
      xmllint) name=libxml2 ;;
      busybox) name=busybox-alone ;;
      *) name=$program ;;
    esac
    grep -qE "(/|-)$name( |$)" shell || { echo "$program"; false; }
  done
}

# module OUTPUT ENABLE: what it configures, or null.
module() {
  nixed eval --json "$(flake "$1")" --apply "module: let
    nixpkgs = builtins.getFlake \"path:$PWD/nixpkgs\";
    made = module { config.programs.hey = { enable = $2; package = \"the package\"; }; lib = nixpkgs.lib; pkgs = nixpkgs.legacyPackages.$system; };
  in { inherit (made.config) condition content; default = made.options.programs.hey.package.default.outPath; }" --impure
}

@test "the modules install the package, when they are enabled" {
  local package
  package=$(nixed eval --raw "$(flake "packages.$system.hey")")
  module nixosModules.default true >module
  [ "$(jq -c '[.condition, .content.environment.systemPackages, .default]' module)" = "[true,[\"the package\"],\"$package\"]" ]
  [ "$(jq -c .content.environment.pathsToLink module)" = '["/share/bash-completion","/share/fish","/share/zsh"]' ]
  [ "$(module homeModules.default true | jq -c '[.condition, .content]')" = '[true,{"home":{"packages":["the package"]}}]' ]
  [ "$(module nixosModules.default false | jq .condition)" = false ]
  nixed eval --json "$(flake nixosModules.trial-boot)" --apply 'module: builtins.attrNames (module { pkgs = { }; })'
}

# build NAME EXPRESSION: a link to what the expression of `hey` comes to.
build() {
  nix build --impure -L --out-link "$1" --expr "let
    nixpkgs = builtins.getFlake \"path:$PWD/nixpkgs\";
    pkgs = nixpkgs.legacyPackages.$system;
    hey = pkgs.callPackage $PWD/source/nix/package.nix { };
  in $2"
}

# used PACKAGE: it runs from the store, and nothing is written there.
used() {
  local package=$1
  find "$(realpath "$package")"/ -printf '%p %T@ %s\n' | sort >before
  has_path=$PWD/$package/bin:
  [ "$(on_machine hey --version)" = "hey $(jq -r .version "$repo/package.json")" ]
  # The machine's own programs go first, and what it lacks is of the package.
  cd "$machine/path/to/flake"
  on_machine hey sync build --print >"$BATS_TEST_TMPDIR/out"
  diff <(echo "nixos-rebuild --show-trace --flake '$PWD#id3-eniac' build") "$BATS_TEST_TMPDIR/out"
  on_machine hey ops deploy 2>"$BATS_TEST_TMPDIR/out" && false
  grep -qF 'hey ops deploy HOST' "$BATS_TEST_TMPDIR/out"
  # A link to a program, and the script of several steps, that is run.
  on_machine hey ops ssh vps true </dev/null
  diff <(printf '%s\n' 3 root@vps -- true) <(tr '\0' '\n' <"$record/ssh.1/argv")
  # Second runs read what the first kept.
  on_machine hey ops hosts | grep -q vps-ultraman
  on_machine hey ops hosts | grep -q vps-ultraman
  grep -q "$(realpath "$OLDPWD/$package").*/scripts/ops-hosts.ts" "$machine/home/me/.cache/hey/modules$(realpath "$OLDPWD/$package")/share/hey.kept"
  cd "$OLDPWD"
  find "$(realpath "$package")"/ -printf '%p %T@ %s\n' | sort | diff before -
}

@test "the package, with this checkout's node_modules: built, and run from the read-only store" {
  mkdir modules && cp -RL "$repo/node_modules" modules/
  build result "hey.override { nodeModules = builtins.path { path = $PWD/modules; name = \"modules\"; }; }"
  used result
  grep -c . result/share/hey/lib/start
  local program
  for program in openssh git nix nixos-rebuild-ng disko gnutar coreutils; do
    grep -q "^PATH=[^:]*:\$PATH:.*/run/stand-in/$program/bin" result/share/hey/lib/start
  done
  # Nothing of tests or development is in it.
  [ "$(ls result/share/hey | tr '\n' ' ')" = "completions lib nixos node_modules package.json scripts tsconfig.json " ]
  [ "$(ls result/share/man/man1 | wc -l)" = "$(($(ls "$repo"/scripts/*.ts | wc -l) + 1))" ]
  mandoc -T lint -W warning result/share/man/man1/*.1
}

@test "the shells complete hey, by the package's own directories alone" {
  [ -e result ] || skip "SKIPPED: there is no package"
  local share=$PWD/result/share
  cd "$machine/path/to/flake"
  # bash-completion would load it at the first TAB.
  [ "$(bash --norc -c ". '$share/bash-completion/completions/hey'; complete -p hey")" ]
  has_path=$(dirname "$share")/bin:
  # shellcheck disable=SC2016
  on_machine XDG_DATA_DIRS="$share" "$(command -v fish)" -c 'complete -C "hey ops deploy vps-"' | grep -q '^vps-ultraman'
  on_machine zsh -fc "fpath=('$share/zsh/site-functions' \$fpath); autoload -Uz compinit; compinit -D -u; print \$_comps[hey]" | grep -qx _hey-scripts
}

@test "the package, with the modules that npm fetches" {
  local registry
  registry=$(HOME=$(getent passwd "$(id -u)" | cut -d : -f 6) npm config get registry)
  export npm_config_registry=$registry
  npm view minimist version >/dev/null 2>&1 || skip "SKIPPED: npm's registry can't be reached"
  build fetched hey
  used fetched
  # What npm itself installs. (esbuild's own set-up script is not run, which only puts its program in the place of another.)
  local modules=$repo/node_modules module
  for module in "$modules"/{zx,tsx,minimist,smol-toml,log-update,@esbuild/*}; do
    diff -r "$module" "fetched/share/hey/node_modules/${module#"$modules/"}"
  done
}
