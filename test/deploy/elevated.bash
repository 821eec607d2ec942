# Words of the tests with a login that becomes root. $password is a file with the password of the hosts' admin.

# What sudo, doas and PAM find in their files on NixOS.
admin_with_password() {
  local hash
  password=$BATS_FILE_TMPDIR/password
  # Everything that a shell, a quote or a trace could trip over.
  printf '%s\n' "marker-7f3e \$(id) \`id\` \\ 'q' \"d\" %s !x é" >"$password"
  echo "marker-7f3e" >"$BATS_FILE_TMPDIR/marker"
  hash=$(perl -e 'chomp(my $word = <STDIN>); print crypt($word, q($6$salt$))' <"$password")
  lab host "$host" sh -c '
    mkdir -p /etc/pam.d
    for service in sudo sudo-i doas; do
      printf "%s\n" "auth required pam_unix.so" "account required pam_permit.so" "session required pam_permit.so" >/etc/pam.d/$service
    done
    sed -i "s#^admin:[^:]*#admin:$1#" /etc/shadow
    echo "127.0.0.1 $(hostname)" >>/etc/hosts' sh "$hash"
}

# sudo_rules LINE…: all of sudo's rules, but for root's
sudo_rules() {
  lab host "$host" sh -c 'rm -rf /run/sudo/ts && printf "%s\n" "root ALL=(ALL) ALL" "$@" >/etc/sudoers && chmod 440 /etc/sudoers' sh "$@"
}
# No rule at all without a line.
doas_rules() { lab host "$host" sh -c 'rm -f /etc/doas.conf; [ $# = 0 ] || { printf "%s\n" "$@" >/etc/doas.conf && chmod 400 /etc/doas.conf; }' sh "$@"; }
trusted_users() { lab host "$host" sh -c 'sed -i "/^trusted-users/d" /etc/nix/nix.conf; [ $# = 0 ] || echo "trusted-users = $*" >>/etc/nix/nix.conf' sh "$@"; }

# typed FILE COMMAND…: at a terminal, where the first line of FILE is the answer to the question for the password
typed() { expect "$BATS_TEST_DIRNAME/typed.exp" "$@"; }

# The arguments and environments of all processes of this machine and its hosts, over and over; what has the marker goes to a file.
watch_processes() {
  perl "$BATS_TEST_DIRNAME/watch.pl" "$BATS_FILE_TMPDIR/marker" "$BATS_TEST_TMPDIR/watched" 3>&- &
  watcher=$!
}
# Ends it: it has seen sudo at work, and the marker nowhere.
nothing_was_seen() {
  kill "$watcher"
  wait "$watcher" || :
  cat "$BATS_TEST_TMPDIR/watched"
  grep -q '^sudo -S' "$BATS_TEST_TMPDIR/watched"
  refute grep -q '^FOUND' "$BATS_TEST_TMPDIR/watched"
}

# nowhere FILE…: not in these, nor in any file of the host, of this home, of the private places
nowhere() {
  refute grep -qF -f "$BATS_FILE_TMPDIR/marker" "$@"
  refute grep -rqFI -f "$BATS_FILE_TMPDIR/marker" "$HOME" "$FLEET" "$XDG_RUNTIME_DIR"/hey* /dev/shm 2>/dev/null
  refute lab host "$host" grep -rqF marker-7f3e /etc /var /root /home /tmp /run --exclude-dir=proc
}
