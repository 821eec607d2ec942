#!/usr/bin/env bats
# Would this login still work under the new system? What its own programs say before it is activated, beside what becomes of a real login.
# lockout.tsv has configurations as people write them; what they do was seen with NixOS's own modules. Two more are ours.

load words
load unguarded

setup_file() { lab_only; }
setup() {
  bats_require_minimum_version 1.5.0
  host=vps-ultraman
  target=vps_ultraman_root
  me=$(cat "$LAB/id_ed25519.pub")
  [ -e "$BATS_FILE_TMPDIR/base" ] || base
  base=$(cat "$BATS_FILE_TMPDIR/base")
}
teardown() { [ -z "${LAB-}" ] || close_first; }

# base: the system that all of these begin with: root and admin get in, and admin becomes root by either program.
base() {
  ssh-keygen -q -t ed25519 -N "" -C other -f "$BATS_FILE_TMPDIR/other"
  logins '{"users": {"root": {"keys": ["@me@"]}, "admin": {"extraGroups": ["wheel"], "keys": ["@me@"]}},
    "sudo": {"wheelNeedsPassword": false}, "doas": {"enable": true, "wheelNeedsPassword": false}}'
  lab host $host sh -c 'echo "127.0.0.1 $(hostname)" >>/etc/hosts'
  deploy --force
  running >"$BATS_FILE_TMPDIR/base"
}

# logins JSON: the knob, with the keys and the address of this lab
logins() {
  local json=$1
  json=${json//@me@/$me}
  json=${json//@other@/$(cat "$BATS_FILE_TMPDIR/other.pub")}
  json=$(jq -c '.network //= {"addresses": {"eth0": ["@address@/24"]}}' <<<"$json")
  json=${json//@address@/$(ssh -G -F "$LAB/ssh_config" $target 2>/dev/null | sed -n 's/^hostname //p')}
  lab knobs $host "{\"marker\": \"$BATS_TEST_NUMBER\", \"login\": $json}"
}

# state NAME: what lies on the host beside its system
state() {
  lab host $host sh -c 'rm -rf /root/.ssh /run/agenix
    case $1 in home) mkdir -m 700 /root/.ssh; cat >/root/.ssh/authorized_keys ;; agenix) mkdir /run/agenix; cat >/run/agenix/keys-root ;; esac' sh "$1" <"$LAB/id_ed25519.pub"
}

# as LOGIN BY COMMAND…: with the words of a line for that login
as() {
  target=vps_ultraman_$1
  case $2 in -) "${@:3}" ;; *) "${@:3}" --elevate "$2" ;; esac
}

# truth LOGIN BY: what becomes of a login now
truth() {
  local said
  probe() { timeout 20 ssh -F "$LAB/ssh_config" -o ConnectTimeout=3 -o ControlPath=none "vps_ultraman_$1" "$2" </dev/null 2>&1; }
  [ "$(probe "$1" "echo it works")" = "it works" ] || { echo LOCKOUT; return; }
  case $2 in -) echo ok; return ;; esac
  said=$(probe "$1" "/run/wrappers/bin/$2 -n true && echo it works")
  case $said in
    *"it works") echo ok ;;
    *"password is required"* | *"Authentication required"*) echo ASKS ;;
    *) echo "LOCKOUT from root" ;;
  esac
}

# restore: what a person does at the console. An account is made anew, as its expiry would stay.
restore() { lab host $host sh -c 'sed -i "/^admin:/d" /etc/passwd /etc/shadow; nix-env -p /nix/var/nix/profiles/system --set "$1" && "$1/bin/switch-to-configuration" switch' sh "$base" >/dev/null 2>&1; }

