# What surrounds nixos-anywhere in a first install: a look at the machine before it, and after it the proof that the machine came back as itself.

# stop_unencrypted. Ends: always.
stop_unencrypted() {
  step "stopped before the install: a new key can decrypt nothing. It is kept; type the same line again after that, or with --yes to go on"
  exit 1
}

# say_no_host_key: what it means.
say_no_host_key() { step "no host key for $host here: the machine will make one of its own, to which no secret is encrypted, and can't be told from another (--generate, --key-cmd)"; }

# look_for_recipient FLAKE: whether the flake's own list of recipients has this host's key, as it is or as an age recipient.
look_for_recipient() {
  local public recipient lists list
  public=$(cut -d " " -f 2 "$keys/ssh_host_ed25519_key.pub")
  recipient=$(ssh-to-age -i "$keys/ssh_host_ed25519_key.pub" 2>/dev/null || :)
  lists=
  for list in "$1/secrets.nix" "$1/secrets/secrets.nix" "$1/.sops.yaml"; do
    if [ -f "$list" ]; then
      lists="$lists $list"
      if grep -q -F -e "$public" ${recipient:+-e "$recipient"} "$list"; then
        lists=
        break
      fi
    fi
  done
  if [ -n "$lists" ]; then
    step "warning: not found in$lists"
    tell_recipient "$keys/ssh_host_ed25519_key.pub"
  fi
}

# ask_machine: what it is. Sets: facts, last_words. Ends: where it can't be reached.
ask_machine() {
  step "ask $target"
  make_tmp
  last_words="nothing was done on $target"
  if facts=$(heard 60 own_ssh "$target" -- "$(far survey_machine)" </dev/null); then :; else
    give_up 255 "$target can't be reached (ssh says why above); nothing was done"
  fi
}

# evaluate_early COMMAND...: what the flake says of the host before it has the machine's hardware; nothing where it can't be evaluated yet.
# Sets: wanted.
evaluate_early() {
  step "evaluate what can be before the hardware is known"
  if wanted=$(beside_plainly "$@" 2>/dev/null); then :; else
    wanted=
    step "the flake can't be evaluated yet; whether it fits the machine shows in the install"
  fi
}

# show_machine: what it says of itself, before anything on it is destroyed. Sets: reached, last_words. Ends: where it can't be installed on, or is a
# NixOS of another name.
show_machine() {
  local memory problems
  memory=$(number 12 "$(all_of memory | head -n 1)")
  memory=$((${memory:-0} / 1024))
  printf "%s\n" "  machine       $(all_of name), by ssh as $(all_of user) (root: $(all_of root))" "  runs          $(all_of os)" \
    "  architecture  $(all_of arch)${wanted:+; $host is ${wanted%% *}}" "  memory        $memory MiB"
  all_of disk | sed "s/^/  disk          /"
  problems=
  if [ -z "$(all_of arch)" ]; then give_up 1 "$target answered, but did not say what it is (has it a POSIX shell?); nothing was done"; fi
  if [ "$(all_of root)" = no ]; then problems="$(all_of user) is not root there and sudo asks for a password"; fi
  if [ -n "$wanted" ] && [ "$(all_of arch)" != "${wanted%% *}" ]; then problems="it is $(all_of arch), and $host is built for ${wanted%% *}"; fi
  if [ -n "$problems" ]; then give_up 1 "$problems; nothing was done"; fi
  require_name "$(plain_name "$(printf "%s" "$wanted" | cut -d " " -f 3)")"
  case $(all_of kind) in
    "nixos installer"*) ;;
    *)
      if [ "$memory" -lt 1536 ]; then
        step "warning: booting the installer (kexec) wants 1536 MiB of memory"
        if [ -n "$no_disko_deps" ]; then
          step "--no-disko-deps leaves disko's programs out of it, which helps near 1024 MiB, not far below: the installer itself must fit"
        else
          step "near 1024 MiB --no-disko-deps helps (disko's programs stay out of memory); far below, use the provider's own installer ISO"
        fi
      fi
      case $(all_of kind) in
        nixos*) step "warning: this machine runs NixOS already, as $(all_of name)" ;;
      esac
      ;;
  esac
}

