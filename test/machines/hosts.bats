#!/usr/bin/env bats
# Where a host is reached, by which rule, and how ops-hosts says so.
bats_require_minimum_version 1.5.0
load world.bash

setup_file() { make_fleet; }
setup() {
  in_fleet
  config=$machine/home/me/.ssh/config
}

# rule HOST: `TARGET FILE LINE`, or `TARGET -`.
rule() {
  verb ops-hosts --json --on "$1" "${@:2}" | node -e '
    const [{ target, rule }] = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
    console.log(target, rule.by === "name" ? "-" : `${rule.file ?? rule.by}:${rule.line}`);'
}

@test "hosts: an ssh alias of the host is its target" {
  local text host target line bad=0 row wanted
  while IFS= read -r row; do
    [[ $row == *$'\t'* ]] || continue
    text=${row%%$'\t'*}
    IFS=$'\t' read -r host target line <<<"${row#*$'\t'}"
    printf '%b' "$text" >"$config"
    wanted="$target -"
    [ "$line" = - ] || wanted="$target $config:$line"
    seen=$(rule "$host")
    [ "$seen" = "$wanted" ] && continue
    printf '%s\n' "$row" "seen: $seen"
    bad=1
  done <"$BATS_TEST_DIRNAME/aliases.tsv"
  [ "$bad" = 0 ]
}

@test "hosts: Include is followed, relative to ~/.ssh, with patterns, and not for ever" {
  local ssh=$machine/home/me/.ssh
  mkdir -p "$ssh/conf.d/deep" "$ssh/with blank"
  printf '%s\n' 'Include conf.d/*.conf conf.d/*/x' 'Include "with blank/a" ~/tilde' "Include $machine/path/to/absolute" 'Include missing/* missing' >"$config"
  printf 'Include config\nHost web1_root\n' >"$ssh/conf.d/b.conf"
  printf 'Host web2_root\n' >"$ssh/conf.d/deep/x"
  printf 'Host db_root\n' >"$ssh/with blank/a"
  printf 'Host 007_root\n' >"$machine/home/me/tilde"
  printf 'Host vps_ultraman_root\n' >"$machine/path/to/absolute"
  printf 'Host web2\n' >"$ssh/conf.d/.hidden.conf"
  mkfifo "$ssh/conf.d/pipe.conf"
  [ "$(rule web1)" = "web1_root $ssh/conf.d/b.conf:2" ]
  [ "$(rule web2)" = "web2_root $ssh/conf.d/deep/x:1" ]
  [ "$(rule db)" = "db_root $ssh/with blank/a:1" ]
  [ "$(rule 007)" = "007_root $machine/home/me/tilde:1" ]
  [ "$(rule vps-ultraman)" = "vps_ultraman_root $machine/path/to/absolute:1" ]
}

@test "hosts: an Include in a block of Host counts for the names that this block means" {
  local ssh=$machine/home/me/.ssh
  printf 'Host web1_root\n  HostName 192.0.2.77\nHost web2_root\n' >"$ssh/inner"
  # None of them is an alias for ssh: it resolves each as a name.
  for block in 'Host jump' 'Host w1' 'Host * !web1_root !web2_root' 'Match host jump' 'Match originalhost jump'; do
    printf '%s\n' "$block" '  Include inner' >"$config"
    echo "$block"
    [ "$(rule web1)" = "web1 -" ]
    [ "$(rule web2)" = "web2 -" ]
  done
  for block in 'Host *' 'Host web?_root' 'Host jump web1*' 'Match all' 'Match host web1_root' 'Match originalhost web*' 'Match user nobody,*'; do
    printf '%s\n' "$block" '  Include inner' >"$config"
    echo "$block"
    [ "$(rule web1)" = "web1_root $ssh/inner:1" ]
  done
  # Through another file, each of the blocks counts; the same file counts again elsewhere.
  printf 'Host *\n  Include inner\n' >"$ssh/outer"
  printf 'Host jump\n  Include outer\n' >"$config"
  [ "$(rule web1)" = "web1 -" ]
  printf 'Host jump\n  Include outer\nHost web*\n  Include outer\n' >"$config"
  [ "$(rule web1)" = "web1_root $ssh/inner:1" ]
  # An alias behind a block of Match that sets nothing is none; a block ends at the next.
  printf 'Match host jump\n  Include inner\nHost other\nHost web2_root\n' >"$config"
  [ "$(rule web2)" = "web2_root $config:4" ]
}