# row NAME LOGIN BY TRUTH STATE JSON: says what is not as the table has it
row() {
  local name=$1 login=$2 by=$3 truth=$4 new verdict said status=0 seen
  logins "$6"
  state "$5"
  new=$(built)
  said=$(as "$login" "$by" deploy 2>&1) || status=$?
  case $status in
    0) verdict=ok ;;
    17) verdict=refused ;;
    *) verdict="status $status" ;;
  esac
  [ "$verdict" != refused ] || [ "$(running)" = "$base" ] || verdict="refused, and activated"
  # It is there already.
  [ "$verdict" = ok ] || lab host $host "$new/bin/switch-to-configuration" switch >/dev/null 2>&1
  seen=$(truth "$login" "$by")
  [ "$(running)" = "$new" ] || seen="$seen, not activated"
  case $truth=$seen-$verdict in
    ok=ok-ok | LOCKOUT=LOCKOUT-refused | "LOCKOUT from root=LOCKOUT from root-refused" | ASKS=ASKS-refused) ;;
    *) printf '%s: the table says %s, a login says %s, hey says %s: %s\n' "$name" "$truth" "$seen" "$verdict" "$(tail -n 1 <<<"$said")" ;;
  esac
  printf '%s\t%s\t%s\n' "$name" "$verdict" "$(grep -o 'would lock this login out: .*; it is not' <<<"$said")" >>"$BATS_FILE_TMPDIR/verdicts"
  restore
}

# rows FROM TO: these lines of the table
rows() {
  local wrong="" name login by truth state json
  while IFS=$'\t' read -r name login by truth state json <&5; do
    wrong+=$(row "$name" "$login" "$by" "$truth" "$state" "$json"; echo @)
  done 5< <(sed 1d "$BATS_TEST_DIRNAME/lockout.tsv" | sed -n "$1,$2p")
  wrong=$(tr -d @ <<<"$wrong" | grep . || :)
  echo "$wrong"
  [ -z "$wrong" ]
}

@test "the table has 100 rows at least, of each kind" {
  [ "$(sed 1d "$BATS_TEST_DIRNAME/lockout.tsv" | wc -l)" -ge 100 ]
  [ "$(cut -f 4 "$BATS_TEST_DIRNAME/lockout.tsv" | sed 1d | sort | uniq -c | awk '$1 >= 4' | wc -l)" = 4 ]
}

@test "what is judged is what becomes of a login: rows 1 to 22" { rows 1 22; }
@test "what is judged is what becomes of a login: rows 23 to 44" { rows 23 44; }
@test "what is judged is what becomes of a login: rows 45 to 66" { rows 45 66; }
@test "what is judged is what becomes of a login: rows 67 to 88" { rows 67 88; }
@test "what is judged is what becomes of a login: rows 89 and on" { rows 89 300; }

@test "a lock-out is refused in one line, nothing is activated, and who means it says so" {
  logins '{"users": {"root": {"keys": ["@other@"]}}}'
  before=$(activations)
  run deploy
  echo "$output"
  [ "$status" = 17 ]
  [[ ${lines[-1]} == "ops-deploy: the new system would lock this login out: no key of ssh here is in a file that sshd reads for root (/root/.ssh/authorized_keys /etc/ssh/authorized_keys.d/root); it is not activated, and nothing was changed on root@$target (status 17). Who means it adds --force-lockout" ]]
  [ "$(activations)" = "$before" ]
  [ "$(running) $(profile)" = "$base $base" ]
  [ -z "$(leftovers)" ]
  run deploy --guard
  [ "$status" = 17 ]
  [ "$(activations)" = "$before" ]
  run deploy --boot
  [ "$status" = 17 ]
  # What changes nothing only says so.
  run deploy --dry-activate
  [ "$status" = 0 ]
  grep -q "^ops-deploy: warning: this login would not work any more: no key" <<<"$output"
  run deploy --force-lockout
  locked_out "Permission denied"
  restore
  # The same on a way back.
  run back --to "$(lab host $host sh -c 'for link in /nix/var/nix/profiles/system-*-link; do [ "$(readlink "$link")" != "$1" ] || echo "$link"; done | sed "s/.*system-//; s/-link//" | tail -n 1' sh "$(built)")"
  echo "$output"
  [ "$status" = 17 ]
  [ "$(running)" = "$base" ]
}

@test "what would be wrong with the system that runs as well is a doubt, and shown in the preview alone" {
  # An sshd that no system knows of, and a firewall that is not its system's any more.
  lab host $host nft flush ruleset
  lab host $host /usr/sbin/sshd -f /etc/ssh/sshd_config -p 2222 -o PidFile=/run/other.pid
  logins '{"users": {"root": {"keys": ["@me@"]}}, "firewall": {"enable": false}, "openssh": {"settings": {"LogLevel": "VERBOSE"}}}'
  target=vps_ultraman_2222
  run deploy --diff --boot
  lab host $host sh -c 'kill "$(cat /run/other.pid)"'
  echo "$output"
  [ "$status" = 0 ]
  grep -qx "  warning: this login might not work any more: sshd answers at port 22, not at 2222, to which ssh came (where that is meant: --then-port)" <<<"$output"
  target=vps_ultraman_root
  restore
}

