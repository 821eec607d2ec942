#!/usr/bin/env bats
# How a verb starts: from anywhere, by any link, whatever lies in the current directory and the environment.
load ../lib/machine

setup_file() {
  . "$BATS_TEST_DIRNAME/../lib/machine.bash"
  make_machine "$BATS_FILE_TMPDIR/machine"
  on_machine "$repo/scripts/ops-deploy.ts" --print 007 --flake "$machine/path/to/flake" >/dev/null
}

setup() {
  machine=$BATS_FILE_TMPDIR/machine record=$BATS_TEST_TMPDIR/record
  canary=$BATS_TEST_TMPDIR/canary
  mkdir "$record"
  cd "$BATS_TEST_TMPDIR"
}

teardown() { [ ! -e "$canary" ]; }

# says LINE PROGRAM…: it prints that line, nothing to stderr, and ends with 0.
says() {
  local line=$1 status=0
  shift
  on_machine "$@" >"$BATS_TEST_TMPDIR/stdout" 2>"$BATS_TEST_TMPDIR/stderr" </dev/null || status=$?
  cat "$BATS_TEST_TMPDIR/stderr"
  [ "$status" = 0 ]
  [ ! -s "$BATS_TEST_TMPDIR/stderr" ]
  diff <(echo "$line") "$BATS_TEST_TMPDIR/stdout"
}

# rebuilds LINE PROGRAM…: the script that it prints runs that line of nixos-rebuild; nothing to stderr, and it ends with 0.
rebuilds() {
  local line=$1 status=0
  shift
  on_machine "$@" >"$BATS_TEST_TMPDIR/stdout" 2>"$BATS_TEST_TMPDIR/stderr" </dev/null || status=$?
  cat "$BATS_TEST_TMPDIR/stderr"
  [ "$status" = 0 ]
  [ ! -s "$BATS_TEST_TMPDIR/stderr" ]
  diff <(echo "$line") <(sed -n 's/^  rebuilding over_connection //p' "$BATS_TEST_TMPDIR/stdout")
}

# refuses STATUS TEXT PROGRAM…: one line on stderr that has the text, nothing on stdout.
refuses() {
  local expected=$1 text=$2 status=0
  shift 2
  on_machine "$@" >"$BATS_TEST_TMPDIR/stdout" 2>"$BATS_TEST_TMPDIR/stderr" </dev/null || status=$?
  cat "$BATS_TEST_TMPDIR/stderr"
  [ "$status" = "$expected" ]
  [ ! -s "$BATS_TEST_TMPDIR/stdout" ]
  [ "$(wc -l <"$BATS_TEST_TMPDIR/stderr")" -eq 1 ]
  # Without the quotes that a path with a blank has in a line to paste.
  tr -d "'" <"$BATS_TEST_TMPDIR/stderr" | grep -qF -e "${text//\'/}"
}

# checkout DIR: a copy of this checkout's program, with this checkout's node_modules.
checkout() {
  mkdir -p "$1"
  cp -a "$repo"/{lib,scripts,package.json,package-lock.json,tsconfig.json,.npmrc} "$1/"
  ln -s "$repo/node_modules" "$1/node_modules"
}

# The variable that a stub was called with.
variable() { grep -zs "^$2=" "$record/$1.1/environ" | tr -d '\0'; }

@test "from any directory" {
  local dir
  mkdir -p 'a b' "it's" 'é'
  for dir in / "$PWD/a b" "$PWD/it's" "$PWD/é" /proc; do
    cd "$dir"
    says "ssh root@vps" "$repo/scripts/ops-ssh.ts" --print vps
  done
}

@test "from a directory that is gone: it works, or says so without a stack" {
  local status=0
  mkdir gone
  cd gone
  rmdir "$BATS_TEST_TMPDIR/gone"
  on_machine "$repo/scripts/ops-ssh.ts" --print vps >"$BATS_TEST_TMPDIR/stdout" 2>"$BATS_TEST_TMPDIR/stderr" || status=$?
  cat "$BATS_TEST_TMPDIR/stderr"
  # The shells on the way have a word of their own to say.
  [ "$status" = 0 ] || { [ "$status" = 1 ] && grep -q '^ops-ssh: ' "$BATS_TEST_TMPDIR/stderr"; }
  ! grep -q '^    at ' "$BATS_TEST_TMPDIR/stderr"
}