@test "hosts: ssh's files lie in the home of the password file, also those of another user; HOME says nothing of them" {
  local ssh=$machine/home/me/.ssh other=$BATS_TEST_TMPDIR/other root
  mkdir -p "$other/.ssh"
  printf 'Host web1_root\n' >"$other/.ssh/config"
  : >"$config"
  verb() { on_machine HOME="$other" "$repo/scripts/$1.ts" "${@:2}" </dev/null; }
  [ "$(rule web1)" = "web1 -" ]
  printf 'Include also ~/.ssh/tilde\nHost web1_root\n' >"$config"
  printf 'Host web2_root\n' >"$ssh/also"
  printf 'Host db_root\n' >"$ssh/tilde"
  [ "$(rule web1)" = "web1_root $config:2" ]
  [ "$(rule web2)" = "web2_root $ssh/also:1" ]
  [ "$(rule db)" = "db_root $ssh/tilde:1" ]
  # /proc is the home of nobody, but / may be one's: sys on Debian has /dev.
  root=$(mktemp -d /dev/shm/hey-include.XXXXXX)
  printf 'Host 007_root\n' >"$root/include"
  printf 'Include ~sys/shm/%s/include\nInclude ~no-such-user/include\n' "${root##*/}" >"$config"
  [ "$(awk -F: '$1 == "sys" { print $6 }' /etc/passwd)" != /dev ] || [ "$(rule 007)" = "007_root /dev/shm/${root##*/}/include:1" ]
  rm -r "$root"
}

@test "hosts: an Include with a variable or a token counts where the ssh here puts something in its place" {
  local ssh=$machine/home/me/.ssh known
  printf 'Host web1_root\n  HostName 192.0.2.77\n' >"$ssh/inner"
  # The stub for ssh has no home of its own.
  # shellcheck disable=SC2016
  printf 'Include ${HOME}/.ssh/inner\n' >"$config"
  known="web1 -"
  # Since OpenSSH 9.9.
  [ "$(on_machine "$machine/real/ssh" -F "$config" -G web1_root | sed -n 's/^hostname //p')" = web1_root ] || known="web1_root $ssh/inner:1"
  [ "$(rule web1)" = "$known" ]
}

@test "hosts: the configuration is the one that ssh is given" {
  printf 'Host web1_root\n' >"$config"
  printf 'Host web2_root\nHost web1\nMatch all\nInclude more\n' >"$machine/path/to/other"
  printf 'Host db_root\n' >"$machine/home/me/.ssh/more"
  [ "$(rule web1 --ssh-config "$machine/path/to/other")" = "web1 $machine/path/to/other:2" ]
  [ "$(rule db --ssh-config "$machine/path/to/other")" = "db_root $machine/home/me/.ssh/more:1" ]
  export NIX_SSHOPTS="-p 22 -F $machine/path/to/other"
  verb() { on_machine NIX_SSHOPTS="$NIX_SSHOPTS" "$repo/scripts/$1.ts" "${@:2}" </dev/null; }
  [ "$(rule web2)" = "web2_root $machine/path/to/other:1" ]
  NIX_SSHOPTS="-F$machine/path/to/other"
  [ "$(rule web2)" = "web2_root $machine/path/to/other:1" ]
  [ "$(rule web2 --ssh-config "$config")" = "web2 -" ]
  NIX_SSHOPTS="-F none"
  [ "$(rule web1)" = "web1 -" ]
}

line_of_rebuild() { sed -n 's/^  rebuilding over_connection //p'; }

@test "hosts: hey.toml goes before an alias, and the line before both; verbs go by the same" {
  printf 'Host web1_root\n' >"$config"
  [ "$(verb ops-deploy --print web1 | line_of_rebuild)" = "nixos-rebuild switch --show-trace --flake '.#web1' --target-host root@web1_root" ]
  printf '[hosts.web1]\ntarget = "admin@192.0.2.1"\n' >hey.toml
  [ "$(verb ops-deploy --backend nixos-rebuild --print web1 | line_of_rebuild)" = "nixos-rebuild switch --show-trace --flake '.#web1' --target-host admin@192.0.2.1" ]
  [ "$(verb ops-deploy --backend nixos-rebuild --print web1 web1_root | line_of_rebuild)" = "nixos-rebuild switch --show-trace --flake '.#web1' --target-host root@web1_root" ]
  [ "$(verb ops-deploy --backend nixos-rebuild --print web2 | line_of_rebuild)" = "nixos-rebuild switch --show-trace --flake '.#web2' --target-host root@web2" ]
  [ "$(rule web1)" = "admin@192.0.2.1 hey.toml:2" ]
}

