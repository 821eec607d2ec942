# A flake, what ssh and hey.toml say of its hosts, and the machines that there really are.

make_pairs() {
  make_machine "$BATS_FILE_TMPDIR/machine"
  make_flake "$machine/path/to/pairs" web1 web2 db alpha bravo bare core01.example.org gate vps-ultraman twin fresh 007 nixos
  local host name
  for host in web1 web2 db core01 gate vps-ultraman twin fresh 007 nixos alpha:zulu bravo:alpha bare: core01.example.org:core01; do
    name=${host#*:} host=${host%%:*}
    mkdir -p "$machine/systems/$host/"{etc,bin} && : >"$machine/systems/$host/bin/switch-to-configuration" && echo 25.11 >"$machine/systems/$host/nixos-version"
    [ -z "$name" ] || echo "$name" >"$machine/systems/$host/etc/hostname"
    [ -e "$machine/home/me/.ssh/keys.homelab/vps/ssh_host_ed25519_key_$host" ] || make_key "$machine/home/me/.ssh/keys.homelab/vps/ssh_host_ed25519_key_$host" "$host"
  done
  cat >"$machine/path/to/pairs/hey.toml" <<'TOML'
[hosts.web1]
target = "root@192.0.2.1"
[hosts.db]
target = "db.example.net"
[hosts.alpha]
target = "2001:DB8:0::6"
[hosts.twin]
target = "192.0.2.1"
[hosts.007]
target = "192.0.2.70"
ssh-option = "Port=2270"
TOML
  trust_file "$machine/path/to/pairs/hey.toml"
  cat >"$machine/home/me/.ssh/config" <<CONFIG
Host web2 web2_root other-name
  HostName 192.0.2.2
Host admin-of-two
  HostName 192.0.2.2
  User admin
Host vps_ultraman_root
  HostName 198.51.100.9
  Port 2222
Host ultra-by-name
  HostName 198.51.100.9
  Port 2222
Host gate
  HostName 198.51.100.9
Host cname-of-db
  HostName DB.Example.NET.
Host six
  HostName 2001:db8::6
Host core01.example.org at-home inner
  HostName 10.0.0.5
  ProxyJump me@bastion.example.net
Host inner-too
  HostName 10.0.0.5
  ProxyJump other@bastion.example.net:22
Host printer
  HostName 10.0.0.5
  ProxyJump elsewhere.example.net
Host far-web2
  HostName 192.0.2.2
  ProxyJump bastion.example.net
Host tunnel
  HostName ignored
  ProxyCommand nc -U /run/bravo
Host bravo
  ProxyCommand nc -U /run/bravo
Host b1
  HostName bastion.example.net
Host b2
  HostName elsewhere.example.net
Host inner-by-alias
  HostName 10.0.0.5
  ProxyJump me@b1:22
Host printer-by-alias
  HostName 10.0.0.5
  ProxyJump b2
Host db_root
  HostName 198.51.100.40
Host blue
  HostName web2
Host nat
  HostName web2.example.net
  Port 2201
Host navy
  HostName WEB2.lan
Host *.cluster
  HostName 192.0.2.2
Host *
  UserKnownHostsFile $machine/home/me/.ssh/known_hosts
CONFIG
  # Files for -F: by the one web1 is another host's machine.
  printf 'Host web1\n  HostName 192.0.2.1\nHost web2\n  HostName 192.0.2.2\n' >"$machine/path/to/right-config"
  printf 'Host web1 192.0.2.1\n  HostName 192.0.2.2\n' >"$machine/path/to/wrong-config"
  # Where ssh goes, the name there, whose key it has.
  sed 's/  */\t/' >"$machine/machines" <<'MACHINES'
192.0.2.1:22 web1
192.0.2.2:22 web2
192.0.2.20:22 web2
192.0.2.3:22 db
db.example.net:22 db
db.example.net.:22 db
2001:db8::6:22 zulu
2001:db8::7:22 db
198.51.100.9:2222 vps-ultraman
198.51.100.9:22 gate
198.51.100.10:22 -
198.51.100.11:22 web2.example.org
198.51.100.12:22 WEB1.example.org
198.51.100.13:22 nixos
198.51.100.14:22 web1	web2
198.51.100.15:22 -	db
198.51.100.16:22 web1	web1
198.51.100.17:22 -	fresh
198.51.100.18:22 stranger
198.51.100.19:22 alpha
198.51.100.20:22 zulu
198.51.100.21:22 core01
198.51.100.22:22 core02
198.51.100.23:22 web10
198.51.100.24:22 web
198.51.100.25:2022 web1
192.0.2.70:2270 007
192.0.2.70:22 fresh
web2.example.net:22 web2
db:22 db
unknown.example.net:22 bare
198.51.100.40:22 db
web2.example.net:2201 web1
web2:22 web2
MACHINES
  printf '%s\t%s\n' "10.0.0.5:22 by me@bastion.example.net" core01 "10.0.0.5:22 by other@bastion.example.net:22" core01 "10.0.0.5:22 by elsewhere.example.net" printer \
    "10.0.0.5:22 by me@b1:22" core01 "10.0.0.5:22 by b2" printer "192.0.2.2:22 by bastion.example.net" web2 "10.0.0.5:22" tv >>"$machine/machines"
}

in_pairs() {
  machine=$BATS_FILE_TMPDIR/machine
  has_path=$BATS_TEST_DIRNAME/reached:
  cd "$machine/path/to/pairs" || return
  remember "$PWD"
  mkdir -p "$BATS_TEST_TMPDIR/state"
}

# verb NAME WORDS…: really run, with a NIX_SSHOPTS=… among them in the environment; what it touched is $touched. A + is a blank.
verb() {
  local word words=() settings=()
  for word in "${@:2}"; do
    word=${word//+/ } word=${word//\/path\/to\//$machine/path/to/}
    case $word in NIX_SSHOPTS=*) settings+=("$word") ;; *) words+=("$word") ;; esac
  done
  # What the stubs have recorded is counted by each.
  rm -rf "$machine/touched" "$machine/record" && mkdir "$machine/record"
  trust_file "$machine/path/to/pairs/hey.toml" "$BATS_TEST_TMPDIR/state"
  output=$(on_machine XDG_STATE_HOME="$BATS_TEST_TMPDIR/state" "${settings[@]}" "$repo/scripts/$1.ts" "${words[@]}" 2>&1 </dev/null) && status=0 || status=$?
  touched=$(cat "$machine/touched" 2>/dev/null) || touched=''
}