@test "in a directory that can't be entered or is gone, with nothing kept" {
  local dir
  [ "$(id -u)" = 0 ] || skip "SKIPPED: only root can give up the right to enter it"
  command -v setpriv >/dev/null || skip "SKIPPED: setpriv is not installed"
  mkdir -m 000 closed
  cd closed
  for dir in closed gone; do
    [ "$dir" = closed ] || rmdir "$BATS_TEST_TMPDIR/closed"
    # As sudo -u and su leave one there.
    on_machine HOME=/nonexistent "$(type -P setpriv)" --bounding-set=-dac_override,-dac_read_search "$repo/scripts/ops-ssh.ts" --print vps \
      >"$BATS_TEST_TMPDIR/stdout" 2>"$BATS_TEST_TMPDIR/stderr" || :
    echo "$dir: $(head -c 1000 "$BATS_TEST_TMPDIR/stderr")"
    # The shells on the way have a word of their own to say of a directory that is gone.
    [ "$(cat "$BATS_TEST_TMPDIR/stdout")" = "ssh root@vps" ] || { [ "$dir" = gone ] && grep -q '^ops-ssh: ' "$BATS_TEST_TMPDIR/stderr"; }
    ! grep -q '^    at ' "$BATS_TEST_TMPDIR/stderr" || false
    [ "$dir" = gone ] || refuses 1 "no program can be started in the current directory" "$(type -P setpriv)" --bounding-set=-dac_override,-dac_read_search "$repo/scripts/ops-ssh.ts" vps true
  done
}

@test "through links: absolute, relative, a chain of them, under another name" {
  mkdir -p links/more
  ln -s "$repo/scripts/ops-ssh.ts" links/absolute.ts
  ln -s "$(realpath --relative-to=links/more "$repo/scripts/ops-ssh.ts")" links/more/relative
  ln -s ../absolute.ts links/more/chain
  ln -s more/chain links/chain
  ln -s links 'links too'
  says "ssh root@vps" "$PWD/links/absolute.ts" --print vps
  says "ssh root@vps" "$PWD/links/more/relative" --print vps
  says "ssh root@vps" links/chain --print vps
  says "ssh root@vps" './links too/chain' --print vps
  cd links/more
  says "ssh root@vps" ./chain --print vps
  ln -s "$repo/scripts" scripts
  says "ssh root@vps" scripts/ops-ssh.ts --print vps
}

@test "in a checkout whose path has blanks and quotes, and through a link to it" {
  local dir
  for dir in 'a b' "it's" 'say "x"' '$(touch canary)' '*'; do
    checkout "$PWD/$dir/hey"
    says "ssh root@vps -- 'uname -a'" "$PWD/$dir/hey/scripts/ops-ssh.ts" --print vps uname -a
    says "ssh root@vps" "$PWD/$dir/hey/scripts/hey" ops ssh --print vps
  done
  [ ! -e canary ]
  ln -s 'a b/hey' 'my link'
  says "ssh root@vps" 'my link/scripts/ops-ssh.ts' --print vps
}