@test "hosts: a target that is another host is refused by every verb, and by none where hey.toml has it" {
  local verb verbs=0
  for verb in "$repo"/scripts/*.ts; do
    grep -qE '^    target: |^  target: ' "$verb" || continue
    verb=${verb##*/} verb=${verb%.ts}
    [ "$verb" != ops-ssh ] || continue
    verbs=$((verbs + 1))
    run verb "$verb" --print web1 admin@WEB2
    [ "$status" = 2 ]
    [[ $output == "$verb: web2 is another host of this flake. "*'target = "admin@WEB2" under [hosts.web1] in hey.toml' ]]
  done
  [ "$verbs" -ge 7 ]
  printf '[hosts.web1]\ntarget = "web2"\n' >hey.toml
  for verb in web1 'web1 web2' 'web1 root@Web2'; do
    # shellcheck disable=SC2086
    run verb ops-deploy --print $verb
    [ "$status" = 0 ]
  done
  run verb ops-deploy --print web2 web1.example.org
  [ "$status" = 2 ]
  # Itself, also without its domain, an alias of its own, and an address that no host has are none.
  for verb in 'web2 web2' 'web2 root@WEB2' 'core01.example.org core01' 'web2 web2_root' 'web2 192.0.2.1' 'web2 web10'; do
    # shellcheck disable=SC2086
    run verb ops-deploy --print $verb
    [ "$status" = 0 ]
  done
  run verb ops-ssh --print web2
  [ "$status" = 0 ]
  # Where nothing is known of a flake nothing is refused.
  run verb ops-deploy --print web1 web2 --flake github:me/others
  [ "$status" = 0 ]
}

@test "hosts: keys go where an alias says, and to no name alone" {
  printf 'Host vps_ultraman_root\n' >"$config"
  run verb ops-push-keys --print vps-ultraman --no-global --check
  [ "$status" = 0 ]
  [[ $output == *root@vps_ultraman_root* ]]
  : >"$config"
  run verb ops-push-keys --print vps-ultraman --no-global --check
  [ "$status" = 2 ]
}

@test "hosts: a table, the reasons, JSON, and only some" {
  printf 'Host db_root\n' >"$config"
  printf '%s\n' '[defaults]' 'guard = true' 'confirm-timeout = 120' '[hosts.web1]' 'target = "root@192.0.2.1"' 'tags = ["web", "vps"]' 'guard = false' >hey.toml
  diff <(verb ops-hosts) - <<'SEEN'
Host                Target              Tags
007                 007
core01.example.org  core01.example.org
db                  db_root
vps-ultraman        vps-ultraman
web1                root@192.0.2.1      @vps @web
web2                web2
SEEN
  diff <(verb ops-hosts --on 'web1,db,007' --why) - <<'SEEN'
Host  Target          Tags
007   007
    target = "007"         its name: neither hey.toml nor ssh's configuration has another
    guard = true           hey.toml:2, [defaults]
    confirm-timeout = 120  hey.toml:3, [defaults]
db    db_root
    target = "db_root"     the ssh alias in ~/.ssh/config:1
    guard = true           hey.toml:2, [defaults]
    confirm-timeout = 120  hey.toml:3, [defaults]
web1  root@192.0.2.1  @vps @web
    target = "root@192.0.2.1"  hey.toml:5
    tags = ["web", "vps"]      hey.toml:6
    guard = false              hey.toml:7
    confirm-timeout = 120      hey.toml:3, [defaults]
SEEN
  run bash -c '. "$1/test/lib/machine.bash"; on_machine "$1/scripts/ops-hosts.ts" --json --on "web1,db" | node -e "console.log(JSON.stringify(JSON.parse(require(\"node:fs\").readFileSync(0))))"' bash "$repo"
  [ "$output" = '[{"host":"db","target":"db_root","rule":{"by":"alias","file":"'"$config"'","line":1},"tags":[],"settings":{"guard":{"value":true,"of":"defaults","line":2},"confirm-timeout":{"value":120,"of":"defaults","line":3}}},{"host":"web1","target":"root@192.0.2.1","rule":{"by":"hey.toml","line":5},"tags":["vps","web"],"settings":{"target":{"value":"root@192.0.2.1","of":"host","line":5},"tags":{"value":["web","vps"],"of":"host","line":6},"guard":{"value":false,"of":"host","line":7},"confirm-timeout":{"value":120,"of":"defaults","line":3}}}]' ]
  [ -z "$(ls "$machine/record")" ]
}

@test "hosts: --print is a script that prints the same" {
  printf '[hosts.web1]\ntags = "it"\n' >hey.toml
  diff <(verb ops-hosts --why) <(verb ops-hosts --why --print | sh)
  diff <(verb ops-hosts --json) <(verb ops-hosts --json --print | dash)
  [ "$(verb ops-hosts --print | wc -l)" = 1 ]
}
