#!/usr/bin/env bats
# hey runs with the oldest Node.js that package.json takes, and with the newest that there is: a part of the other tests, with each of them.
load ../lib/machine

# What is most likely to differ: how we are loaded and what is kept of that, programs that are started, what they inherit, and texts.
chosen=(
  'print/launcher.bats|from any directory|what is kept is used|what is kept of a file|zx.s variables|the commands see the caller|with NODE_OPTIONS|hey help: every verb'
  'print/log.bats|texts of a log'
  'print/several.bats|where one fails the others go on'
  'machines/hosts.bats|a table, the reasons'
  'machines/hey-toml.bats|it need not be known'
)

setup_file() {
  local nodes
  nodes=$("$repo/test/nodes" 2>"$BATS_FILE_TMPDIR/why") || nodes=
  export oldest=${nodes%%$'\n'*} newest=${nodes##*$'\n'}
  # What is kept is of one version.
  unset HEY_CACHE
}

setup() { [ -n "$oldest" ] || skip "SKIPPED: $(tail -n 1 "$BATS_FILE_TMPDIR/why")"; }

# with DIR: the chosen part, by the node that lies there.
with() {
  local row file version failed=0
  version=$("$1/node" --version)
  for row in "${chosen[@]}"; do
    file=${row%%|*}
    # A machine of the tests takes the node that is first on PATH.
    PATH=$1:$PATH timeout 300 bats --formatter tap -f "${row#*|}" "$repo/test/$file" >"$BATS_TEST_TMPDIR/out" 2>&1 </dev/null || failed=1
    grep '^not ok' -A 12 "$BATS_TEST_TMPDIR/out" || :
    grep -q '^ok' "$BATS_TEST_TMPDIR/out" || { echo "$file: no test ran" && failed=1; }
  done
  echo "node $version" >&3
  [ "$failed" = 0 ]
}

@test "with the oldest" { with "$oldest"; }

@test "with the newest" {
  [ "$("$newest/node" -p 'process.versions.node.split(".")[0]')" -gt "$("$oldest/node" -p 'process.versions.node.split(".")[0]')" ]
  with "$newest"
}
