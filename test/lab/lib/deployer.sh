# shellcheck shell=bash
# "This machine": a home with keys, a nix store, the fleet in a git repository, the ssh configuration.

# shellcheck source=test/lib/warm.bash
. "$LAB_PROGRAMS/../lib/warm.bash"

set_up_deployer() {
  export HOME=$LAB/home FLEET=$LAB/fleet HOSTNAME=id3-eniac LANG=C.UTF-8
  export XDG_CONFIG_HOME=$HOME/.config XDG_CACHE_HOME=$HOME/.cache XDG_DATA_HOME=$HOME/.local/share XDG_STATE_HOME=$HOME/.local/state
  export XDG_RUNTIME_DIR=/run/user/0
  export NIX_SSHOPTS="-F $LAB/ssh_config" PATH=$LAB_PROGRAMS:$PATH
  # Without "substituters =" every build spends seconds on retries.
  export NIX_CONFIG='experimental-features = nix-command flakes
substituters =
build-users-group =
sandbox = false
flake-registry =
warn-dirty = false'
  unset DOTFILES_HOME SSH_AUTH_SOCK NIX_REMOTE NIX_PATH
  (umask 077 && mkdir -p "$HOME/.ssh/keys.homelab"/{vps,pc,server} "$XDG_RUNTIME_DIR")
  warm "$XDG_CACHE_HOME"
  mkdir -p "$LAB/hosts" /persist/etc/ssh
  make_key "$LAB/id_ed25519" deployer
  make_key /persist/etc/ssh/global_ed25519 global
  cp -p /persist/etc/ssh/global_ed25519* /etc/ssh/
  # OpenSSH's own first choice of a key exchange costs 100 ms of computing at each end.
  printf 'Host *\n  %s\n' "KexAlgorithms curve25519-sha256" "UserKnownHostsFile $LAB/known_hosts" "GlobalKnownHostsFile /dev/null" "StrictHostKeyChecking yes" \
    "IdentityFile $LAB/id_ed25519" "IdentitiesOnly yes" "BatchMode yes" "UpdateHostKeys no" >"$LAB/ssh_config"
  set_up_fleet
}

# make_key FILE COMMENT
make_key() {
  ssh-keygen -q -t ed25519 -N '' -C "$2" -f "$1" </dev/null
}

# The flake, with the demo secret encrypted to the keys that the hosts are meant to have. They get those by a key push only.
set_up_fleet() {
  local name recipients=()
  cp -rL --no-preserve=mode,ownership "$LAB_PROGRAMS/../fleet" "$FLEET"
  printf %s-linux "$(uname -m)" >"$FLEET/lib/platform"
  for name in $(flake_hosts); do
    make_key "$(intended_key "$name")" "$name.local"
    recipients+=(-R "$(intended_key "$name").pub")
  done
  mkdir "$FLEET/secrets"
  echo "the demo secret" | age "${recipients[@]}" -R /etc/ssh/global_ed25519.pub -o "$FLEET/secrets/demo.age"
  write_secrets_nix >"$FLEET/secrets.nix"
  git -C "$FLEET" init -q -b main
  git -C "$FLEET" config user.name lab
  git -C "$FLEET" config user.email lab@id3-eniac
  git -C "$FLEET" add -A
  git -C "$FLEET" commit -qm "the example fleet"
}

# What agenix encrypts by: who may read which secret.
write_secrets_nix() {
  local name
  printf '{\n  "secrets/demo.age".publicKeys = [\n'
  for name in $(flake_hosts); do printf '    "%s"\n' "$(cat "$(intended_key "$name").pub")"; done
  printf '    "%s"\n  ];\n}\n' "$(cat /etc/ssh/global_ed25519.pub)"
}

flake_hosts() {
  find "$FLEET/hosts" -mindepth 1 -maxdepth 1 -type d -printf '%f\n' | sort
}

intended_key() {
  local class
  case $1 in
  vps-*) class=vps ;;
  id3-*) class=pc ;;
  *) class=server ;;
  esac
  echo "$HOME/.ssh/keys.homelab/$class/ssh_host_ed25519_key_$1"
}

# build_systems NAME…: the systems of these hosts as $LAB/hosts/NAME/first-system
build_systems() {
  local name installables=() link
  for name in "$@"; do installables+=("$FLEET#nixosConfigurations.\"$name\".config.system.build.toplevel"); done
  # nix builds in a directory of its own. A lab that is ended meanwhile removes that only inside $LAB.
  TMPDIR=$LAB quietly nix build --out-link "$LAB/first-system" "${installables[@]}"
  # Which link is whose, only the system itself can say: nix numbers them in an order of its own.
  for link in "$LAB"/first-system*; do mv -T "$link" "$LAB/hosts/$(cat "$link/etc/hostname")/first-system"; done
}

# write_aliases NAME ADDRESS: for vps-ultraman also vps_ultraman_root, vps_ultraman_admin, and vps_ultraman_2222 for the other port
write_aliases() {
  local name=$1 address=$2 alias=${1//-/_}
  printf 'Host %s\n  HostName %s\n  User root\n' "$name" "$address" "${alias}_root" "$address"
  printf 'Host %s\n  HostName %s\n  User root\n  Port 2222\n' "${alias}_2222" "$address"
  printf 'Host %s\n  HostName %s\n  User admin\n' "${alias}_admin" "$address"
}

# What it says matters only when it fails.
quietly() {
  local said
  said=$("$@" 2>&1) || die "failed: $*
$said"
}

# Whole at any moment: another host may be evaluated just then.
do_knobs() {
  printf '%s\n' "$2" >"$FLEET/.git/$1.json"
  mv "$FLEET/.git/$1.json" "$FLEET/hosts/$1/knobs.json"
  git -C "$FLEET" add "hosts/$1/knobs.json"
}

do_ssh_config() {
  echo "$LAB/ssh_config"
}
