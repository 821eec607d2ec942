# The keys on the target: compared, sent and proven.

# fingerprint KEY: its hash, as ssh shows it. What the target says may be no key.
fingerprint() {
  if [ -z "$1" ]; then echo none; else
    { printf "%s\n" "$1" | ssh-keygen -l -f /dev/stdin 2>/dev/null || echo "- unreadable"; } | cut -d " " -f 2
  fi
}

# knock: takes down the key that is presented, in $stage/presented, and logs nobody in: sshd says its key before it asks for anything.
knock() { (calling && eval "exec ssh -o \"UserKnownHostsFile=\$stage/presented\" $knocking_options $own_options \"\$target\" -- true"); }

# compare_keys DIR NAME...: three answers for each key: the file here, the file in that directory of the target, and what its sshd presents.
# Sets: last_words. Ends: where they differ, with 1.
compare_keys() {
  local there_now presented differs public key here disk
  if there_now=$(heard 60 there public_keys "$@" </dev/null); then :; else
    give_up 1 "$target did not tell which keys it has; nothing was changed on it (status 1)"
  fi
  : >"$stage/presented"
  (heard 30 knock </dev/null >/dev/null 2>&1) || :
  presented=$(cut -d " " -f 2,3 "$stage/presented")
  differs=
  set +f
  for public in "$keys"/*.pub; do
    key=${public##*/}
    key=${key%.pub}
    here=$(cut -d " " -f 1,2 "$public")
    disk=$(printf "%s\n" "$there_now" | sed -n "s/^$key //p")
    printf "%s\n" "$key" "  here       $(fingerprint "$here")" "  on disk    $(fingerprint "$disk")"
    if [ "$here" != "$disk" ]; then differs="$differs $key"; fi
    if [ "$key" = ssh_host_ed25519_key ]; then
      printf "%s\n" "  presented  $(fingerprint "$presented")"
      if [ "$here" != "$presented" ]; then differs="$differs sshd"; fi
    fi
  done
  set -f
  if [ -n "$differs" ]; then
    step "different:$differs"
    exit 1
  fi
  step "all the same"
}

# send_keys DIR NAME...: stdin, the keys, to that directory of the target. What it answers; that says also whether it has refused them.
send_keys() { heard 300 there put_keys "$@" || :; }

# begin_to_send: from here on it is not known what the target has. Sets: last_words, changed.
begin_to_send() {
  last_words="it is not known whether the keys arrived; each on the target is whole, the old one or the new. Try: $type_check"
  changed=yes
}

# end_to_send: it is known again, as the target says: "changed", or "same". Sets: last_words, changed, facts. Ends: where it says neither.
end_to_send() {
  case $sent in
    changed | same) last_words='' ;;
    "refused "*)
      changed=
      facts=$sent
      stop_if_refused 1
      ;;
    *) exit 1 ;;
  esac
}

# reach_pinned: a new connection that takes the key in $stage/pinned and no other: an open port, or a connection that was there before, proves
# nothing.
reach_pinned() { (calling && eval "exec ssh -o \"UserKnownHostsFile=\$stage/pinned\" $pinned_options $own_options \"\$@\""); }

# prove_key SECONDS...: only what a new connection has proven goes into known_hosts. So many seconds between the attempts.
# Ends: where the target has another key, or has it already and needs a start.
prove_key() {
  local proven pause
  proven=
  if [ "$sent" = changed ]; then
    printf "%s\n" "$known_as $(cut -d " " -f 1,2 "$keys/ssh_host_ed25519_key.pub")" >"$stage/pinned"
    for pause in 0 "$@"; do
      sleep "$pause"
      # In a subshell, which comes to its end also where this script is killed.
      if (heard 30 reach_pinned "$target" -- true </dev/null 2>"$stage/why"); then
        proven=yes
        break
      fi
    done
    if [ -n "$proven" ]; then
      step "$known_as presents the new key to a new connection"
    elif [ -n "$persist" ]; then
      if is_known_already; then step "the keys are in place; sshd presents another one until it starts with these, and both are known here. The new one: $(cat "$stage/pinned")"; else
        step "the keys are in place; sshd presents another one until it starts with these. The line for known_hosts then: $(cat "$stage/pinned")"
      fi
      exit 0
    else
      tail -n 5 "$stage/why" | cut -c 1-200
      step "the keys are in place, but $known_as does not present the new one: restart sshd there, through a session that is still open or the console"
      exit 1
    fi
  elif [ -n "$persist" ]; then
    step "the target has these keys already"
    exit 0
  fi
}
