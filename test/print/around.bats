#!/usr/bin/env bats
# What lies around hey: links, terminals that tell nothing of themselves, files without a home.
load ../lib/machine

setup_file() {
  . "$BATS_TEST_DIRNAME/../lib/machine.bash"
  make_machine "$BATS_FILE_TMPDIR/machine"
}

setup() {
  machine=$BATS_FILE_TMPDIR/machine record=$BATS_TEST_TMPDIR/record
  mkdir "$record"
  cd "$BATS_TEST_TMPDIR"
}

# reference FLAKE…: how the flake is given to nixos-rebuild, with what is in the environment before it.
reference() { on_machine "$@" --backend nixos-rebuild --print 2>err | sed -n "/^[^#]/s/.* --flake \([^ ]*\) .*/\1/p" | tr -d "'"; }

@test "a flake by a link: nix gets the directory, as it takes a link for no flake" {
  local deploy="$repo/scripts/ops-deploy.ts 007 vps" flake=$machine/path/to/flake form
  ln -s "$flake" link
  ln -s link chain
  mkdir sub
  ln -s ../chain sub/relative
  ln -s "$machine/path/to" parent
  for form in "$PWD/link" ./link link chain sub/relative "$PWD/link/" link/.; do
    echo "$form"
    # shellcheck disable=SC2086
    [ "$(reference $deploy --flake "$form")" = "$flake#007" ]
  done
  # shellcheck disable=SC2086
  {
    [ "$(reference $deploy --flake "path:$PWD/link")" = "path:$flake#007" ]
    [ "$(reference $deploy --flake "git+file://$PWD/link?submodules=1")" = "git+file:$flake?submodules=1#007" ]
    [ "$(reference $deploy --flake "$PWD/link?submodules=1")" = "$flake?submodules=1#007" ]
    [ "$(reference DOTFILES_HOME="$PWD/link" $deploy)" = "$flake#007" ]
    # A link on the way there is no matter.
    [ "$(reference $deploy --flake "$PWD/parent/flake")" = "$PWD/parent/flake#007" ]
    [ "$(reference $deploy --flake "$flake")" = "$flake#007" ]
  }
  on_machine "$repo/scripts/sync.ts" boot --host id3-eniac --flake "$PWD/link" --print >out
  grep -qF -- "$flake#id3-eniac" out
}

@test "a terminal of which no size is known shows what is watched, with and without rows" {
  local size
  command -v script >/dev/null || skip "SKIPPED: script is not installed"
  for size in "rows 0 cols 0" "rows 0 cols 80" "rows 24 cols 0" "rows 3 cols 80"; do
    cat >watch <<EOF2
echo \$\$ >"$PWD/pid"
stty $size
exec "$repo/scripts/ops-status.ts" 007 127.0.0.1 --ssh-option Port=1 --flake "$machine/path/to/flake" --watch=1
EOF2
    on_machine "$(type -P script)" -qefc "sh $PWD/watch" "$PWD/typescript" >/dev/null 2>&1 </dev/null 3>&- &
    for _ in {1..200}; do
      grep -qa 'more\|Host' typescript 2>/dev/null && break
      sleep 0.1
    done
    kill "$(cat pid)"
    wait $! || :
    echo "$size"
    head -c 2000 typescript | cat -v
    grep -qa 'more\|Host' typescript
    rm -f typescript
  done
}

@test "a terminal that becomes narrower keeps nothing of what was watched before" {
  local shown width
  command -v tmux >/dev/null || skip "SKIPPED: tmux is not installed"
  in_tmux() { tmux -S "$BATS_TEST_TMPDIR/socket" -f /dev/null "$@"; }
  # watch: the line for it, in the environment of a machine of the tests.
  on_machine "$(type -P env)" | sed "s/'/'\\\\''/g; s/=\(.*\)/='\1'/; s/^/export /" >watch
  echo "exec '$repo/scripts/ops-status.ts' 007 127.0.0.1 --flake '$machine/path/to/flake' --watch=1" >>watch
  in_tmux new-session -d -x 120 -y 24 "sh $PWD/watch" 3>&-
  for width in 120 25 12; do
    in_tmux resize-window -x $width -y 24
    for _ in {1..100}; do
      shown=$(in_tmux capture-pane -p)
      [ "$(grep -c '^Host' <<<"$shown")" = 1 ] && [ "$(grep -c '^State' <<<"$shown")" = 1 ] && break
      sleep 0.1
    done
    # What a second round leaves.
    sleep 1.5
    shown=$(in_tmux capture-pane -p)
    echo "$width: $shown"
    [ "$(grep -c '^Host' <<<"$shown")" = 1 ] || { in_tmux kill-server; false; }
    [ "$(grep -c '^State' <<<"$shown")" = 1 ] || { in_tmux kill-server; false; }
  done
  in_tmux kill-server
}

@test "the partition from which the firmware boots is found wherever it is mounted, and the kernels on it" {
  mkdir -p esp/EFI/nixos stick other/EFI/nixos
  printf '%s\n' "/dev/sda1 $PWD/esp vfat rw 0 0" "/dev/sdb1 $PWD/stick vfat rw 0 0" "/dev/sdc1 $PWD/other ext4 rw 0 0" >mounts
  for shell in dash bash "busybox sh"; do
    # shellcheck disable=SC2016
    $shell -c '. "$1/lib/shell/there/room.sh"; . "$1/lib/shell/there/unready.sh"; mounted=$2; esps; kernels_in_boot; disk_of_kernels; left_on -k / "$3" | wc -l' sh "$repo" "$PWD/mounts" "$PWD/esp" >seen
    cat seen
    [ "$(sed -n 1p seen)" = "$PWD/esp" ]
    [ "$(sed -n 2p seen)" = "$PWD/esp/EFI/nixos" ]
    [ "$(sed -n 3p seen)" = "$(df -P "$PWD/esp" | sed -n '2s/.* //p')" ]
    [ "$(sed -n '$p' seen)" -ge 1 ]
  done
}

@test "who becomes root by doas or run0 is named to git and nix, as sudo does it, so that root reads the caller's repository" {
  local by
  cd "$machine/path/to/flake"
  for by in doas run0; do
    [[ $(on_machine HEY_UID=1234 "$repo/scripts/sync.ts" switch --backend nixos-rebuild --elevate $by --print) == *" $by env 'SUDO_UID=1234' nixos-rebuild "* ]]
    [[ $(on_machine HEY_UID=0 "$repo/scripts/sync.ts" switch --backend nixos-rebuild --elevate $by --print) == *" $by nixos-rebuild "* ]]
    # The programs behind it are looked for all the same.
    mkdir -p "$BATS_TEST_TMPDIR/without-$by"
    ln -sf "$machine/bin/"* "$BATS_TEST_TMPDIR/without-$by/"
    rm "$BATS_TEST_TMPDIR/without-$by/nixos-rebuild"
    ! on_machine PATH="$BATS_TEST_TMPDIR/without-$by" "$repo/scripts/sync.ts" switch --backend nixos-rebuild --elevate $by 2>"$BATS_TEST_TMPDIR/err" || false
    grep -q '^sync: nixos-rebuild is not on PATH' "$BATS_TEST_TMPDIR/err"
  done
  for by in sudo none; do
    ! on_machine HEY_UID=1234 "$repo/scripts/sync.ts" switch --backend nixos-rebuild --elevate $by --print | grep SUDO_UID || false
  done
}

@test "git lets root read another user's repository where SUDO_UID says whose it is" {
  [ "$(id -u)" = 0 ] || skip "SKIPPED: only root can be another user's root"
  git init -q mine
  git -C mine -c user.name=x -c user.email=x@example.org commit -q --allow-empty -m x
  chown -R 65534:65534 mine
  run env -u SUDO_UID GIT_CONFIG_GLOBAL=/dev/null git -C mine rev-parse HEAD
  [ "$status" != 0 ]
  env SUDO_UID=65534 GIT_CONFIG_GLOBAL=/dev/null git -C mine rev-parse HEAD
}

@test "a machine without the program that makes root is told another that it has" {
  cd "$machine/path/to/flake"
  mkdir "$BATS_TEST_TMPDIR/doas"
  ln -s "$machine/bin/"* "$BATS_TEST_TMPDIR/doas/"
  rm "$BATS_TEST_TMPDIR/doas/"{sudo,run0}
  told() { on_machine PATH="$BATS_TEST_TMPDIR/doas" "$@" 2>&1 </dev/null | tail -n 1; }
  [ "$(told HEY_UID=1000 "$repo/scripts/sync.ts" switch --backend nixos-rebuild)" = "sync: sudo is not on PATH. Try: the same with --elevate doas" ]
  [ "$(told HEY_UID=0 "$repo/scripts/sync.ts" switch --backend nixos-rebuild)" = "sync: sudo is not on PATH. Try: the same with --elevate none" ]
  [ "$(told HEY_UID=0 "$repo/scripts/install.ts" --host id3-eniac)" = "install: sudo is not on PATH. Try: the same with --elevate none" ]
  [ "$(told HEY_UID=1000 "$repo/scripts/sync.ts" switch --backend nixos-rebuild --elevate run0)" = "sync: run0 is not on PATH. Try: the same with --elevate doas" ]
}

@test "a command beside a RemoteCommand of ssh's configuration: ssh is told to leave that out; a shell keeps it" {
  printf 'Host vps\n  RemoteCommand tmux attach\nHost web\n  RemoteCommand none\n' >config
  [ "$(on_machine "$repo/scripts/ops-ssh.ts" --ssh-config config --print vps uptime)" = "ssh -o 'RemoteCommand=none' -F config root@vps -- uptime" ]
  [ "$(on_machine "$repo/scripts/ops-ssh.ts" --ssh-config config --print vps)" = "ssh -F config root@vps" ]
  [ "$(on_machine "$repo/scripts/ops-ssh.ts" --ssh-config config --print web uptime)" = "ssh -F config root@web -- uptime" ]
}

# becomes WORDS…: what becomes_root says where sudo says that, and ends with that status.
becomes() {
  local said=$1
  shift
  mkdir -p fake
  printf '%s\n' '#!/bin/sh' 'case "$*" in *"-k -n"*) exit 1 ;; esac' "cat <<'end' >&2" "$said" end 'exit 1' >fake/sudo
  chmod +x fake/sudo
  # shellcheck disable=SC2016
  PATH=$PWD/fake:$PATH dash -c '. "$1/lib/shell/there/become-root.sh"; refuse() { shift; echo "$*"; exit 1; }; shift; becomes_root sudo "$@"' sh "$repo" "$@" </dev/null || :
}

@test "the words of sudo-rs have hey's remedies" {
  local me
  me=$(id -un)
  [[ $(becomes "sudo: I'm sorry $me. I'm afraid I can't do that" none) == "$me may not become root by sudo there; put it into the group wheel there"* ]]
  [[ $(becomes "sudo-rs: I'm sorry $me. I'm afraid I can't do that" later) == "$me may not become root by sudo there; put it into the group wheel there"* ]]
  [[ $(becomes "sudo: PAM error: Authentication token manipulation error" none) == "sudo there asks $me for a password; add --ask-elevate-password"* ]]
  [[ $(becomes "sudo: PAM error: Authentication token manipulation error" later) == "nix-store "* ]]
  [[ $(becomes "sudo-rs: PAM error: Authentication token manipulation error" secret) == "that is not the password of $me there" ]]
}

@test "a login that is refused for too many keys: the line to type names one key" {
  # shellcheck disable=SC2016
  printf '%s\n' '#!/bin/sh' 'case "$*" in -G* | *" -G "*) exec "$HEY_TEST_MACHINE/real/ssh" "$@" ;; esac' \
    'echo "debug1: Connecting to 192.0.2.9 [192.0.2.9] port 22." >&2' \
    'echo "Received disconnect from 192.0.2.9 port 22:2: Too many authentication failures" >&2' 'exit 255' >ssh
  mkdir fake
  mv ssh fake/
  chmod +x fake/ssh
  has_path=$PWD/fake:
  on_machine "$repo/scripts/ops-doctor.ts" 007 192.0.2.9 --flake "$machine/path/to/flake" >out 2>&1 </dev/null || :
  cat out
  grep -q '(login-refused)' out
  grep -q 'ssh -o IdentitiesOnly=yes -i ~/.ssh/id_ed25519 .*192.0.2.9 true' out
  ! grep -q ssh-copy-id out || false
}

# flake_of OWNER: a repository with a flake that has the host one, in the current directory.
flake_of() {
  make_flake "$PWD/flake" one
  rm -rf flake/.git
  git init -q flake
  git -C flake -c user.name=x -c user.email=x@example.org add -A
  git -C flake -c user.name=x -c user.email=x@example.org commit -qm x
  printf 'one\n' >flake/.git/hosts
  remember "$PWD/flake"
  chown -R "$1" flake
}

@test "a host in a submodule: what nix does not see is said, with the reference that shows it" {
  flake_of "$(id -u)"
  git init -q sub
  mkdir -p sub/two
  : >sub/two/default.nix
  git -C sub add -A
  git -C sub -c user.name=x -c user.email=x@example.org commit -qm x
  git -C flake -c protocol.file.allow=always submodule --quiet add "$PWD/sub" machines
  cd flake
  refused() { ! on_machine "$repo/scripts/ops-deploy.ts" "$@" >"$BATS_TEST_TMPDIR/out" 2>&1 </dev/null || false; cat "$BATS_TEST_TMPDIR/out"; }
  refused two 192.0.2.1
  [ "$(tail -n 1 "$BATS_TEST_TMPDIR/out")" = "ops-deploy: the flake in '$PWD' has no host 'two': 'machines' is a submodule of git's, and nix does not see into it. Try: --flake '.?submodules=1'" ]
  refused two 192.0.2.1 --flake "$PWD?shallow=1"
  grep -qF -- "Try: --flake '$PWD?shallow=1&submodules=1'" "$BATS_TEST_TMPDIR/out"
  # A flake may import a host from there by name: doctor says it of one that is known.
  printf 'one\ntwo\n' >.git/hosts
  on_machine "$repo/scripts/ops-doctor.ts" two 192.0.2.1 >"$BATS_TEST_TMPDIR/out" 2>&1 </dev/null || :
  grep -q 'error two: it lies in the submodule machines, into which nix does not see (host-untracked)' "$BATS_TEST_TMPDIR/out"
  # What nix sees elsewhere is no matter.
  mkdir -p hosts/two
  on_machine "$repo/scripts/ops-doctor.ts" two 192.0.2.1 >"$BATS_TEST_TMPDIR/out" 2>&1 </dev/null || :
  ! grep -q 'it lies in the submodule' "$BATS_TEST_TMPDIR/out" || false
  refused three 192.0.2.1
  ! grep -q submodule "$BATS_TEST_TMPDIR/out" || false
}

@test "a repository of another owner, which git does not read: said once, with what makes git trust it" {
  [ "$(id -u)" = 0 ] || skip "SKIPPED: only root can give files away"
  flake_of 65534
  on_machine "$repo/scripts/ops-doctor.ts" one 192.0.2.1 --flake "$PWD/flake" >out 2>err </dev/null || :
  cat err
  [ "$(grep -c "git does not read the repository in '$PWD/flake', as it belongs to " err)" = 1 ]
  grep -q "Try: git config --global --add safe.directory $PWD/flake\$" err
  # Where git trusts it nothing is said; nor of one's own.
  printf '[safe]\n\tdirectory = *\n' >gitconfig
  on_machine GIT_CONFIG_GLOBAL="$PWD/gitconfig" "$repo/scripts/ops-doctor.ts" one 192.0.2.1 --flake "$PWD/flake" >out 2>err </dev/null || :
  ! grep 'git does not read' err || false
  chown -R 0 flake
  on_machine "$repo/scripts/ops-doctor.ts" one 192.0.2.1 --flake "$PWD/flake" >out 2>err </dev/null || :
  ! grep 'git does not read' err || false
}

@test "a directory's name with what can't be seen: it is the directory that is to be renamed, as nobody has typed that" {
  local dir="$PWD/dots-❄️"
  make_flake "$dir" id3-eniac
  remember "$dir"
  cd "$dir"
  ! on_machine "$repo/scripts/sync.ts" boot --backend nixos-rebuild --print >"$BATS_TEST_TMPDIR/out" 2>&1 </dev/null || false
  cat "$BATS_TEST_TMPDIR/out"
  grep -q '(U+FE0F); give that file or directory another name$' "$BATS_TEST_TMPDIR/out"
}

@test "a page that would go to a terminal or a pipe is refused, and nobody is told to remove /dev/stdout" {
  local path
  ln -s /dev/null null
  for path in /dev/stdout /dev/fd/1 null; do
    ! on_machine "$repo/scripts/ops-status.ts" 007 192.0.2.1 --flake "$machine/path/to/flake" --html "$path" 2>err </dev/null || false
    cat err
    ! grep remove err || false
  done
  grep -q "'null' is not an ordinary file; type another path" err
  : >page
  ln -s page link
  ! on_machine "$repo/scripts/ops-status.ts" 007 192.0.2.1 --flake "$machine/path/to/flake" --html link 2>err || false
  grep -q "'link' is a link; type the path that it points to, or remove it" err
}

@test "man pages are for everybody, whatever the umask" {
  (umask 077 && on_machine "$repo/scripts/help.ts" --man-dir "$PWD/man/man1")
  [ "$(find man -type f ! -perm 644 | wc -l)" = 0 ]
  [ "$(find man -type d ! -perm 755 | wc -l)" = 0 ]
  [ "$(find man -type f | wc -l)" -gt 5 ]
}
