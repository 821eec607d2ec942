#!/usr/bin/env bats
# What ops-status says of hosts, against what these say themselves.

load words
load guarded
load fleet
load elevated

setup_file() {
  lab_only
  host=vps-ultraman
  admin_with_password
}
setup() { guarded_setup plain; }

status() { "$SCRIPTS/ops-status.ts" "$@"; }
# of HOST FILTER: from what was written as JSON
of_host() { jq -r --arg host "$1" ".[] | select(.host == \$host) | $2" "$BATS_TEST_TMPDIR/json"; }
# paged XPATH: from the page that was written
paged() { xmllint --xpath "$1" "$BATS_TEST_TMPDIR/page.html"; }
# fact HOST NAME N: the Nth exact number that the page has for a fact
fact() { paged "string(//*[@data-host='$1']/*[*[1] = '$2']/*[2]//*[local-name() = 'data'][$3]/@value)"; }

# answering COMMAND: what $host runs for a login of root, whatever it is asked
answering() { lab host $host sh -c 'printf "#!/bin/sh\n%s\n" "$1" >/tmp/answer && chmod 755 /tmp/answer && sed -i "s#^ssh#command=\"/tmp/answer\" ssh#" /etc/ssh/authorized_keys.d/root' sh "$1"; }
as_ever() { lab host $host sed -i 's#^command="[^"]*" ##' /etc/ssh/authorized_keys.d/root; }

teardown() {
  as_ever
  lab link vps-pacman up
  lab delay vps-pacman 0
}