@test "what can't be known is a doubt, and no lock-out: a command that says which keys there are" {
  logins '{"users": {}, "openssh": {"authorizedKeysFilesForced": ["/var/none"], "extraConfig": "AuthorizedKeysCommand /bin/cat /root/.ssh/authorized_keys\nAuthorizedKeysCommandUser root"}}'
  state home
  run deploy --diff
  echo "$output"
  [ "$status" = 0 ]
  grep -q "^  warning: this login might not work any more: no key of ssh here is in a file that sshd reads for root (/var/none); what AuthorizedKeysCommand says is not known$" <<<"$output"
  state -
  restore
}

@test "a key that only the agent has is one of those that ssh has" {
  logins '{"users": {"root": {"keys": ["@me@"]}}, "openssh": {"settings": {"LogLevel": "VERBOSE"}}}'
  sed -e "s,IdentityFile .*,IdentityFile /nowhere," -e "s/IdentitiesOnly yes/IdentitiesOnly no/" "$LAB/ssh_config" >"$BATS_TEST_TMPDIR/agent"
  eval "$(ssh-agent -s)" 3>&-
  ssh-add -q "$LAB/id_ed25519"
  run deploy --ssh-config "$BATS_TEST_TMPDIR/agent" --diff
  echo "$output"
  [ "$status" = 0 ]
  refute grep -q "this login might\|is not known" <<<"$output"
  logins '{"users": {"root": {"keys": ["@other@"]}}}'
  run deploy --ssh-config "$BATS_TEST_TMPDIR/agent" --force
  kill "$SSH_AGENT_PID"
  echo "$output"
  [ "$status" = 17 ]
  restore
}

@test "a port that is moved: --then-port judges and confirms there; where it is not there, the host rolls back and is seen to" {
  logins '{"users": {"root": {"keys": ["@me@"]}}, "openssh": {"ports": [2222]}}'
  run deploy --then-port 2222
  echo "$output"
  [ "$status" = 0 ]
  [ "$(running)" = "$(built)" ]
  restore
  run deploy --guard --settle 0 --then-port 2222
  echo "$output"
  [ "$status" = 0 ]
  [[ ${lines[-1]} == *"deployed and confirmed: "* ]]
  [ "$(running) $(profile)" = "$(built) $(built)" ]
  restore
  run deploy --then-port 2200
  echo "$output"
  [ "$status" = 17 ]
  [[ ${lines[-1]} == *"sshd answers at port 2222, not at 2200"* ]]
  run deploy --guard --settle 0 --confirm-timeout 30 --then-port 2200 --force-lockout
  echo "$output"
  [ "$status" = 10 ] || [ "$status" = 11 ]
  until_there 60 eval '[ "$(running)" = "$base" ]'
  restore
}

@test "it leaves nothing on the host: no mount, no network, no process, no rule, no interface" {
  local took
  there() { lab host $host sh -c 'findmnt -rn; ip -o link; ip route; nft list ruleset | sed "s/packets [0-9]* bytes [0-9]*//"; ps -e -o args= | grep "[s]leep 30\|ListenAddress=" || :'; }
  logins '{"users": {"root": {"keys": ["@me@"]}}, "openssh": {"settings": {"LogLevel": "VERBOSE"}}, "firewall": {"allowedTCPPorts": [80]}}'
  deploy --diff --print | first judge_there 'date +%s%N >"$BATS_TEST_TMPDIR/begun"' | first preview_there 'date +%s%N >"$BATS_TEST_TMPDIR/ended"; exit 9' >"$BATS_TEST_TMPDIR/script"
  there >"$BATS_TEST_TMPDIR/there"
  run sh "$BATS_TEST_TMPDIR/script"
  [ "$status" = 9 ]
  took=$((($(cat "$BATS_TEST_TMPDIR/ended") - $(cat "$BATS_TEST_TMPDIR/begun")) / 1000000))
  echo "# judged in $took ms" >&3
  there | diff "$BATS_TEST_TMPDIR/there" -
  until_there 10 eval '[ -z "$(leftovers)" ]'
}