@test "without a tsx on PATH, and never by another one" {
  [ -z "$(on_machine sh -c 'command -v tsx npx ts-node')" ]
  mkdir programs
  printf '%s\n' '#!/bin/sh' "touch '$canary'" | tee programs/{tsx,npx,ts-node,npm} >/dev/null
  chmod +x programs/*
  has_path=$PWD/programs:
  says "ssh root@vps" "$repo/scripts/ops-ssh.ts" --print vps
}

@test "whatever package.json, tsconfig.json, node_modules and lib are in the current directory" {
  local name
  mkdir -p cwd/lib/verb cwd/scripts
  for name in tsx zx minimist fastest-levenshtein tsx/cjs tsx/dist/cjs zx/core; do
    mkdir -p "cwd/node_modules/$name"
    echo "require('fs').writeFileSync('$canary', '')" | tee "cwd/node_modules/$name/"{index.js,index.cjs} >/dev/null
  done
  echo "require('fs').writeFileSync('$canary', '')" | tee cwd/lib/{load.cjs,verb/verb.ts,start,minimist.js,fastest-levenshtein.js} cwd/scripts/ops-deploy.ts >/dev/null
  cp "$machine/path/to/flake/flake.nix" cwd/
  cd cwd
  # What the stub for nix says of it.
  mkdir .git
  echo x >.git/hosts
  for name in '{ not json' '{"compilerOptions": {"paths": {"*": ["./lib/*"]}, "baseUrl": "."}, "extends": "./missing.json"}' \
    '{"compilerOptions": {"baseUrl": ".", "paths": {"*": ["./lib/*"], "minimist": ["./lib/minimist.js"]}, "verbatimModuleSyntax": true}}'; do
    echo "$name" >tsconfig.json
    for package in '{ not json' '{"type": "module", "imports": {"#*": "./lib/*"}}'; do
      echo "$package" >package.json
      rm -rf "$machine/home/me/.cache/hey"
      remember "$PWD" "$machine/path/to/flake"
      rebuilds "nixos-rebuild switch --show-trace --flake '.#x' --target-host root@x" "$repo/scripts/ops-deploy.ts" --print x
    done
  done
  # The stub for ssh answers nothing.
  on_machine "$repo/scripts/ops-deploy.ts" x || :
  [ -d "$record/ssh.1" ]
}

@test "zx's variables change nothing, and reach the commands" {
  on_machine ZX_PREFIX="touch $canary;" ZX_POSTFIX="; touch $canary" ZX_SHELL=/bin/false ZX_CWD=/ ZX_VERBOSE=true ZX_QUIET=true ZX_INSTALL=true \
    ZX_EVAL="touch $canary" ZX_ENV="$canary" ZX_PREFER_LOCAL=true ZX_TIMEOUT=1ms ZX_DETACHED=true "$repo/scripts/ops-ssh.ts" vps true >stdout 2>stderr </dev/null
  [ "$(cat stdout)" = "stub: ssh" ]
  [ ! -s stderr ]
  [ "$(cat "$record/ssh.1/cwd")" = "$(pwd -P)" ]
  [ "$(variable ssh ZX_PREFIX)" = "ZX_PREFIX=touch $canary;" ]
  [ "$(variable ssh ZX_SHELL)" = ZX_SHELL=/bin/false ]
}

@test "the commands see the caller's environment and nothing else" {
  on_machine HEY_CACHE=theirs HEY_CALLED=theirs HEY_DISPATCHER=theirs TSX_TSCONFIG_PATH=/theirs NODE_OPTIONS=--no-deprecation TMPDIR=/their/tmp EMPTY= \
    "$repo/scripts/hey" ops ssh vps </dev/null
  tr '\0' '\n' <"$record/ssh.1/environ" | grep -vE '^(HEY_TEST_MACHINE|HEY_RECORD|HEY_FAULT|HEY_HOSTNAME|HEY_UID|HEY_HOME|PWD|OLDPWD|SHLVL|_)=' | sort >seen
  on_machine TSX_TSCONFIG_PATH=/theirs NODE_OPTIONS=--no-deprecation TMPDIR=/their/tmp EMPTY= env |
    grep -vE '^(HEY_TEST_MACHINE|HEY_RECORD|HEY_FAULT|HEY_HOSTNAME|HEY_UID|HEY_HOME|PWD|OLDPWD|SHLVL|_)=' | sort >given
  # Whether these of ours are the caller's can't be told, so they are dropped.
  diff given <(grep -vE '^HEY_(CACHE|CALLED|DISPATCHER)=theirs$' seen)
  ! grep -E '^(HEY_|TSX_DISABLE)' seen
}

@test "TMPDIR: kept, unset and empty" {
  on_machine "$repo/scripts/ops-ssh.ts" vps </dev/null
  [ "$(variable ssh TMPDIR)" = "TMPDIR=$machine/tmp" ]
  record=$BATS_TEST_TMPDIR/unset && mkdir "$record"
  on_machine env -u TMPDIR "$repo/scripts/ops-ssh.ts" vps </dev/null
  [ -z "$(variable ssh TMPDIR)" ]
  record=$BATS_TEST_TMPDIR/empty && mkdir "$record"
  on_machine TMPDIR= "$repo/scripts/ops-ssh.ts" vps </dev/null
  [ "$(variable ssh TMPDIR)" = "TMPDIR=" ]
}

@test "a poisoned tsx cache in TMPDIR is not believed" {
  local cache
  cache=$PWD/tmp/tsx-$(id -u)
  mkdir -p "$cache"
  # tsx itself fills it; then every entry is code of somebody else's.
  TMPDIR=$PWD/tmp node -r "$repo/node_modules/tsx/dist/cjs/index.cjs" "$repo/scripts/ops-ssh.ts" --print vps
  [ -n "$(ls "$cache")" ]
  for entry in "$cache"/*; do
    printf '{"code":"require(\\"fs\\").writeFileSync(\\"%s\\",\\"\\")","map":{"mappings":""}}' "$canary" >"$entry"
  done
  rm -rf "$machine/home/me/.cache/hey"
  ls -l "$cache" >before
  says "ssh root@vps" TMPDIR="$PWD/tmp" "$repo/scripts/ops-ssh.ts" --print vps
  says "ssh root@vps" TMPDIR="$PWD/tmp" HOME=/nonexistent "$repo/scripts/ops-ssh.ts" --print vps
  diff before <(ls -l "$cache")
}

@test "what is kept lies in a directory of this user's alone, whatever the umask" {
  rm -rf "$machine/home/me/.cache"
  umask 000
  says "ssh root@vps" "$repo/scripts/ops-ssh.ts" --print vps
  [ "$(stat -c %a "$machine/home/me/.cache/hey")" = 700 ]
  [ -z "$(find "$machine/home/me/.cache/hey" -perm /077)" ]
  says "ssh root@vps" XDG_CACHE_HOME="$PWD/xdg" "$repo/scripts/ops-ssh.ts" --print vps
  [ -n "$(find "$PWD/xdg/hey" -type f)" ]
  [ -z "$(find "$PWD/xdg/hey" -perm /077)" ]
}

@test "what is kept is used, follows a file that changes, and heals when it is broken" {
  checkout "$PWD/hey"
  says "ssh root@vps" hey/scripts/ops-ssh.ts --print vps
  find "$machine/home/me/.cache/hey" -path "*$PWD/hey*" -printf '%p %T@\n' | sort >first
  [ -s first ]
  says "ssh root@vps" hey/scripts/ops-ssh.ts --print vps
  find "$machine/home/me/.cache/hey" -path "*$PWD/hey*" -printf '%p %T@\n' | sort | diff first -
  sed -i 's/step(ssh, to)/step(ssh, "x" + to)/' hey/scripts/ops-ssh.ts
  says "ssh xroot@vps" hey/scripts/ops-ssh.ts --print vps
  # Of one length, and of one time, as the files of an image and of ostree have.
  touch -d @1 hey/scripts/ops-ssh.ts
  says "ssh xroot@vps" hey/scripts/ops-ssh.ts --print vps
  sed -i 's/"x" + to/"y" + to/' hey/scripts/ops-ssh.ts
  touch -d @1 hey/scripts/ops-ssh.ts
  says "ssh yroot@vps" hey/scripts/ops-ssh.ts --print vps
  find "$machine/home/me/.cache/hey" -path "*$PWD/hey*" -type f | while read -r file; do head -c 300 "$file" >shortened && cat shortened >"$file"; done
  says "ssh yroot@vps" hey/scripts/ops-ssh.ts --print vps
}

@test "what is kept of a file is what V8 has made of it, too" {
  says "ssh root@vps" XDG_CACHE_HOME="$PWD/xdg" "$repo/scripts/ops-ssh.ts" --print vps
  node - "$(find "$PWD/xdg" -type f)" <<'JS'
const { Script } = require("vm");
const kept = require("v8").deserialize(require("fs").readFileSync(process.argv[2]));
const files = [...kept].map(([, { code, data }]) => new Script(require("module").wrap(code), { cachedData: data }));
if (files.length < 10 || files.some((script) => script.cachedDataRejected !== false)) throw new Error(`${files.length}`);
JS
}

# poisoned FILE: what is kept there writes the canary, and has the stamps by which it is taken for good.
poisoned() {
  node - "$1" "$canary" <<'JS'
const { readFileSync, writeFileSync } = require("fs");
const { deserialize, serialize } = require("v8");
const [file, canary] = process.argv.slice(2);
const bad = `require("fs").writeFileSync(${JSON.stringify(canary)}, "");`;
const kept = [...deserialize(readFileSync(file))].map(([name, { stamp, code }]) => [name, { stamp, code: bad + code }]);
writeFileSync(file, serialize(new Map(kept)));
JS
}

@test "a cache that others could have written to is not used" {
  local how
  says "ssh root@vps" XDG_CACHE_HOME="$PWD/xdg" "$repo/scripts/ops-ssh.ts" --print vps
  poisoned "$(find "$PWD/xdg/hey" -type f)"
  # This user's alone is believed: so it would be seen.
  says "ssh root@vps" XDG_CACHE_HOME="$PWD/xdg" "$repo/scripts/ops-ssh.ts" --print vps
  rm "$canary"
  cp -a xdg poison
  for how in link writable foreign; do
    rm -rf xdg
    case $how in
      link) mkdir xdg && ln -s "$PWD/poison/hey" xdg/hey ;;
      writable) cp -a poison xdg && chmod 777 xdg/hey xdg/hey/modules ;;
      foreign)
        [ "$(id -u)" = 0 ] || continue
        cp -a poison xdg && chown -R 65534 xdg/hey
        ;;
    esac
    echo "$how"
    says "ssh root@vps" XDG_CACHE_HOME="$PWD/xdg" "$repo/scripts/ops-ssh.ts" --print vps
    [ ! -e "$canary" ]
  done
}

@test "without HOME, or with one that is not there or can't be written to" {
  says "ssh root@vps" env -u HOME "$repo/scripts/ops-ssh.ts" --print vps
  says "ssh root@vps" HOME= "$repo/scripts/ops-ssh.ts" --print vps
  says "ssh root@vps" HOME=/nonexistent/home "$repo/scripts/ops-ssh.ts" --print vps
  # Nobody's home is made.
  [ ! -e /nonexistent ]
  says "ssh root@vps" HOME=/proc "$repo/scripts/ops-ssh.ts" --print vps
  says "ssh root@vps" HOME=/dev/null "$repo/scripts/ops-ssh.ts" --print vps
  : >file
  says "ssh root@vps" XDG_CACHE_HOME="$PWD/file" "$repo/scripts/ops-ssh.ts" --print vps
}

@test "with NODE_OPTIONS of the caller's" {
  says "ssh root@vps" NODE_OPTIONS="--max-old-space-size=256 --enable-source-maps" "$repo/scripts/ops-ssh.ts" --print vps
}

@test "two starts at once, with nothing kept yet" {
  local n
  rm -rf "$machine/home/me/.cache"
  for n in 1 2 3 4; do on_machine "$repo/scripts/ops-ssh.ts" --print vps >"out$n" 2>&1 & done
  wait
  for n in 1 2 3 4; do [ "$(cat "out$n")" = "ssh root@vps" ]; done
}

# npm_stub: an npm that says what it does on stdout, as the real one, and puts node_modules there.
npm_stub() {
  mkdir programs
  printf '%s\n' '#!/bin/sh' "printf '%s\n' \"\$PWD\" \"\$@\" >'$PWD/npm-called'" 'echo "added 5 packages"' "$1" >programs/npm
  chmod +x programs/npm
  has_path=$PWD/programs:
}

@test "a fresh clone sets itself up, once, and its stdout stays clean" {
  npm_stub "ln -s '$repo/node_modules' node_modules"
  checkout "$PWD/fresh clone"
  rm 'fresh clone/node_modules'
  on_machine 'fresh clone/scripts/ops-ssh.ts' --print vps >stdout 2>stderr
  [ "$(cat stdout)" = "ssh root@vps" ]
  grep -qF "npm ci --omit=dev" stderr
  [ "$(sed -n 1p npm-called)" = "$PWD/fresh clone" ]
  [ "$(sed -n '2,3p' npm-called | tr '\n' ' ')" = "ci --omit=dev " ]
  rm npm-called
  says "ssh root@vps" 'fresh clone/scripts/ops-ssh.ts' --print vps
  [ ! -e npm-called ]
}

@test "so does one whose set-up was cut off" {
  npm_stub "rm -rf node_modules && ln -s '$repo/node_modules' node_modules"
  checkout "$PWD/hey"
  rm hey/node_modules
  mkdir hey/node_modules
  on_machine hey/scripts/ops-ssh.ts --print vps >stdout 2>stderr
  [ "$(cat stdout)" = "ssh root@vps" ]
}

@test "a fresh clone that can't set itself up says what to type" {
  checkout "$PWD/it's a clone"
  rm "it's a clone/node_modules"
  ln -sf "$(type -P false)" "$PWD/npm"
  refuses 1 "npm is not on PATH" PATH="$(path_without npm)" "it's a clone/scripts/ops-ssh.ts" --print vps
  # The line can be pasted.
  grep -oE "Try: .*" stderr | sed 's/^Try: //; s/ && npm ci.*//' >try
  [ "$(sh -c "$(cat try) && pwd")" = "$PWD/it's a clone" ]
  npm_stub 'echo "npm error network" >&2; exit 1'
  on_machine "it's a clone/scripts/ops-ssh.ts" --print vps >stdout 2>stderr && false
  [ ! -s stdout ]
  [[ $(tail -n 1 stderr) == "ops-ssh: the set-up failed. Try: "* ]]
  refuses 1 "Node.js is not on PATH" PATH="$(path_without node)" "$repo/scripts/ops-ssh.ts" --print vps
}

