#!/usr/bin/env bats
# What ops-log and the page of ops-status make of a log, whatever stands in it. No host is needed.
load ../lib/machine

setup_file() {
  . "$BATS_TEST_DIRNAME/../lib/machine.bash"
  make_machine "$BATS_FILE_TMPDIR/machine"
}

setup() {
  bats_require_minimum_version 1.5.0
  machine=$BATS_FILE_TMPDIR/machine
  noted=$machine/home/me/.local/state/hey/log
  rm -rf "$noted"
  mkdir -p "${noted%/*}"
  cd "$machine/path/to/fleet"
}

log() { on_machine "$repo/scripts/ops-log.ts" "$@"; }

@test "a log of any length is shown and printed, as the table and as JSON" {
  node -e 'for (let n = 0; n < 1000; n++) console.log(JSON.stringify({ began: 1700000000 + n, ended: 1700000001 + n, status: 1, host: "web1", said: "x".repeat(300) }))' >"$noted"
  for words in --json ""; do
    # shellcheck disable=SC2086
    log -n 1000 $words >"$BATS_TEST_TMPDIR/out"
    [ "$(wc -c <"$BATS_TEST_TMPDIR/out")" -gt 300000 ]
    for shell in dash bash "zsh -f" "busybox sh"; do
      # shellcheck disable=SC2086
      log -n 1000 $words --print | on_machine $shell | cmp - "$BATS_TEST_TMPDIR/out"
    done
  done
  [ "$(log -n 1000 --json | jq length)" = 1000 ]
  # A reader that has gone is no fault, and is not told of.
  run bash -c '"$@" | head -n 1; echo "${PIPESTATUS[0]}"' sh env -C "$PWD" HOME="$machine/home/me" "$repo/scripts/ops-log.ts" -n 1000
  [[ ${#lines[@]} = 2 && ${lines[0]} == When* && ${lines[1]} == 141 ]]
}

@test "a script that is too long for /bin/sh is said to be, and not as if it had ended" {
  long=$(head -c 60000 /dev/zero | tr '\0' x)
  run on_machine "$repo/scripts/ops-ssh.ts" web1 "$long" "$long" "$long"
  echo "${output: -200}"
  [ "$status" = 1 ]
  [ "$output" = "ops-ssh: /bin/sh can't be started: E2BIG" ]
}

# page WORDS…: of hosts that do not answer, as one must be made of the log alone
page() {
  rm -f "$BATS_TEST_TMPDIR/page.html"
  run on_machine timeout 60 "$repo/scripts/ops-status.ts" --html "$BATS_TEST_TMPDIR/page.html" "$@"
  echo "$output"
  [ "$status" = 21 ]
  xmllint --huge --noout "$BATS_TEST_TMPDIR/page.html"
}
paged() { xmllint --huge --xpath "$1" "$BATS_TEST_TMPDIR/page.html"; }

@test "a line with a time or a status that there is none of is no entry, and the page is made without it" {
  local odd
  now=$(date +%s)
  echo "{\"began\": $((now - 60)), \"ended\": $((now - 30)), \"status\": 0, \"verb\": \"ops-deploy\", \"host\": \"web1\"}" >"$noted"
  for odd in '"began": 1e300' '"ended": 1e300' '"began": -1' '"began": 253402300800' '"ended": null' '"began": 1.5' '"status": 256' '"status": -1' '"status": 0.5' '"status": "0"' '"began": [1]'; do
    # Of two members of one name the last one counts.
    echo "{\"began\": $now, \"ended\": $now, \"status\": 1, \"verb\": \"ops-deploy\", \"host\": \"web1\", $odd}" >>"$noted"
  done
  [ "$(log --json | jq -c 'map([.ms, .status])')" = "[[30000,0]]" ]
  page
  [ "$(paged "count(//*[@id = 'web1']//*[local-name() = 'g'])")" = 1 ]
  paged "string(//*[@id = 'web1']//*[local-name() = 'figcaption'])" | grep -qx '1 deploy, the longest 30 s'
}

@test "a clock that was set back, and one that was wrong: no time below nothing, and the charts end now" {
  now=$(date +%s)
  {
    echo "{\"began\": $((now - 60)), \"ended\": $((now - 5000)), \"status\": 0, \"verb\": \"ops-deploy\", \"host\": \"web1\"}"
    echo "{\"began\": 253402300799, \"ended\": 253402300799, \"status\": 0, \"verb\": \"ops-deploy\", \"host\": \"web1\"}"
    echo '{"began": 0, "ended": 253402300799, "status": 0, "verb": "ops-deploy", "host": "web1"}'
  } >"$noted"
  [ "$(log --json | jq -c 'map([.began, .ms])')" = "[[\"1970-01-01T00:00:00.000Z\",253402300799000],[\"$(date -u -d "@$((now - 60))" +%FT%T).000Z\",0],[\"9999-12-31T23:59:59.000Z\",0]]" ]
  page
  [ "$(paged "count(//*[@id = 'web1']//*[local-name() = 'g'])")" = 1 ]
  [ "$(paged "string((//*[@class = 'axis'])[last()]/*[last()])")" = "$(date -u +%F)" ]
  refute_page NaN
}
refute_page() { if grep -o ".\{40\}$1.\{40\}" "$BATS_TEST_TMPDIR/page.html"; then return 1; fi; }

@test "a hundred thousand deploys and more: a page that a browser opens, with the number of all of them" {
  node -e 'const now = Math.floor(Date.now() / 1000);
    for (let n = 150000; n > 0; n--) console.log(JSON.stringify({ began: now - n * 20, ended: now - n * 20 + 5, status: n % 2, by: "me@here", verb: "ops-deploy", host: "web1" }))' >"$noted"
  page
  [ "$(wc -c <"$BATS_TEST_TMPDIR/page.html")" -lt 1000000 ]
  paged "string(//*[@id = 'web1']//*[local-name() = 'figcaption'])" | grep -qx '150000 deploys, the longest 5 s, of which the last 500 are drawn'
  [ "$(paged "count(//*[@id = 'web1']//*[local-name() = 'g'])")" = 500 ]
  paged "string(//*[@id = 'web1']//*[@class = 'legend'])" | grep -qx '75000 done0 went back75000 failed'
  [ "$(log -n 1000 --json | jq length)" = 1000 ]
}

@test "texts of a log: of any length and any characters, none is refused, none reaches the terminal or is markup" {
  node -e 'const entry = (more) => console.log(JSON.stringify({ began: 1700000000, ended: 1700000001, status: 1, by: "me", verb: "ops-deploy", host: "web1", ...more }));
    entry({ said: "a\u00a0b\u2028c\u2029d\ufffde\ud800f\u001b[31mg\u202eh\ufffei\u009bj\u180ek" });
    entry({ said: "</script><b>&\"\u0027" , by: "]]><script>", from: "</data>", to: "<i>", transcript: "javascript:alert(1)" });
    for (const name of ["said", "by", "verb", "target", "from", "to", "reboot", "transcript"]) entry({ [name]: "\u{1f600}".repeat(500000) });
    for (const odd of [7, null, [], {}, true]) entry({ said: odd, by: odd, verb: odd, host: odd, from: odd });
    entry({ __proto__: null, constructor: 1, host: "__proto__" });' >"$noted"
  printf '\377\376{"began": 1}\n{"began": 1700000000, "ended": 1700000001, "status": 1, "host": "web1", "said": "\351t\351"}\n' >>"$noted"
  log >"$BATS_TEST_TMPDIR/out"
  [ "$(grep -c ' failed (1)$' "$BATS_TEST_TMPDIR/out")" = 17 ]
  grep -qx '    a bcdef\[31mghijk' "$BATS_TEST_TMPDIR/out"
  refute grep -qP '[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]' "$BATS_TEST_TMPDIR/out"
  [ "$(wc -c <"$BATS_TEST_TMPDIR/out")" -lt 10000000 ]
  [ "$(log --json | jq length)" = 17 ]
  log --print | on_machine sh | cmp - "$BATS_TEST_TMPDIR/out"
  page --on web1
  refute_page '<script'
  refute_page '<b>&'
}
refute() { if "$@"; then return 1; fi; }

@test "what is there in the log's place and is none is said; a pipe holds nobody up, neither who reads nor who notes" {
  local kind shell
  for kind in "mkdir" "mkfifo" "ln -s /dev/zero"; do
    rm -rf "$noted"
    $kind "$noted"
    for verb in ops-log "ops-status --html $BATS_TEST_TMPDIR/page.html"; do
      # shellcheck disable=SC2086
      run --separate-stderr on_machine timeout -s KILL 10 "$repo/scripts/${verb%% *}.ts" ${verb#"${verb%% *}"}
      [ "$status:$output" = 1: ]
      [ "$stderr" = "${verb%% *}: '$noted' is not an ordinary file" ]
    done
    for shell in dash bash "zsh -f" "busybox sh"; do
      # shellcheck disable=SC2086
      on_machine "$repo/scripts/ops-deploy.ts" web1 --backend nix --no-guard --print | on_machine timeout -s KILL 10 $shell || [ $? != 137 ]
    done
    on_machine timeout -s KILL 10 "$repo/scripts/ops-deploy.ts" web1 --backend nixos-rebuild --no-guard || [ $? != 137 ]
  done
  rm -rf "$noted"
  # The stub for ssh answers nothing.
  on_machine "$repo/scripts/ops-deploy.ts" web1 --backend nixos-rebuild --no-guard || :
  [ "$(jq -c keys_unsorted "$noted")" = '["began","ended","status","by","verb","host","target","untouched","said"]' ]
  [ "$(id -u)" = 0 ] || { chmod 0 "$noted" && run log && [ "$status" = 1 ]; }
}

@test "what has changed nothing is no deploy of the page, and is in the log; of an old line it is not known" {
  now=$(date +%s)
  entry() { echo "{\"began\": $((now - 60)), \"ended\": $((now - 30)), \"status\": $1, \"verb\": \"ops-deploy\", \"host\": \"web1\"$2}"; }
  { entry 0 '' && entry 1 '' && entry 1 ', "untouched": "yes"' && entry 0 ', "untouched": "yes"' && entry 10 ', "untouched": "no"'; } >"$noted"
  [ "$(log --json | jq -c 'map([.status, .untouched])')" = "[[0,null],[1,null],[1,true],[0,true],[10,null]]" ]
  [ "$(log | sed 1d | sed 's/.* 30 s  *//' | paste -sd ,)" = "rolled back,already so,nothing changed (1),failed (1),done" ]
  page
  [ "$(paged "count(//*[@id = 'web1']//*[local-name() = 'g'])")" = 3 ]
  [ "$(paged "count(//*[@id = 'web1']//*[@class = 'deploys']//*[local-name() = 'tbody']/*)")" = 3 ]
  paged "string(//*[@id = 'web1']//*[local-name() = 'figcaption'])" | grep -qx '3 deploys, the longest 30 s'
  paged "string(//*[@id = 'web1']//*[@class = 'legend'])" | grep -qx '1 done1 went back1 failed'
  paged "string(//*[@class = 'tiles'])" | grep -qx "3deploys since .*, 1 failed"
}

@test "on a terminal the log fits it: what is least important is left out; elsewhere nothing is" {
  echo '{"began": 1700000000, "ended": 1700000061, "status": 12, "by": "somebody@workstation", "verb": "ops-deploy", "host": "vps-ultraman", "from": "11", "to": "12", "reboot": "kernel 6.6.1 → 6.6.8"}' >"$noted"
  local columns
  for columns in 80 100; do
    on_machine "$(command -v script)" -qec "$(command -v stty) cols $columns rows 40; '$repo/scripts/ops-log.ts'" /dev/null </dev/null | tr -d '\r' >"$BATS_TEST_TMPDIR/seen"
    cat "$BATS_TEST_TMPDIR/seen"
    [ "$(LC_ALL=C.UTF-8 wc -L <"$BATS_TEST_TMPDIR/seen")" -le "$columns" ]
    grep -q '^When .* Host .* What .* Result$' "$BATS_TEST_TMPDIR/seen"
    grep -q 'vps-ultraman .*rolled back' "$BATS_TEST_TMPDIR/seen"
  done
  log | grep -q '^When .*By .*Generation .*Reboot needed .*Time .*Result$'
}
