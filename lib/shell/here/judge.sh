# Would this login still work under the new system? Asked before it is activated; whoever means a lock-out says so.

# offered_keys: the keys that ssh here has for the target, as ssh-keygen -l says them; "certificate" for one of a key. stdin: what ssh -G says.
offered_keys() {
  local about socket file
  about=$(cat)
  printf "%s\n" "$about" | sed -n "s/^identityfile //p; s/^certificatefile //p" | while IFS= read -r file; do
    case $file in [~]/*) file=$HOME/${file#??} ;; esac
    if [ -e "$file" ]; then ssh-keygen -l -f "$file" </dev/null; fi
    if [ -e "$file-cert.pub" ]; then echo "certificate"; fi
  done
  case $newline$about in *"${newline}identitiesonly yes"*) return 0 ;; esac
  socket=$(printf "%s\n" "$about" | sed -n "s/^identityagent //p")
  case $socket in
    none) return 0 ;;
    "" | SSH_AUTH_SOCK) socket=${SSH_AUTH_SOCK-} ;;
    [~]/*) socket=$HOME/${socket#??} ;;
  esac
  if [ -S "$socket" ]; then SSH_AUTH_SOCK=$socket ssh-add -l </dev/null || :; fi
}

# own_offer: what ssh here has for the target, as words: fingerprints, and NAME:LIST of what it can speak.
own_offer() {
  local about
  about=$(eval "ssh -G $ssh_options \"\$target\"" </dev/null 2>/dev/null) || return 0
  printf "%s\n" "$about" | offered_keys 2>/dev/null | sed -n "s/.*-CERT)\$/certificate/p; s/.*\(SHA256:[A-Za-z0-9+/]*\).*/\1/p; s/^certificate\$/&/p" | sort -u
  printf "%s\n" "$about" | sed -n "s/^ciphers /ciphers:/p; s/^hostkeyalgorithms /hostkeyalgorithms:/p; s/^kexalgorithms /kexalgorithms:/p; s/^macs /macs:/p" | tr -d " "
}

# judge_there BY ACTION: asks the target whether its login would still work, were the new system activated. BY is what becomes root there.
# Sets: judged, facts, last_words. Ends: where it would not, unless that is meant, or nothing is activated.
judge_there() {
  local kept why
  kept=$facts
  step "would this login still work on $target?"
  # shellcheck disable=SC2046
  facts=$(heard 60 there judge_login "$to_activate" "$then_port" "$1" $(own_offer) </dev/null) || facts="unjudged $target has not said whether this login would still work"
  judged=$facts
  why=$(short "$(all_of lockout | tr "\n" ";" | sed "s/;\$//; s/;/; /g")")
  facts=$kept
  if [ -z "$why" ]; then return; fi
  if [ "$2" = dry-activate ] || [ "$force_lockout" = yes ]; then
    step "warning: this login would not work any more: $why"
    return
  fi
  give_up 17 "the new system would lock this login out: $why; it is not activated, and nothing was changed on $target (status 17). Who means it adds --force-lockout"
}

# show_judged: what was found out of the login, for the preview. Sets: facts.
show_judged() {
  local kept
  kept=$facts
  facts=$judged
  all_of lockout | grep . | sed "s/^/  LOCK-OUT: /" || :
  all_of doubt | grep . | first_lines 10 | sed "s/^/  warning: this login might not work any more: /" || :
  all_of unjudged | grep . | first_lines 1 | sed "s/^/  whether this login would still work is not known: /" || :
  facts=$kept
}