# A PATH as the machine's, but for one program.
path_without() {
  mkdir -p "without-$1"
  ln -sf "$machine"/bin/* "without-$1/"
  rm "without-$1/$1"
  echo "$PWD/without-$1"
}

@test "a fresh clone, by the real npm" {
  checkout "$PWD/hey"
  rm hey/node_modules
  # npm's registry is set where the user keeps it.
  hey/scripts/ops-ssh.ts --print vps >stdout 2>stderr || {
    grep -qE 'E(NOTFOUND|CONNREFUSED|AI_AGAIN|TIMEDOUT)|network' stderr && skip "SKIPPED: npm's registry can't be reached"
    cat stderr
    false
  }
  [ "$(cat stdout)" = "ssh root@vps" ]
  [ ! -d hey/node_modules/typescript ]
  says "ssh root@vps" hey/scripts/ops-ssh.ts --print vps
}

verbs() { (cd "$repo/scripts" && for file in *.ts; do echo "${file%.ts}"; done); }

@test "hey: every verb by its words, and by its file's name" {
  local verb one two
  for verb in $(verbs); do
    # shellcheck disable=SC2086
    one=$(on_machine "$repo/scripts/hey" ${verb/-/ } --help)
    two=$(on_machine "$repo/scripts/hey" "$verb" --help)
    [ -n "$one" ]
    [ "$one" = "$two" ]
    [ "$(head -n 1 <<<"$one")" = "$(on_machine "$repo/scripts/$verb.ts" -h | head -n 1)" ]
    grep -qF "hey ${verb/-/ }" <<<"${one//\'/}"
  done
}

@test "hey ops deploy is ops-deploy.ts" {
  cd "$machine/path/to/flake"
  remember "$PWD"
  [[ $(on_machine "$repo/scripts/hey" ops deploy vps-ultraman vps_ultraman_root --boot --print) == \
    *"rebuilding over_connection nixos-rebuild boot --show-trace --flake '.#vps-ultraman' --target-host root@vps_ultraman_root"* ]]
  says "ssh root@vps -- 'sh -c '\\''a b'\\'''" "$repo/scripts/hey" ops ssh --print vps sh -c 'a b'
  says "nixos-rebuild --show-trace --flake '$PWD#id3-eniac' build" "$repo/scripts/hey" sync build --print
  on_machine HEY_FAULT=ssh:1:7 "$repo/scripts/hey" ops ssh vps </dev/null && false
  [ -z "$(variable ssh HEY_DISPATCHER)" ]
  refuses 2 "hey ops deploy HOST" "$repo/scripts/hey" ops deploy
}

# same WORDS -- WORDS: hey says the same for both, and ends alike.
same() {
  local -a one=() two=()
  local one_ends=0 two_ends=0
  until [ "$1" = -- ]; do one+=("$1") && shift; done
  two=("${@:2}")
  on_machine "$repo/scripts/hey" "${one[@]}" >"$BATS_TEST_TMPDIR/one" 2>&1 </dev/null || one_ends=$?
  on_machine "$repo/scripts/hey" "${two[@]}" >"$BATS_TEST_TMPDIR/two" 2>&1 </dev/null || two_ends=$?
  [ "$one_ends" = "$two_ends" ]
  [ -s "$BATS_TEST_TMPDIR/one" ]
  diff "$BATS_TEST_TMPDIR/one" "$BATS_TEST_TMPDIR/two"
}

@test "ops may be left out: hey deploy is hey ops deploy, to the byte, in what it prints, says and ends with" {
  cd "$machine/path/to/flake"
  remember "$PWD"
  rebuilds "nixos-rebuild switch --show-trace --flake '.#vps-ultraman' --target-host root@vps-ultraman" "$repo/scripts/hey" deploy vps-ultraman --print
  local verb
  for verb in deploy status rollback reboot doctor hosts log ssh push-keys bootstrap; do
    same "$verb" --help -- ops "$verb" --help
    same "$verb" --frobnicate -- ops "$verb" --frobnicate
    same help "$verb" -- help ops "$verb"
    same help --man "$verb" -- help --man ops "$verb"
    grep -qF "hey $verb" <(on_machine "$repo/scripts/hey" help "$verb" | tr -d "'")
    on_machine "$repo/scripts/hey" help --man "$verb" | grep -q 'For short: .*hey'
  done
  same deploy vps-ultraman --guard --print -- ops deploy vps-ultraman --guard --print
  same rollback vps-ultraman --print -- ops rollback vps-ultraman --print
  same push-keys vps-ultraman vps --print -- ops push-keys vps-ultraman vps --print
  same hosts --why -- ops hosts --why
  same deploy -- ops deploy
}

@test "ops is left out only where nothing else has the name" {
  cd "$machine/path/to/flake"
  remember "$PWD"
  # sync is this machine's, ops sync the note's other name for ops deploy.
  says "nixos-rebuild --show-trace --flake '$PWD#id3-eniac' build" "$repo/scripts/hey" sync build --print
  if grep -qF 'hey sync' <(on_machine "$repo/scripts/hey" help ops sync | tr -d "'"); then false; fi
  checkout "$PWD/hey"
  sed 's/Open a root shell/Another shell/' "$repo/scripts/ops-ssh.ts" >hey/scripts/status.ts
  chmod +x hey/scripts/status.ts
  on_machine hey/scripts/hey status --help | grep -q 'Another shell'
  if grep -qF 'hey status' <(on_machine hey/scripts/hey ops status --help | tr -d "'"); then false; fi
  rm -rf hey
  for word in ops ops-ops ../ops-deploy -deploy '' deploy.ts; do refuses_or_lists "$word"; done
}

# refuses_or_lists WORD: it starts no verb.
refuses_or_lists() {
  on_machine "$repo/scripts/hey" "$1" vps-ultraman --print >"$BATS_TEST_TMPDIR/stdout" 2>"$BATS_TEST_TMPDIR/stderr" </dev/null || :
  if grep -q nixos-rebuild "$BATS_TEST_TMPDIR/stdout"; then false; fi
}

@test "hey help: every verb with its line; hey, hey -h and hey --help say the same" {
  local verb all how
  all=$(on_machine "$repo/scripts/hey" help)
  for verb in $(verbs); do grep -qE "hey ${verb/-/ } +[A-Z]" <<<"${all//\'/}"; done
  for how in '' -h --help; do
    # shellcheck disable=SC2086
    [ "$(on_machine "$repo/scripts/hey" $how 2>&1)" = "$all" ]
  done
}

@test "hey help VERB is what the verb's --help says" {
  local verb
  for verb in sync ops-deploy disko help; do
    # shellcheck disable=SC2086
    diff <(on_machine "$repo/scripts/hey" help ${verb/-/ }) <(on_machine "$repo/scripts/hey" ${verb/-/ } --help)
  done
  on_machine "$repo/scripts/hey" help ops >stdout
  tr -d "'" <stdout >unquoted
  grep -q 'hey ops deploy' unquoted
  if grep -q 'hey sync' unquoted; then false; fi
}

@test "help names every option, where it starts nothing" {
  on_machine "$repo/scripts/ops-deploy.ts" vps-ultraman --help --boot >stdout 2>stderr
  for option in --flake --boot --test --dry-activate --fast --debug --build-host --build-on --specialisation --install-bootloader --offline --override-input --update-input --builders --use-substitutes --backend --guard --confirm-timeout --settle --check --check-remote --on-unit-failure --no-last-reboot --force --status --cancel --reboot --wait --ssh-option --ssh-config --print --help; do
    grep -q -e "$option" stdout
  done
  [ ! -s stderr ]
  [ -z "$(ls "$record")" ]
}

@test "help has the options under headings, the most used first, their contraries in their own lines, and says what can't go together" {
  on_machine "$repo/scripts/ops-deploy.ts" --help >stdout
  [ "$(grep -E '^[A-Z][A-Za-z: ]+$' stdout | tail -n +2 | paste -sd ,)" = "Most used,When to activate,Guard: roll back automatically,Look first,The right machine,Reboot,Several hosts,Build,Flake,Connection,Every command,What goes with what,Examples,Exit status" ]
  # Each option stands once, under one heading.
  [ "$(awk '/^[A-Z]/ { heading = $0 } /^  --settle / { print heading }' stdout)" = "Guard: roll back automatically" ]
  [ "$(awk '/^[A-Z]/ { heading = $0 } /^  --guard / { print heading }' stdout)" = "Most used" ]
  [ "$(tr -s ' \n' '  ' <stdout | grep -oE -e '--no-(diff|ask|guard|reboot) turns it off' | sort -u | wc -l)" = 4 ]
  # This one has no contrary.
  [ "$(grep -oE '^  --no-[a-z-]+' stdout | tr -d ' ' | sort -u)" = --no-last-reboot ]
  grep -q -e '^  --boot: not with --test, --dry-activate, --specialisation$' stdout
  tr -s ' \n' '  ' <stdout | grep -q -e ' --guard, --confirm-timeout: not with .*--backend nixos-rebuild, .*; with --boot only with --reboot; '
  # A verb without such words has no such section.
  on_machine "$repo/scripts/ops-log.ts" --help >stdout
  [ "$(grep -c '^What goes with what$' stdout)" = 0 ]
}

@test "hey --version" {
  local version
  version=$(sed -n 's/.*"version": "\(.*\)".*/\1/p' "$repo/package.json")
  says "hey $version" "$repo/scripts/hey" --version
  cd "$machine/path/to/elsewhere"
  says "hey $version" "$repo/scripts/hey" -V
}

