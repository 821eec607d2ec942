#!/usr/bin/env bats
# Bad words: one line on stderr, nothing on stdout, nothing called, nothing changed, with and without --print.
load cases

setup_file() {
  local slot name keys
  "$BATS_TEST_DIRNAME/machines" "$BATS_FILE_TMPDIR/machines"
  . "$BATS_TEST_DIRNAME/../lib/machine.bash"
  for slot in 0 1; do
    machine=$BATS_FILE_TMPDIR/machines/$slot
    ln -s / "$machine/path/to/slash"
    cp "$machine/path/to/ssh_config" "$machine/path/to/ssh config"
    for name in untracked 'untracked flake'; do
      # What starts so is no host, as in most flakes that read the directory.
      make_flake "$machine/path/to/$name" id3-eniac _common .hidden
      mkdir -p "$machine/path/to/$name/hosts/"{fresh,empty}
      echo '{ }' >"$machine/path/to/$name/hosts/fresh/default.nix"
    done
    make_flake "$machine/path/to/"$'es\ecape' id3-eniac vps-ultraman
    make_flake "$machine/path/to/keys" twice directory dangling empty fifo
    # --print asks no nix.
    for name in untracked 'untracked flake' $'es\ecape' keys; do remember "$machine/path/to/$name"; done
    keys=$machine/home/me/.ssh/keys.homelab
    mkdir -p "$keys/server"
    cp "$keys/vps/ssh_host_ed25519_key_vps-pacman" "$keys/vps/ssh_host_ed25519_key_twice"
    cp "$keys/vps/ssh_host_ed25519_key_vps-pacman" "$keys/server/ssh_host_ed25519_key_twice"
    mkdir "$keys/vps/ssh_host_ed25519_key_directory"
    ln -s nothing "$keys/pc/ssh_host_ed25519_key_dangling"
    : >"$keys/vps/ssh_host_ed25519_key_empty"
    mkfifo "$keys/vps/ssh_host_ed25519_key_fifo"
  done
}

rows() { grep -v '^#' "$BATS_TEST_DIRNAME/refusals.tsv"; }

everything() { find "$BATS_FILE_TMPDIR"/machines/[01]/{path,home,tmp} -name .cache -prune -o -printf '%p %m %s %T@ %l\n'; }

@test "the table has enough of them, and no row twice" {
  [ "$(rows | wc -l)" -ge 170 ]
  [ -z "$(rows | sort | uniq -d)" ]
}

@test "each is refused with its status and message, and nothing happens" {
  local before after
  before=$(everything)
  rows | with_global_key none xargs -d '\n' -P 2 -n 25 --process-slot-var=slot "$BATS_TEST_DIRNAME/refuse" "$BATS_FILE_TMPDIR/machines"
  after=$(everything)
  diff <(echo "$before") <(echo "$after")
}

@test "each line that is proposed is one that hey takes, and means something" {
  rows | grep -E 'Try:|--on |\.ts |--host |is enough|an address' | xargs -d '\n' -P 2 -n 25 --process-slot-var=slot "$BATS_TEST_DIRNAME/proposed" "$BATS_FILE_TMPDIR/machines" >"$BATS_TEST_TMPDIR/said" || { grep -v '^ok ' "$BATS_TEST_TMPDIR/said"; return 1; }
  [ "$(grep -c '^ok ' "$BATS_TEST_TMPDIR/said")" -ge 60 ]
}

@test "so is a global key that is a directory, a link to nothing, or empty" {
  local what etc=$BATS_FILE_TMPDIR/etc
  "$BATS_TEST_DIRNAME/../lib/sandbox" --works || skip "SKIPPED: namespaces aren't allowed here"
  for what in 'is a directory' 'is a broken link' 'is empty'; do
    rm -rf "$etc"
    mkdir "$etc"
    case $what in
      *directory) mkdir "$etc/global_ed25519" ;;
      *link*) ln -s nothing "$etc/global_ed25519" ;;
      *) : >"$etc/global_ed25519" ;;
    esac
    printf '1\tthe global key /etc/ssh/global_ed25519 %s\tops-push-keys.ts vps-ultraman vps\n' "$what" |
      "$BATS_TEST_DIRNAME/../lib/sandbox" "$etc" '' xargs -d '\n' "$BATS_TEST_DIRNAME/refuse" "$BATS_FILE_TMPDIR/machines"
  done
}
