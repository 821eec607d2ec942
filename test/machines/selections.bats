#!/usr/bin/env bats
# Which machines a selection means, and what it says of one that means none.
bats_require_minimum_version 1.5.0
load world.bash

setup_file() { make_fleet; }

setup() {
  in_fleet
  cat >hey.toml <<'TOML'
[hosts."core01.example.org"]
tags = "all"
[hosts.db]
tags = ["db", "all", "all"]
[hosts.vps-ultraman]
tags = ["vps", "all"]
[hosts]
web1.tags = ["web", "vps-eu"]
web2.tags = ["web", "vps-eu"]
TOML
}

@test "selections: each means what the table says" {
  local selection means bad=0
  while IFS=$'\t' read -r selection means; do
    case $selection in '#'* | '') continue ;; esac
    selection=${selection//'{}'/ }
    run --separate-stderr verb ops-hosts --on "$selection"
    if [ "$status" = 0 ]; then
      seen=$(printf '%s\n' "${lines[@]:1}" | cut -d ' ' -f 1 | paste -sd ' ')
      [ "$seen" = "$means" ] && [ -z "$stderr" ] && continue
    else
      [ "$status" = 2 ] && [ -z "$output" ] && [ "$stderr" = "ops-hosts: $means" ] && continue
      seen="$status $stderr$output"
    fi
    printf '%s\n' "$selection" "wanted: $means" "seen:   $seen"
    bad=1
  done <"$BATS_TEST_DIRNAME/selections.tsv"
  [ "$bad" = 0 ]
}

@test "selections: without tags, and without hosts, it is said what is missing" {
  rm hey.toml
  run --separate-stderr verb ops-hosts --on @vps
  [ "$status" = 2 ]
  [ "$stderr" = "ops-hosts: no tag is '@vps'; none has one, which hey.toml gives them (tags)" ]
  mkdir -p "$machine/path/to/computed"
  echo '{ outputs = _: { nixosConfigurations = import ./all.nix; }; }' >"$machine/path/to/computed/flake.nix"
  run --separate-stderr verb ops-hosts --flake "$machine/path/to/computed"
  [ "$status" = 1 ]
  unknown="nix can't tell which hosts the flake has (this stub has no such flake)"
  [ "$stderr" = "ops-hosts: $unknown. Try: the names of the hosts" ]
  printf '[hosts.anything]\ntags = "x"\n' >"$machine/path/to/computed/hey.toml"
  for selection in anything @x; do
    run --separate-stderr verb ops-hosts --flake "$machine/path/to/computed" --on "$selection"
    [ "${lines[1]}" = "anything  anything  @x" ] && [ -z "$stderr" ]
  done
  run --separate-stderr verb ops-hosts --flake "$machine/path/to/computed"
  [ "${lines[1]}" = "anything  anything  @x" ]
  [ "$stderr" = "ops-hosts: $unknown; using its last answer, and the hosts of hey.toml" ]
  for selection in 'any*' '!other' 'anything,*'; do
    run --separate-stderr verb ops-hosts --flake "$machine/path/to/computed" --on "$selection"
    [ "$status" = 1 ] && [ "$stderr" = "ops-hosts: $unknown. Try: the names of the hosts" ]
  done
}

@test "selections: two hosts that are reached by one target are refused in a run, as each would get the other's system" {
  printf '[hosts.web1]\ntarget = "root@192.0.2.1"\n\n[hosts.web2]\ntarget = "admin@192.0.2.1"\n' >hey.toml
  local verb
  for verb in ops-deploy ops-rollback ops-reboot; do
    run --separate-stderr verb $verb --all --print
    [ "$status" = 2 ] && [ -z "$output" ]
    [[ $stderr == "$verb: web1 and web2 are reached by one target, '192.0.2.1' (web1 by hey.toml:2, web2 by hey.toml:5); correct it, or leave one out with '!web2'" ]]
    run --separate-stderr verb $verb --on '*,!web2' --print
    [ "$status" = 0 ]
  done
}

@test "selections: so are two whose targets are other words for one machine, as ssh says; another port or way is another" {
  local config=$machine/home/me/.ssh/config
  printf '%s\n' 'Host one' '  HostName 192.0.2.1' 'Host hop' '  HostName gate.example.net' 'Host far1' '  HostName 10.0.0.1' '  ProxyJump me@hop' 'Host far2' '  HostName 10.0.0.1' \
    '  ProxyJump GATE.example.net:22' 'Host far3' '  HostName 10.0.0.1' '  ProxyJump other.example.net' 'Host port' '  HostName 192.0.2.1' '  Port 2222' >>"$config"
  local pair
  for pair in 'one 192.0.2.1' 'me@one root@192.0.2.1' 'far1 far2' '2001:db8::1 2001:DB8:0::1' 'A.example.net a.example.net.'; do
    printf '[hosts.web1]\ntarget = "%s"\n\n[hosts.web2]\ntarget = "%s"\n' "${pair% *}" "${pair#* }" >hey.toml
    run --separate-stderr verb ops-deploy --on web1,web2 --print
    [ "$status" = 2 ] && [[ $stderr == "ops-deploy: web1 and web2 are reached by one target, "* ]] || { echo "$pair: $status $stderr"; return 1; }
  done
  for pair in 'one port' 'far1 far3' 'far1 10.0.0.1' '192.0.2.1 192.0.2.2' 'a.example.net b.example.net'; do
    printf '[hosts.web1]\ntarget = "%s"\n\n[hosts.web2]\ntarget = "%s"\n' "${pair% *}" "${pair#* }" >hey.toml
    run --separate-stderr verb ops-deploy --on web1,web2 --print
    [ "$status" = 0 ] || { echo "$pair: $status $stderr"; return 1; }
  done
}

@test "words after -- go to nix eval, to nix-store, or in words of its own" {
  run --separate-stderr verb ops-deploy --on 'web1,web2' --debug --print -- --impure -L --keep-failed
  [ "$status" = 0 ]
  evaluates=$(sed -n '/^evaluate() {/,/^}/p' <<<"$output")
  builds=$(sed -n '/^realise() {/,/^}/p' <<<"$output")
  [[ $evaluates == *" --impure "* && $evaluates != *keep-failed* && $evaluates != *" -L "* ]]
  [[ $builds == *" --verbose --log-format bar-with-logs --log-format bar-with-logs --keep-failed "* && $builds != *impure* && $builds != *" -L "* ]]
}