@test "hey with what is no verb: 2, a suggestion, nothing on stdout" {
  refuses 2 "unknown command 'snyc'; did you mean sync" "$repo/scripts/hey" snyc
  refuses 2 "did you mean ops deploy" "$repo/scripts/hey" ops deplyo vps-ultraman
  refuses 2 "did you mean ops deploy" "$repo/scripts/hey" ops-deplyo
  refuses 2 "unknown command 'frobnicate'" "$repo/scripts/hey" frobnicate
  refuses 2 "unknown command 'ops frobnicate'" "$repo/scripts/hey" ops frobnicate
  refuses 2 "did you mean install" "$repo/scripts/hey" instal --host id3-eniac
  refuses 2 "unknown command" "$repo/scripts/hey" ../scripts/sync
  refuses 2 "unknown command" "$repo/scripts/hey" "$repo/scripts/sync"
  refuses 2 "unknown command" "$repo/scripts/hey" sync.ts
  refuses 2 "unknown command" "$repo/scripts/hey" --frobnicate
  refuses 2 "unknown command" "$repo/scripts/hey" --print
  refuses 2 "unknown command" "$repo/scripts/hey" -- sync
  refuses 2 "" "$repo/scripts/hey" ''
  refuses 2 "U+001B" "$repo/scripts/hey" $'sy\e[31mnc'
  refuses 2 "unknown command 'aaaa" "$repo/scripts/hey" "$(printf 'a%.0s' {1..5000})"
}

