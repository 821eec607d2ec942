# A fleet of twelve: web01 to web12, which setup_file brings up.

many() {
  local name
  for name in web{01..12}; do
    mkdir -p "$FLEET/hosts/$name"
    echo "{ marker = \"$name\"; }" >"$FLEET/hosts/$name/default.nix"
  done
  git -C "$FLEET" add -A
  lab add web{01..12}
}

# knobs JSON HOST…: the same for several hosts, with a marker of this test
knobs() {
  local json=$1 name
  shift
  for name; do lab knobs "$name" "{\"marker\": \"$BATS_TEST_NUMBER\"${json:+, $json}}"; done
}

# each COMMAND: a line for each of the twelve
each() {
  local name
  for name in web{01..12}; do echo "$name $(lab host "$name" "$@")"; done
}

of() { nix eval --raw ".#nixosConfigurations.\"$1\".config.system.build.toplevel.outPath"; }
running_on() { lab host "$1" readlink /run/current-system; }

# record_programs: from here on nix and nix-store note their words, and are the real ones all the same
record_programs() {
  local program
  mkdir -p "$BATS_TEST_TMPDIR/recording"
  for program in nix nix-store; do
    printf '#!/bin/sh\necho " $* " >>%q\nexec %q "$@"\n' "$BATS_TEST_TMPDIR/$program.words" "$(type -P $program)" >"$BATS_TEST_TMPDIR/recording/$program"
    chmod +x "$BATS_TEST_TMPDIR/recording/$program"
  done
  PATH=$BATS_TEST_TMPDIR/recording:$PATH
}
recorded() { cat "$BATS_TEST_TMPDIR/$1.words"; }

# logins HOST: how many connections it has taken since it was booted
logins() { lab host "$1" cat /proc/net/snmp | awk '/^Tcp:/ { if (names++) print $7 }'; }

# most_at_once: how many hosts of the last run had their turn at the same time
most_at_once() {
  jq -r 'select(.step == "begin" or .step == "ended") | .step' "$(last_run)/.events" |
    awk '/begin/ { if (++now > most) most = now } /ended/ { if (now > 0) now-- } END { print most }'
}

# A terminal of its own, for what a person does there.
in_tmux() { tmux -S "$BATS_TEST_TMPDIR/tmux" -f /dev/null "$@"; }
# ^C is for the program alone: where that dies of it, this shell would, too.
in_terminal() { in_tmux new-session -d -x 120 -y 40 "trap : INT; $1; echo \"ended \$?\"; sleep 600" 3>&-; }
# close_terminal: tmux's server ends a moment after kill-server, and closes a terminal that is opened within that moment. So this waits.
close_terminal() {
  local server
  server=$(in_tmux display-message -p '#{pid}')
  in_tmux kill-server
  until_there 20 refute kill -0 "$server" 2>/dev/null
}
screen() { in_tmux capture-pane -p | grep . || :; }
shows() { screen | grep -q "$1"; }
until_seen() { until_there 40 shows "$1"; }
press() { in_tmux send-keys "$@"; }
until_ended() {
  # Behind a ^C it may stand on the same line.
  until_seen "ended [0-9]"
  screen
  ended=$(screen | sed -n 's/.*ended \([0-9][0-9]*\).*/\1/p')
  close_terminal
}