# install_machine COMMAND...: nixos-anywhere, which says itself what it does. What it repeats of the machine's words is shown plainly.
# Sets: changed, last_words. Ends: where it fails, with its status.
install_machine() {
  local status look
  status=0
  changed=yes
  look="what is on its disks is not known: the former system, nothing, or a part of $host. Look: $type_look. Then type the same line again"
  last_words="nixos-anywhere was ended before it was done with $target; $look"
  both_plainly "$@" || status=$?
  if [ "$status" -gt 0 ]; then give_up "$status" "nixos-anywhere has failed on $target (status $status); $look"; fi
  last_words="nixos-anywhere has done its part; whether $target came back as $host is not known. Look: $type_look"
}

# say_not_verified: that it came back. Sets: last_words.
say_not_verified() {
  last_words=
  step "nixos-anywhere has done its part; not verified that the machine came back"
}

# await_host LOGIN SECONDS: waits so long for the host as itself: only the key that was sent is taken, over a new connection each time. What
# answers first may be its initrd, which may have another key, and may wait for a passphrase: only at the end of the time is it anything else.
# Sets: last_words. Ends: where it is not seen back, or is not what was installed.
await_host() {
  local installed deadline seen before answer status running failed
  printf "%s\n" "$known_as $(cut -d " " -f 1,2 "$keys/ssh_host_ed25519_key.pub")" >"$stage/pinned"
  installed=${wanted#* }
  installed=${installed%% *}
  deadline=$(($(date +%s) + $2))
  before=
  step "wait for $target, at most $2 s"
  while :; do
    status=0
    answer=$(heard 30 reach_pinned "$1" -- "$(far tell_installed)" </dev/null 2>"$stage/why") || status=$?
    running=$(store_path "$(printf "%s\n" "$answer" | sed -n "s/^system //p")")
    if [ "$status" -eq 0 ] && [ -n "$running" ]; then break; fi
    seen=$(first_answer "$status")
    case $seen in
      "" | "$before") ;;
      stranger) step "something answers at $target with another key than the one sent: its initrd, perhaps; it is waited for" ;;
      early) step "$target answers with the key that was sent, but runs no installed system yet: it starts, or its initrd waits for a passphrase" ;;
    esac
    if [ -n "$seen" ]; then before=$seen; fi
    if [ "$(date +%s)" -ge "$deadline" ]; then give_up_waiting "$seen" "$@"; fi
    sleep 2
  done
  failed=$(printf "%s\n" "$answer" | sed -n "s/^failed //p")
  if [ "$running" != "$installed" ]; then
    give_up 32 "$target answers with the right key, but runs $running, not $installed (status 32). Then: hey ops deploy $host $target"
  fi
  last_words=
  if [ -n "$failed" ]; then
    step "$target runs the system that was installed, but secrets could not be decrypted: $failed failed (status 33)"
    tell_recipient "$keys/ssh_host_ed25519_key.pub"
    exit 33
  fi
  step "$host is installed: $target presents the key that was sent and runs $running"
}

# first_answer STATUS: what has answered a connection that ended so: a "stranger", by its key; the host, too "early"; nothing where nobody did.
first_answer() {
  if grep -q -e "ost key verification failed" -e "IDENTIFICATION HAS CHANGED" "$stage/why"; then echo stranger; elif [ "$1" -ne 255 ]; then echo early; fi
}

# give_up_waiting SEEN LOGIN SECONDS: says what answered last. Sets: last_words. Ends: always.
give_up_waiting() {
  case $1 in
    stranger)
      give_up 31 "$target came back with another host key than the one sent, for $3 s (status 31). Look at its console: is it this machine, does its initrd wait for a passphrase, and was --extra-files unpacked? Then: hey ops push-keys $host $target"
      ;;
    early)
      give_up 30 "installed, but $target runs no installed system within $3 s, though it answers with the key that was sent (status 30). Does its initrd wait for a passphrase? Look at its console; then: ssh $2"
      ;;
  esac
  tail -n 5 "$stage/why" | cut -c 1-200
  give_up 30 "installed, but $target was not seen back within $3 s (status 30). Look at its console; then: ssh $2"
}
