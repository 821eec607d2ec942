# Words of the tests of guarded deployments, for both kinds of host.
# shellcheck source=/dev/null
. "$BATS_TEST_DIRNAME/../lib/printed.bash"

guarded_setup() {
  bats_require_minimum_version 1.5.0
  init=$1
  host=vps-ultraman
  target=vps_ultraman_root
  lab knobs $host "{\"marker\": \"$BATS_TEST_NUMBER\"}"
  old=$(running)
}

deploy() { "$SCRIPTS/ops-deploy.ts" "$host" "$target" "$@"; }

faults_as_expected() {
  local results=${HEY_FAULTS:-$BATS_TEST_TMPDIR}/$init.tsv
  "$BATS_TEST_DIRNAME/../faults/run" "$init" table >"$results"
  # As many as the table has for this kind of host, each as it says.
  [ "$(wc -l <"$results")" = "$(grep '^row ' "$BATS_TEST_DIRNAME/../faults/table.bash" | grep -vcE " on $([ "$init" = plain ] && echo systemd || echo plain) ")" ]
  awk -F '\t' '$4 != $7 || $5 != $8 || $6 != "" { print; wrong = 1 } END { exit wrong }' "$results"
  "$BATS_TEST_DIRNAME/../faults/markdown" "$results" >"$BATS_TEST_TMPDIR/rows"
  refute grep -vxFf "$BATS_TEST_DIRNAME/../../docs/guard.md" "$BATS_TEST_TMPDIR/rows"
  [ "$(sed -n '/^<!-- faults -->/,/^<!-- \/faults -->/p' "$BATS_TEST_DIRNAME/../../docs/guard.md" | grep -c '^| ')" = "$(grep -c -e '^row ' -e '^# What can go wrong' "$BATS_TEST_DIRNAME/../faults/table.bash")" ]
}

# Of 60 confirmations that arrive around the moment when the host goes back, some win and some don't; host and status always agree.
at_the_deadline() {
  local results=$BATS_TEST_TMPDIR/deadline
  "$BATS_TEST_DIRNAME/../faults/run" "$init" deadline >"$results"
  cat "$results"
  [ "$(wc -l <"$results")" = 60 ]
  [ "$(grep -c 'confirmed$' "$results")" -ge 10 ]
  [ "$(grep -c 'gone back$' "$results")" -ge 10 ]
  [ "$(grep -cE '(confirmed|gone back)$' "$results")" = 60 ]
}

# at_once N
at_once() {
  local number pids=() pid status winners=0 refused=0
  lab knobs $host "{\"marker\": \"at once $1\", \"activationScript\": \"sleep 3\"}"
  # nix waits five seconds for another that builds the same.
  nix build --no-link ".#nixosConfigurations.$host.config.system.build.toplevel"
  new=$(built)
  for number in $(seq "$1"); do
    deploy --guard >"$BATS_TEST_TMPDIR/out.$number" 2>&1 3>&- &
    pids+=($!)
  done
  for number in $(seq "$1"); do
    status=0
    wait "${pids[number - 1]}" || status=$?
    case $status in
      0) winners=$((winners + 1)) ;;
      13) refused=$((refused + 1)) && tail -n 1 "$BATS_TEST_TMPDIR/out.$number" | grep -q "holds the lock: root@id3-eniac, since .*(status 13)" ;;
    esac || { cat "$BATS_TEST_TMPDIR/out.$number"; return 1; }
  done
  echo "$1 at once: $winners won, $refused were refused"
  [ "$winners" = 1 ]
  [ $((winners + refused)) = "$1" ]
  [ "$(running) $(profile) $(next_boot)" = "$new $new $new" ]
  [ -z "$(leftovers)" ]
}
