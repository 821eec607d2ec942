#!/usr/bin/env bats
# A repository of somebody else's: what its hey.toml says to ssh. ssh is the real one here.
bats_require_minimum_version 1.5.0
load world.bash

setup_file() { make_fleet; }

setup() {
  in_fleet
  mkdir -p "$BATS_TEST_TMPDIR/bin"
  ln -s "$(type -P ssh)" "$BATS_TEST_TMPDIR/bin/ssh"
  has_path=$BATS_TEST_TMPDIR/bin:
  ran=$BATS_TEST_TMPDIR/ran
}

# What a person types in it to look, or to do something to a host. The target is nobody's.
typed='ops-status
ops-status --on web1
ops-status web1 root@127.0.0.1 --json
ops-doctor
ops-doctor web1 root@127.0.0.1
ops-hosts
ops-rollback other root@127.0.0.1 --list
ops-rollback web1 root@127.0.0.1
ops-reboot web1 root@127.0.0.1
ops-deploy web1 root@127.0.0.1 --status
ops-deploy web1 root@127.0.0.1 --cancel
ops-deploy web1 root@127.0.0.1 --backend nix
ops-deploy web1 root@127.0.0.1 --print
ops-deploy --all
ops-reboot --on web1,web2
ops-push-keys vps-ultraman root@127.0.0.1 --no-global --check'

@test "stranger: no verb runs what a hey.toml gives to ssh, however it is spelled; it says where that stands" {
  local option table line does='touch${IFS}'$ran';exit${IFS}1'
  while IFS= read -r option; do
    for table in defaults hosts.web1; do
      printf '[%s]\nssh-option = %s\n' "$table" "${option//RUN/$does}" >hey.toml
      while IFS= read -r line; do
        # shellcheck disable=SC2086
        run --separate-stderr verb $line
        [ ! -e "$ran" ] || { echo "$line, with [$table] $option: it ran"; return 1; }
        [ "$status" = 2 ] || { echo "$line, with [$table] $option: $status $output $stderr"; return 1; }
        [[ -z $output && $stderr == *": hey.toml:2: "* && $stderr != *$'\n'* ]] || { echo "$line: $output, $stderr"; return 1; }
      done <<<"$typed"
      # The whole table of lines for the first; the others are read by the same code.
      typed='ops-status'
    done
  done <<'OPTIONS'
["ProxyCommand=RUN"]
"proxyCOMMAND=RUN"
["Port=22", "ProxyCommand=RUN"]
"ProxyCommand RUN"
"ProxyCommand\tRUN"
"ProxyCommand = RUN"
" ProxyCommand=RUN"
"\"ProxyCommand\"=RUN"
["KnownHostsCommand=RUN"]
["PermitLocalCommand=yes", "LocalCommand=RUN"]
["ProxyJump=-oProxyCommand=RUN"]
["ProxyJump=x;RUN"]
["IdentityFile=`RUN`"]
["HostKeyAlias=x;RUN"]
["Match=exec"]
["Include=/dev/stdin"]
OPTIONS
}

@test "stranger: what is harmless counts, and what is typed is free" {
  printf '%s\n' '[hosts.web1]' 'ssh-option = ["Port=2222", "user=me", "HostKeyAlias=web1.example.org", "IdentityFile=~/.ssh/id_web1", "IdentitiesOnly=yes", "ProxyJump=jump@gate:2200,[2001:db8::1]", "ConnectTimeout=5", "ServerAliveInterval=15", "ServerAliveCountMax=3", "AddressFamily=inet6", "Compression=yes", "StrictHostKeyChecking=yes", "ForwardAgent=no"]' >hey.toml
  run verb ops-status web1 --print
  [ "$status" = 0 ]
  [[ $output == *"-o Port=2222 -o user=me -o HostKeyAlias=web1.example.org -o IdentityFile=~/.ssh/id_web1 -o IdentitiesOnly=yes -o ProxyJump=jump@gate:2200,[2001:db8::1] "*" -o ForwardAgent=no"* ]]
  rm hey.toml
  run verb ops-status web1 root@127.0.0.1 --ssh-option "ProxyCommand=touch\${IFS}$ran;exit\${IFS}1"
  [ -e "$ran" ]
}
