# The world that the tables speak of, made in the directory $1: a home, a flake with this checkout's verbs in it, flakes beside it.
checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)

host() { mkdir -p "$1" && : >"$1/default.nix"; }

make_flakes() {
  local repo=$1/repo
  mkdir -p "$repo/deep/er" "$repo/hosts/empty" "$repo/fleet-dir"
  cp -R "$checkout/scripts" "$checkout/completions" "$repo/"
  host "$repo/hosts/id3-eniac"
  host "$repo/hosts/nas.lan"
  host "$repo/hosts/vps-pacman"
  host "$repo/hosts/vps-ultraman"
  host "$repo/hosts/_common"
  host "$repo/hosts/.hidden"
  host "$repo/hosts/odd name"
  host "$repo/hosts/-dash"
  host "$1/elsewhere/linked"
  ln -s "$1/elsewhere/linked" "$repo/hosts/linked"
  mkdir -p "$repo/hosts/dangling"
  ln -s /dev/null/none "$repo/hosts/dangling/default.nix"
  : >"$repo/hosts/README.md"
  : >"$repo/flake.lock"
  cp "$checkout/test/completions/flake.nix" "$repo/flake.nix"

  host "$1/other flake/hosts/alpha"
  host "$1/other flake/hosts/beta"
  host "$1/other flake/hosts/vps-gamma"
  : >"$1/other flake/flake.nix"
  host "$1/flake-c/hosts/gate"
  : >"$1/flake-c/flake.nix"
  host "$1/flake-c/sub/dir/hosts/under"
  : >"$1/flake-c/sub/dir/flake.nix"
  host "$1/we[ird] \$dir/hosts/weird"
  : >"$1/we[ird] \$dir/flake.nix"
  host "$1/no-flake/hosts/orphan"
  mkdir -p "$1/no-hosts"
  : >"$1/no-hosts/flake.nix"
  ln -s "$repo" "$1/by-link"
}

make_home() {
  local home=$1/home
  mkdir -p "$home/.ssh/conf.d" "$home/.ssh/with space" "$home/bin" "$home/.cache/hey/hosts"
  host "$home/abs/hosts/homely"
  : >"$home/abs/flake.nix"
  : >"$home/a-file"
  ln -s "$1/repo" "$home/r"
  ln -s "$1/repo/scripts/ops-deploy.ts" "$home/bin/ops-deploy.ts"
  ln -s "$1/repo/scripts/hey" "$home/bin/hey"
  sed "s|@HOME@|$home|; s/@CR@\$/$(printf '\r')/" "$checkout/test/completions/ssh_config" >"$home/.ssh/config"
  printf 'Host rel-a\nInclude nested.conf\n' >"$home/.ssh/conf.d/a.conf"
  printf 'Host rel-b\n' >"$home/.ssh/conf.d/b.conf"
  # Includes itself, and the file that includes it.
  printf 'Host nested\nInclude nested.conf\nInclude config\n' >"$home/.ssh/nested.conf"
  printf 'Host spaced\n' >"$home/.ssh/with space/x.conf"
  printf 'Host tilded\n' >"$home/.ssh/tilde.conf"
  printf 'Host absolute\n' >"$home/.ssh/absolute.conf"
  printf 'Host given-a\nUserKnownHostsFile "%s/given_known"\n' "$home" >"$home/given config"
  printf 'given-known ssh-ed25519 AAAA\n' >"$home/given_known"
  printf 'Host vps-pacman vps-ultraman vps-elsewhere\nUserKnownHostsFile none\n' >"$home/names of hosts"
  cp "$checkout/test/completions/known_hosts" "$home/.ssh/known_hosts"
  printf 'known-two ssh-ed25519 AAAA\n' >"$home/.ssh/known two"
  printf 'known-three,[ported]:2222 ssh-ed25519 AAAA' >"$home/.ssh/known3"
  # What a verb saw of ../flake-c at an evaluation: lib/here/cache.ts writes it.
  local real
  real=$(cd "$1/flake-c" && pwd -P)
  printf 'seen-once\n-bad\ngate\n' >"$home/.cache/hey/hosts/$(printf %s "$real" | sed 's|%|%25|g; s|/|%2F|g')"
}

make_foreign() {
  mkdir -p "$1/foreign/scripts"
  : >"$1/foreign/scripts/sync.ts"
  : >"$1/foreign/a-file.txt"
  chmod +x "$1/foreign/scripts/sync.ts"
}

make_world() {
  make_flakes "$1"
  make_home "$1"
  make_foreign "$1"
}