@test "hey on PATH, through a link, under another name" {
  mkdir bin
  ln -s "$repo/scripts/hey" bin/hey
  ln -s hey bin/ho
  has_path=$PWD/bin:
  says "ssh root@vps" hey ops ssh vps --print
  says "ssh root@vps" ho ops ssh vps --print
  refuses 2 "hey ops deploy HOST" hey ops deploy
  cd "$machine/path/to/elsewhere"
  refuses 1 "Try: hey ops" sh -c 'cd ../flake && HEY_HOSTNAME=007 exec hey sync --host vps-pacman'
}

@test "hey finds a verb by its file alone" {
  checkout "$PWD/hey"
  sed 's/A root shell/Another shell/' "$repo/scripts/ops-ssh.ts" >hey/scripts/ops-shell.ts
  chmod +x hey/scripts/ops-shell.ts
  says "ssh root@vps" hey/scripts/hey ops shell --print vps
  on_machine hey/scripts/hey help | grep -q 'ops shell'
}

@test "a deployment without nixos-rebuild on PATH is done with nix and ssh, and says so; with it it is the note's line" {
  cd "$machine/path/to/flake"
  local path words out=$BATS_TEST_TMPDIR told="ops-deploy: nixos-rebuild is not on PATH; nix and ssh do it instead"
  path=$(cd "$BATS_TEST_TMPDIR" && path_without nixos-rebuild)
  for words in 'vps-ultraman vps' 'vps-ultraman vps --boot' 'vps-ultraman vps --reboot' 'vps-ultraman vps --fast' 'vps-ultraman vps --dry-activate -- --impure'; do
    # shellcheck disable=SC2086
    on_machine PATH="$path" "$repo/scripts/ops-deploy.ts" --print $words >"$out/seen" 2>"$out/stderr"
    # shellcheck disable=SC2086
    on_machine "$repo/scripts/ops-deploy.ts" --print --backend nix $words >"$out/wanted"
    diff <(grep -v '^# \$ ' "$out/wanted") <(grep -v '^# \$ ' "$out/seen")
    diff <(echo "$told") "$out/stderr"
  done
  # It is run, too.
  on_machine PATH="$path" HEY_FAULT=ssh:1:255 "$repo/scripts/ops-deploy.ts" vps-ultraman vps 2>"$out/stderr" && false
  [ -d "$record/ssh.1" ]
  grep -qxF "$told" "$out/stderr"
  # Where that is meant anyway nothing is said of it.
  for words in 'vps-ultraman --backend nix' 'vps-ultraman --guard' 'vps-ultraman --diff' 'vps-ultraman --ask' 'vps-ultraman --status' '--on vps-ultraman'; do
    # shellcheck disable=SC2086
    on_machine PATH="$path" "$repo/scripts/ops-deploy.ts" --print $words >/dev/null 2>"$out/stderr"
    [ ! -s "$out/stderr" ]
  done
  rebuilds "nixos-rebuild switch --show-trace --flake '.#vps-ultraman' --target-host root@vps" "$repo/scripts/ops-deploy.ts" --print vps-ultraman vps
}

