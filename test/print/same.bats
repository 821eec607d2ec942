#!/usr/bin/env bats
# What same says of two revisions, each of which prints texts of this test's own.

setup_file() {
  local repo=${BATS_TEST_DIRNAME%/test/*} name
  "$repo/test/lib/world/enter" --works || skip "SKIPPED: namespaces with an overlay aren't allowed here"
  cd "$BATS_FILE_TMPDIR"
  mkdir -p checkout/{test/{cases,print},scripts,texts,node_modules}
  cd checkout
  cp -r "$repo/test/lib" test/
  cp "$BATS_TEST_DIRNAME"/{same,functions.cjs} test/print/
  # shellcheck disable=SC2016
  printf '%s\n' '#!/bin/sh' 'cat "${0%/*}/../texts/$2"' >scripts/ops-deploy.ts
  chmod +x scripts/ops-deploy.ts
  for name in alone comment far-form word far-word fault left functions; do
    echo "# \$ ops-deploy.ts $name" >"test/cases/$name.sh"
    cat >"texts/$name" <<'TEXT'
set -eu
# It is asked first.
ask() {
  ssh root@vps -- 'sh -c '\''echo "$(id -un)"
systemctl restart "$1"'\'' sh nginx'
}
note() { touch "$HOME/noted"; }
if who=$(ask); then
  nixos-rebuild switch --flake ".#$who"
else
  exit 3
fi
if command -v note >/dev/null; then note; fi
TEXT
  done
  git init -q
  git add -A
  git -c user.name=me -c user.email=me@localhost commit -qm before
  sed -i 's/# It is asked first/# The target is asked first/' texts/comment
  # One program that is given the name of a function, in a variable.
  sed -i -e "s/^  ssh .*/  program='restart() { id -un; systemctl restart \"\$unit\"; }'/" \
    -e "s/^systemctl .*/  ssh root@vps -- \"unit=nginx; \$program; restart\"/" texts/far-form
  sed -i 's/rebuild switch/rebuild boot/' texts/word
  sed -i 's/sh nginx/sh sshd/' texts/far-word
  sed -i 's/exit 3/exit 4/' texts/fault
  sed -i 's/noted"/written"/' texts/left
  sed -i '/^note() /d' texts/functions
}

@test "each of the four levels is told, and what differs" {
  local name
  run "$BATS_FILE_TMPDIR/checkout/test/print/same" HEAD
  echo "$output"
  [ "$status" -eq 1 ]
  for name in "same bytes      alone" "same trace      comment" "same trace      far-form" "same functions  functions" \
    "different       word" "different       far-word" "different       fault" "different       left"; do
    grep -qx "$name" <<<"$output"
  done
  grep -q "^  <   switch" <<<"$output"
  grep -q "^  >   boot" <<<"$output"
  grep -q "^  <   nginx" <<<"$output"
  grep -q "run by .* with here-ssh.1:.* failing" <<<"$output"
  [[ $output == *"same bytes      1"*"same trace      2"*"same functions  1"*"different       4" ]]
}

@test "it fails where a case is below what is asked for" {
  local same=$BATS_FILE_TMPDIR/checkout/test/print/same
  "$same" --at-least trace HEAD comment
  run "$same" --at-least bytes HEAD comment
  [ "$status" -eq 1 ]
  "$same" --at-least functions HEAD 'func*'
  run "$same" HEAD no-such-case
  [ "$status" -eq 2 ]
}