@test "every number is the host's own, in JSON and in the page; a connection each, and nothing is changed" {
  lab knobs $host '{"marker": "numbers", "revision": "0123456789abcdef0123456789abcdef01234567-dirty"}'
  rm -f "$XDG_STATE_HOME/hey/log"
  deploy --backend nix
  lab knobs $host '{"marker": "numbers", "revision": "0123456789abcdef0123456789abcdef01234567-dirty", "activationStatus": 1}'
  run deploy --backend nix
  "$SCRIPTS/ops-rollback.ts" $host $target --force
  before=$(logins $host)
  activations=$(activations)
  status --on 'vps*' --eval --json --html "$BATS_TEST_TMPDIR/page.html" >"$BATS_TEST_TMPDIR/json"
  [ $(($(logins $host) - before)) = 1 ]
  [ "$(activations)" = "$activations" ]
  for name in vps-ultraman vps-pacman; do
    there() { lab host $name "$@"; }
    [ "$(of_host $name '"\(.runs) \(.boots) \(.booted) \(.user)"')" = "$(there readlink /run/current-system) $(there readlink -f /nix/var/nix/profiles/system) $(there readlink /run/booted-system) root" ]
    link=$(there readlink /nix/var/nix/profiles/system)
    [ "system-$(of_host $name .generation)-link system-$(fact $name Generation 1)-link" = "$link $link" ]
    [ "$(of_host $name '.date | sub("\\.\\d+Z"; "Z") | fromdateiso8601')" = "$(there stat -c %Y "/nix/var/nix/profiles/$link")" ]
    [ "$(of_host $name '"\(.kernelVersion) \(.nixosVersion) \(.cores)"')" = "$(there uname -r) $(there cat /run/current-system/nixos-version) $(there nproc)" ]
    memory=$(($(there sed -n 's/^MemTotal: *\([0-9]*\).*/\1/p' /proc/meminfo) * 1024))
    [ "$(of_host $name .memory.total) $(fact $name Memory 2)" = "$memory $memory" ]
    boot=$(there df -P -k /boot | awk 'END { print $2 * 1024, $4 * 1024 }')
    [ "$(of_host $name '.disks[] | select(.at == "/boot") | "\(.size) \(.free)"')" = "$boot" ]
    [ "$(fact $name 'Disk /boot' 2) $(($(fact $name 'Disk /boot' 2) - $(fact $name 'Disk /boot' 1)))" = "$boot" ]
    up=$(there cut -d . -f 1 /proc/uptime)
    [ "$(of_host $name .uptime)" = "$(fact $name Up 1)" ]
    [ $((up - $(of_host $name .uptime))) -ge 0 ] && [ $((up - $(of_host $name .uptime))) -lt 30 ]
    [ "$(of_host $name '"\(.load) \(.memory.available)"')" = "$(fact $name Load 1) $((memory - $(fact $name Memory 1)))" ]
    # There is no systemd that could be asked for units.
    [ "$(of_host $name '"\(.answers) \(.armed | length) \(.failedUnits) \(.activationFailed)"')" = "true 0 null false" ]
  done
  [ "$(of_host $host .revision)" = 0123456789abcdef0123456789abcdef01234567-dirty ]
  [ "$(of_host vps-pacman .revision)" = null ]
  paged "//*[@id = '$host']" | grep -q "<code>0123456789abcdef0123456789abcdef01234567-dirty</code>"
  # Its deploys are those of the log.
  paged "//*[@id = '$host']" >"$BATS_TEST_TMPDIR/section"
  for text in ">1 done<" ">1 went back<" ">1 failed<" "3 deploys" "failed (1)" "the activation failed"; do grep -qF "$text" "$BATS_TEST_TMPDIR/section"; done
  [ "$("$SCRIPTS/ops-log.ts" $host --json | jq -r 'map(.ms) | sort | join(",")')" = "$(paged "//*[@id = '$host']//*[local-name() = 'tr']//*[local-name() = 'data']/@value" | tr -cd '0-9\n' | grep . | sort -n | paste -sd ,)" ]
  [ "$(paged "count(//*[@id = '$host']//*[local-name() = 'g'])")" = 3 ]
  # docs/json.md has every field.
  [ "$(of_host $host 'keys[]' | sort | tr '\n' ' ')" = "activationFailed answers armed booted boots cores date disks flake generation host kernelVersion load memory ms name nixosVersion revision runs target uptime user " ]
  for field in $(of_host $host 'keys[]') why reboot failedUnits; do
    sed -n '/^### ops status/,/^### ops doctor/p' "$BATS_TEST_DIRNAME/../../docs/json.md" | grep -qE "^\| \`([a-zA-Z]+, )*$field(, [a-zA-Z]+)*\` " || { echo "$field is not in docs/json.md"; false; }
  done
}

@test "the page stands alone and is well-formed; it is put there at once, and what can't be written is refused before anyone is asked" {
  page=$BATS_TEST_TMPDIR/page.html
  echo old >"$page"
  chmod 640 "$page"
  was=$(stat -c %i "$page")
  status --on 'vps*' --html "$page"
  [ "$(stat -c %i "$page")" != "$was" ]
  [ "$(stat -c %a "$page")" = 640 ]
  [ "$(find "$BATS_TEST_TMPDIR" -name '.page*')" = "" ]
  xmllint --noout "$page"
  grep -q '<meta name="viewport" content="width=device-width' "$page"
  grep -q 'prefers-color-scheme: dark' "$page"
  refute grep -qE '<script|<link|<img|<iframe|@import|url\(|src=' "$page"
  # No address but a name of XML's.
  [ "$(grep -oE '[a-z]+://[^"]*' "$page")" = http://www.w3.org/1999/xhtml ]
  [ "$(grep -oE 'href="[^#"][^"]*' "$page")" = "" ]
  mkdir "$BATS_TEST_TMPDIR/dir"
  ln -s dir/elsewhere "$BATS_TEST_TMPDIR/link.html"
  mkfifo "$BATS_TEST_TMPDIR/pipe"
  before=$(logins $host)
  for bad in link.html dir pipe none/page.html page.html/x; do
    run status --on 'vps*' --html "$BATS_TEST_TMPDIR/$bad"
    echo "$output"
    [ "$status" = 1 ]
    [[ ${#lines[@]} = 1 && ${lines[0]} == "ops-status: '"* ]]
  done
  [ "$(logins $host)" = "$before" ]
  [ ! -e "$BATS_TEST_TMPDIR/dir/elsewhere" ]
}

@test "one whose cable is out, one that hangs once it is reached, one slow, one that does not resolve: each said, none held up by another, 21" {
  lab link vps-pacman down
  answering 'sleep 60'
  began=$SECONDS
  run --separate-stderr status --all --json
  took=$((SECONDS - began))
  echo "$output" "$stderr" "$took s"
  [ "$status" = 21 ]
  [ "$took" -le 14 ]
  printf %s "$output" >"$BATS_TEST_TMPDIR/json"
  [[ $(of_host vps-pacman .why) == *"timed out"* || $(of_host vps-pacman .why) == "has not answered within"* ]]
  [[ $(of_host $host '"\(.answers) \(.why)"') == "false has not answered within 6 s" ]]
  [[ $(of_host id3-eniac .why) == *"not resolve"* ]]
  refute pgrep -f 'ssh .*BatchMode=yes.*ConnectTimeout=2.*vps-pacma[n]'
  lab link vps-pacman up
  lab delay vps-pacman 120
  as_ever
  run status --on 'vps*'
  echo "$output"
  [ "$status" = 0 ]
  [ "$(grep -c ' well$' <<<"$output")" = 2 ]
}

@test "what is owed, armed and differs is seen" {
  deploy --backend nix
  lab knobs $host '{"marker": "newer", "kernel": "6.6.9"}'
  status $host --eval --json >"$BATS_TEST_TMPDIR/json"
  [ "$(of_host $host .flake)" = differs ]
  deploy --backend nix
  status $host --eval --json >"$BATS_TEST_TMPDIR/json"
  [ "$(of_host $host '"\(.flake) \(.reboot)"')" = "same kernel 6.6.1 → 6.6.9" ]
  run status --on $host
  [[ ${lines[1]} == *"reboot needed: kernel 6.6.1 → 6.6.9" ]]
  lab knobs $host '{"marker": "armed", "kernel": "6.6.9", "activationHang": "units"}'
  deploy --guard --confirm-timeout 30 >"$BATS_TEST_TMPDIR/said" 2>&1 3>&- &
  job=$!
  until_there 20 grep -q 'activate on' "$BATS_TEST_TMPDIR/said"
  run status $host
  echo "$output"
  # Only root may see it, which --elevate makes of an admin where sudo asks for no password.
  sudo_rules 'admin ALL=(ALL) ALL'
  for words in "" "--elevate sudo"; do
    # shellcheck disable=SC2086
    status $host admin@$target $words --json >"$BATS_TEST_TMPDIR/json"
    [ "$(of_host $host '"\(.user) \(.answers) \(.armed)"')" = "admin true null" ]
  done
  status $host admin@$target | grep -q '^State .*only root may see what is armed'
  sudo_rules 'admin ALL=(ALL) NOPASSWD: ALL'
  status $host admin@$target --elevate sudo --json >"$BATS_TEST_TMPDIR/json"
  "$SCRIPTS/ops-deploy.ts" $host $target --cancel
  wait "$job" || :
  [ "$status" = 0 ]
  [[ $(grep '^Armed ' <<<"$output") == *"goes back in "*" s unless confirmed ("*"@id3-eniac"*")" ]]
  [[ $(of_host $host '"\(.user) \(.armed | length) \(.armed[0])"') == "root 1 goes back in "* ]]
}

# Nothing is owed any more.
renewed() {
  deploy --backend nix --force --reboot=if-needed
  lab wait $host
}

@test "a host that does not evaluate is said, with 20, and the others are compared all the same" {
  echo 'throw "no"' >"$FLEET/hosts/vps-pacman/default.nix"
  run --separate-stderr status --on 'vps*' --eval --json
  git -C "$FLEET" checkout -q hosts/vps-pacman
  printf %s "$output" >"$BATS_TEST_TMPDIR/json"
  [ "$status" = 20 ]
  [ "$(of_host vps-pacman .flake)" = "does not evaluate" ]
  [ "$(of_host vps-pacman .answers)" = true ]
  [ "$(of_host $host .flake)" = differs ]
}

@test "what a host says is data: no escape reaches a terminal, no markup a page, and half an answer is none" {
  evil='printf "runs /nix/store/<script>alert(1)</script>\nruns /nix/store/00000000000000000000000000000000-x\nboots nothing\nversion 26.05\033[2J\007\342\200\256<script>alert(2)</script>\nkernel %s\nnumber 99999999999999999999999\ndate 9e99\nup -5\nmemory 0\navailable 7\ndisk / 0 0\ndisk /<b> 10 5\ndisk /x 5 10\nunit \"><script>\nreboot a -> b'"'"'&\narmed open 99999999999999 x\narmed open 5 <i>\nload NaN\ncores 1e400\n" "$(head -c 5000 /dev/zero | tr "\0" k)"'
  answering "$evil"
  run --separate-stderr status --on "vps*" --json --html "$BATS_TEST_TMPDIR/page.html"
  [ "$status" = 21 ]
  printf %s "$output" >"$BATS_TEST_TMPDIR/json"
  [ "$(of_host $host '"\(.answers) \(.why) \(.runs) \(.date) \(.uptime) \(.memory) \(.load) \(.cores) \(.generation)"')" = "false has given half an answer (status 0) /nix/store/00000000000000000000000000000000-x null null null null null null" ]
  [ "$(of_host $host '.disks | map(.at) | join(" ")')" = "/<b>" ]
  [ "$(of_host $host '.kernelVersion | length')" = 200 ]
  [ "$(of_host $host '.armed | join(" ")')" = "goes back in 5 s unless confirmed (<i>)" ]
  [ "$(of_host vps-pacman .answers)" = true ]
  answering "$evil; echo over yes"
  status $host --json --html "$BATS_TEST_TMPDIR/page.html" >"$BATS_TEST_TMPDIR/json"
  [ "$(of_host $host .answers)" = true ]
  refute grep -qE '<(script|i)>|/<b>' "$BATS_TEST_TMPDIR/page.html"
  grep -qF '&lt;script&gt;alert(2)&lt;/script&gt;' "$BATS_TEST_TMPDIR/page.html"
  xmllint --noout "$BATS_TEST_TMPDIR/page.html"
  for words in "$host" "--on $host" "$host --json"; do
    # shellcheck disable=SC2086
    status $words >"$BATS_TEST_TMPDIR/said"
    refute grep -qP '[\x00-\x09\x0b-\x1f\x7f]|\xe2\x80\xae' "$BATS_TEST_TMPDIR/said"
  done
  # More than anyone reads.
  answering 'yes "unit $(head -c 4000 /dev/zero | tr "\0" u)" | head -c 50000000; echo over yes'
  run status $host --json
  [ "$status" = 21 ]
  [ "${#output}" -lt 30000 ]
  answering 'echo "This account is currently not available."'
  run status $host
  [ "$status" = 21 ]
  [[ $output == *"has said nothing that can be understood (status 0)"* ]]
}

@test "the table fits the terminal, with colours there only; nothing is left out without one" {
  renewed
  lab link vps-pacman down
  status --on 'vps*' >"$BATS_TEST_TMPDIR/said" || :
  refute grep -q $'\e' "$BATS_TEST_TMPDIR/said"
  for head in Host Generation Made NixOS Kernel Disk Memory Load Up State; do sed 1q "$BATS_TEST_TMPDIR/said" | grep -qw $head; done
  for width in 16 30 60 100; do
    in_tmux new-session -d -x $width -y 20 "$SCRIPTS/ops-status.ts --on 'vps*'; echo \"ended \$?\"; sleep 600" 3>&-
    until_seen '^ended 21'
    in_tmux capture-pane -p -e >"$BATS_TEST_TMPDIR/coloured"
    screen >"$BATS_TEST_TMPDIR/shown"
    close_terminal
    cat "$BATS_TEST_TMPDIR/shown"
    # A line each: none was wrapped.
    [ "$(wc -l <"$BATS_TEST_TMPDIR/shown")" = 4 ]
    grep -q '^vps-.* well' "$BATS_TEST_TMPDIR/shown"
    grep -q $'\e\[3[12]m' "$BATS_TEST_TMPDIR/coloured"
  done
  grep -q Disk "$BATS_TEST_TMPDIR/shown"
  in_tmux new-session -d -x 80 -y 20 "NO_COLOR=1 $SCRIPTS/ops-status.ts --on 'vps*'; echo \"ended \$?\"; sleep 600" 3>&-
  until_seen '^ended 21'
  refute grep -q $'\e\[3' <(in_tmux capture-pane -p -e)
  close_terminal
}

@test "a watch is renewed in its place, ^C ends it and leaves the terminal as it was; as JSON it is an array a line" {
  renewed
  in_tmux new-session -d -x 60 -y 20 "$SCRIPTS/ops-status.ts --on 'vps*' --watch=1; echo \"ended \$?\"; sleep 600" 3>&-
  until_seen '^vps-ultraman .*well'
  before=$(logins $host)
  until_there 20 eval '[ $(($(logins $host) - before)) -ge 2 ]'
  [ "$(screen | grep -c '^Host ')" = 1 ]
  press C-c
  until_seen '^ended 130'
  [ "$(in_tmux display-message -p '#{cursor_flag}')" = 1 ]
  screen | grep -q '^vps-pacman .*well'
  close_terminal
  # Stopped, it leaves a shell with a cursor, and goes on in its place.
  in_tmux new-session -d -x 60 -y 20 "PS1='ready> ' bash --norc -i" 3>&-
  until_seen '^ready>'
  press "$SCRIPTS/ops-status.ts --on 'vps*' --watch=1" Enter
  until_seen '^vps-ultraman .*well'
  [ "$(in_tmux display-message -p '#{cursor_flag}')" = 0 ]
  press C-z
  until_seen 'Stopped'
  [ "$(in_tmux display-message -p '#{cursor_flag}')" = 1 ]
  before=$(logins $host)
  press "fg >/dev/null" Enter
  until_there 20 eval '[ $(($(logins $host) - before)) -ge 2 ]'
  [ "$(in_tmux display-message -p '#{cursor_flag}')" = 0 ]
  close_terminal
  status --on 'vps*' --watch=1 --json | head -n 2 >"$BATS_TEST_TMPDIR/lines"
  [ "$(jq -c 'map(.host)' "$BATS_TEST_TMPDIR/lines")" = "$(printf '%s\n' '["vps-pacman","vps-ultraman"]' '["vps-pacman","vps-ultraman"]')" ]
}