@test "a program that isn't on PATH: refused before anything runs, with what to type; --print needs none of them" {
  cd "$machine/path/to/flake"
  local path
  path=$(cd "$BATS_TEST_TMPDIR" && path_without nixos-rebuild)
  refuses 1 "nixos-rebuild is not on PATH. Try: $repo/scripts/ops-deploy.ts vps-ultraman root@vps --backend nix" PATH="$path" "$repo/scripts/ops-deploy.ts" vps-ultraman root@vps --backend nixos-rebuild
  refuses 1 "nixos-rebuild is not on PATH" PATH="$path" "$repo/scripts/ops-deploy.ts" vps-ultraman vps --build-host builder
  refuses 1 "nixos-rebuild is not on PATH" PATH="$path" "$repo/scripts/ops-deploy.ts" vps-ultraman vps --build-on target
  rebuilds "nixos-rebuild switch --show-trace --flake '.#vps-ultraman' --target-host root@vps" PATH="$path" "$repo/scripts/ops-deploy.ts" --print vps-ultraman vps --backend nixos-rebuild
  refuses 1 "nixos-rebuild is not on PATH" PATH="$path" "$repo/scripts/sync.ts" switch
  refuses 1 "nixos-rebuild is not on PATH" PATH="$path" "$repo/scripts/sync.ts" build
  path=$(cd "$BATS_TEST_TMPDIR" && path_without nix)
  refuses 1 "nix is not on PATH" PATH="$path" "$repo/scripts/ops-deploy.ts" vps-ultraman vps --backend nix
  path=$(cd "$BATS_TEST_TMPDIR" && path_without doas)
  refuses 1 "doas is not on PATH" PATH="$path" "$repo/scripts/sync.ts" switch --elevate doas
  refuses 1 "nh is not on PATH" "$repo/scripts/sync.ts" switch --backend nh
  [ -z "$(ls "$record")" ]
}
