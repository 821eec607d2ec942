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
reference() { on_machine "$@" --backend nixos-rebuild --print 2>err | sed -n "s/.* --flake \([^ ]*\) .*/\1/p" | tr -d "'"; }

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
