# A private machine for tests, in a temporary directory: a HOME, flakes, and a PATH of chosen programs and stubs. Sourced.
# test/cases write its paths as /path/to/… and /home/me/…; here both lie under $machine.

repo=$(cd "${BASH_SOURCE[0]%/*}/../.." && pwd -P)
export repo
# shellcheck source=/dev/null
. "$repo/test/lib/warm.bash"

# The real programs that verbs, scripts and tests may use, where this machine has them; all others are out of reach.
real_programs="sh bash dash zsh busybox node npm git env sed grep awk cat cut tr tail head wc sort uniq sleep ls ln rm mv cp mkdir rmdir
  mkfifo mktemp touch chmod chown stat find xargs readlink realpath dirname basename tar cmp diff od id uname tty stty true false printf setsid date
  tee seq ps kill timeout expr test which sha256sum"
# Programs that are stood in for: they do nothing but record.
stubs="ssh nix nixos-rebuild nixos-install sudo doas run0 scp nix-copy-closure"
# Real programs of which each call is recorded and can be made to fail: by its number, so none of which a pipeline has two.
wrapped="ssh-keygen tar mktemp readlink mkdir ln rm cat tail wc tr touch chmod"
# Stubs that a case must ask for: verbs look for them.
asked="nh disko"

# make_machine DIR: sets and exports $machine.
make_machine() {
  machine=$1
  export machine
  mkdir -p "$machine"/{bin,real,record,tmp,path/to,home/me/.ssh}
  warm "$machine/home/me/.cache"
  local program name found
  hash -r
  # shellcheck disable=SC2086
  found=$(type -P $real_programs)
  # shellcheck disable=SC2086
  ln -s $found "$machine/bin/"
  # shellcheck disable=SC2086,SC2046
  ln -s $(type -P $wrapped ssh) "$machine/real/"
  for program in $wrapped $stubs; do ln -sf "$repo/test/lib/stub" "$machine/bin/$program"; done
  for program in $asked; do
    mkdir "$machine/has-$program"
    ln -s "$repo/test/lib/stub" "$machine/has-$program/$program"
  done
  # Programs that answer as a version of theirs does: has-nixos-rebuild-ng-elevate, …
  local answer version
  for answer in "$repo"/test/backends/*/*; do
    case $answer in *.help) continue ;; esac
    program=${answer%/*} program=${program##*/} version=${answer##*/}
    mkdir "$machine/has-$program-$version"
    ln -s "$repo/test/lib/stub" "$machine/has-$program-$version/$program"
    ln -s "$answer" "$machine/has-$program-$version/answer"
  done

  # Scripts name the verb's file as it was called.
  ln -s "$repo" "$machine/path/to/hey"

  # The flake of the cases, in git; others for the forms of --flake.
  make_flake "$machine/path/to/flake" id3-eniac vps-ultraman vps-pacman core01.example.org 007 pc_old
  make_flake "$machine/path/to/dot files" id3-eniac vps-ultraman
  make_flake "$machine/home/me/dotfiles" id3-eniac vps-ultraman
  make_flake "$machine/path/to/repo/sub" id3-eniac vps-ultraman
  make_flake "$machine/path/to/literal"
  mkdir -p "$machine/path/to/"{elsewhere,nothing/deeper}
  # One with a hey.toml, and an ssh configuration with aliases of its hosts.
  make_flake "$machine/path/to/fleet" web1 web2 vps-ultraman
  printf '%s\n' '[defaults]' 'guard = true' 'check = "curl -fsS https://example.org/"' '' '[hosts.web1]' 'target = "root@192.0.2.1"' \
    'tags = ["web", "vps"]' 'settle = 2' '' '[hosts.vps-ultraman]' 'guard = false' 'backend = "nixos-rebuild"' 'class = "server"' 'persist = true' >"$machine/path/to/fleet/hey.toml"
  trust_file "$machine/path/to/fleet/hey.toml"
  printf '%s\n' "Include $machine/path/to/aliases.d/*" 'Host *' "  UserKnownHostsFile $machine/home/me/.ssh/known_hosts" >"$machine/path/to/aliases"
  mkdir "$machine/path/to/aliases.d"
  printf 'Host web2 vps_ultraman_root vps_ultraman\nHost vps-pacman_root\n' >"$machine/path/to/aliases.d/fleet"
  printf '%s\n' '{' '  outputs = { self }: {' '    nixosConfigurations.alpha = 1;' '    nixosConfigurations."beta.example.org" = 2;' '  };' '}' \
    >"$machine/path/to/literal/flake.nix"
  printf '%s\n' alpha beta.example.org >"$machine/path/to/literal/.git/hosts"
  remember "$machine"/path/to/{flake,"dot files",repo/sub,literal,fleet} "$machine/home/me/dotfiles" \
    {github:me/dotfiles,'github:me/dotfiles?ref=main&dir=nix',git+ssh://git@example.org/me/dotfiles}=id3-eniac,vps-ultraman
  mkdir -p "$machine/path/to/store/system/"{specialisation/quiet,bin}
  : >"$machine/path/to/store/system/bin/switch-to-configuration"
  echo 26.05 >"$machine/path/to/store/system/nixos-version"

  for name in vps-ultraman vps-pacman; do make_key "$machine/home/me/.ssh/keys.homelab/vps/ssh_host_ed25519_key_$name" "$name"; done
  make_key "$machine/home/me/.ssh/keys.homelab/pc/ssh_host_ed25519_key_id3-eniac" id3-eniac
  make_key "$machine/new-key" new
  # ssh reads its user's config at the home of the password file, whatever $HOME says: the stub for ssh -G gives it this one.
  cat >"$machine/home/me/.ssh/config" <<CONFIG
Host vps_other_port
  HostName 192.0.2.7
  Port 2222
Host vps_admin
  HostName 192.0.2.7
  User admin
Host *
  UserKnownHostsFile $machine/home/me/.ssh/known_hosts
CONFIG
  cp "$machine/home/me/.ssh/config" "$machine/path/to/ssh_config"
}

# make_flake DIR HOST…: a flake in git with these hosts.
make_flake() {
  local dir=$1 host
  shift
  mkdir -p "$dir"
  echo '{ outputs = { self }: import ./hosts; }' >"$dir/flake.nix"
  for host in "$@"; do
    mkdir -p "$dir/hosts/$host"
    echo '{ }' >"$dir/hosts/$host/default.nix"
  done
  git -C "$dir" init -q -b main
  git -C "$dir" add -A
  # What the stub for nix says of it. Which starts with a dot or _ is no host, as in most flakes that read the directory.
  printf '%s\n' "$@" | grep '^[^._]' | LC_ALL=C sort >"$dir/.git/hosts" || :
}

# remember FLAKE…: what verbs know of these flakes once they have asked nix, a directory or FLAKE=HOST,HOST…
remember() { on_machine HEY_CACHE="${HEY_CACHE-}" node "$repo/lib/load.cjs" "$repo/test/lib/remember.cjs" "$@"; }

# trust_file HEY_TOML [STATE]: notes what `hey trust --yes` would, so that what needs trust in it counts.
trust_file() {
  local file record
  file=$(realpath "$1")
  record=${2-$machine/home/me/.local/state}/hey/trusted/$(printf %s "$file" | sha256sum | cut -d ' ' -f 1)
  (umask 077 && mkdir -p "${record%/*}" && { printf '%s\n%s\n' "$file" "$(sha256sum <"$file" | cut -d ' ' -f 1)" && cat "$file"; } >"$record")
}

make_key() {
  mkdir -p "${1%/*}"
  ssh-keygen -q -t ed25519 -N '' -C "$2.local" -f "$1" </dev/null
}

# on_machine [NAME=VALUE…] PROGRAM…: with the machine's environment and nothing else. run=exec where it is the last thing.
# shellcheck disable=SC2154
on_machine() {
  ${run-} env -i PATH="${has_path-}$machine/bin" HOME="$machine/home/me" LOGNAME=me TMPDIR="$machine/tmp" LANG=C.UTF-8 TERM=xterm GIT_CONFIG_NOSYSTEM=1 \
    HEY_HOSTNAME=id3-eniac HEY_UID=1000 HEY_HOME="$machine/home/me" HEY_TEST_MACHINE="$machine" HEY_RECORD="${record-$machine/record}" HEY_FAULT="${fault-}" "$@"
}

# Real paths to those that cases write, and back.
placeholders() { sed -E "s#$machine/(path/to|home/me)#/\1#g"; }
real_paths() { sed -E "s#(^|[^A-Za-z0-9_.])/(path/to|home/me)#\1$machine/\2#g"; }
