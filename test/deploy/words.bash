# Words of the tests on the fleet. $host is the host of the test, $target how it is reached.

lab_only() {
  [ -n "${LAB-}" ] || skip "runs in a lab: test/run $BATS_TEST_FILENAME"
  export SCRIPTS=$BATS_TEST_DIRNAME/../../scripts
  # Where keys are staged: other tests of this machine may be staging theirs at the same time.
  export XDG_RUNTIME_DIR=$BATS_FILE_TMPDIR
}

# bats passes over a failing "! command".
refute() { if "$@"; then return 1; fi; }

running() { lab host "$host" readlink /run/current-system; }
profile() { lab host "$host" readlink -f /nix/var/nix/profiles/system; }
next_boot() { lab host "$host" cat /boot/default; }
activations() { lab host "$host" sh -c 'test ! -e /var/log/activations || cut -d " " -f 2,3 /var/log/activations'; }
built() { nix eval --raw ".#nixosConfigurations.\"$host\".config.system.build.toplevel.outPath"; }
answers() { timeout 20 ssh -F "$LAB/ssh_config" -o ConnectTimeout=5 "$target" true; }
modes() { lab host "$host" stat -c '%a %U %n' "$@"; }
installed() { lab host "$host" cut -d ' ' -f 1,2 "$1"; }
derived() { ssh-keygen -y -f "$1" | cut -d ' ' -f 1,2; }

# What a deployment must not leave: anything armed or rooted there; anything private here, a connection.
leftovers() {
  left_there
  find "$XDG_RUNTIME_DIR" -maxdepth 1 -name 'hey*'
  pgrep -af 'ssh.*/hey[.][A-Za-z0-9]*/[s]sh' || :
}
left_there() {
  lab host "$host" sh -c 'find /run /tmp -maxdepth 1 -name "hey*" ! -path /run/hey
    find /run/hey -mindepth 1 -maxdepth 1 ! -name lock ! -name past ! -name failed ! -name keys 2>/dev/null
    find /nix/var/nix -maxdepth 1 -name "hey*"
    find /nix/var/nix/gcroots -maxdepth 1 -name "hey*"
    if [ -d /run/systemd/system ]; then systemctl list-units --all --plain --no-legend "hey-*" "nixos-rebuild*" | grep -v "^hey-trial.service .* dead "; fi
    pgrep -af "s[h] /run/hey/" || :'
}

# until_there SECONDS COMMAND…
until_there() {
  local end=$((SECONDS + $1))
  shift
  until "$@"; do
    [ $SECONDS -lt $end ] || return 1
    sleep 0.1
  done
}
