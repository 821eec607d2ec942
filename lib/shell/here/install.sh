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

# ask_machine: what it is. Sets: facts. Ends: where it can't be reached.
ask_machine() {
  step "ask $target"
  make_tmp
  if facts=$(heard 60 own_ssh "$target" -- "$(far survey_machine)" </dev/null); then :; else
    step "$target can't be reached (ssh says why above); nothing was done"
    exit 255
  fi
}

# show_machine: what it says of itself, before anything on it is destroyed. Sets: reached, last_words. Ends: where it can't be installed on, or is a
# NixOS of another name.
show_machine() {
  local memory problems
  memory=$(number 12 "$(all_of memory | head -n 1)")
  memory=$((${memory:-0} / 1024))
  printf "%s\n" "  machine       $(all_of name), by ssh as $(all_of user) (root: $(all_of root))" "  runs          $(all_of os)" \
    "  architecture  $(all_of arch); $host is $(printf "%s" "$wanted" | cut -d " " -f 1)" "  memory        $memory MiB"
  all_of disk | sed "s/^/  disk          /"
  problems=
  if [ -z "$(all_of arch)" ]; then
    step "$target answered, but did not say what it is (has it a POSIX shell?); nothing was done"
    exit 1
  fi
  if [ "$(all_of root)" = no ]; then problems="$(all_of user) is not root there and sudo asks for a password"; fi
  if [ "$(all_of arch)" != "${wanted%% *}" ]; then problems="it is $(all_of arch), and $host is built for ${wanted%% *}"; fi
  if [ -n "$problems" ]; then
    step "$problems; nothing was done"
    exit 1
  fi
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

# from_now_on_changed: from here on the host may be another than it was. Sets: changed.
from_now_on_changed() { changed=yes; }

# say_not_verified: that it came back.
say_not_verified() { step "nixos-anywhere has done its part; not verified that the machine came back"; }

# await_host LOGIN SECONDS: waits so long for the host as itself: only the key that was sent is taken, over a new connection each time.
# Ends: where it is not seen back, or is not what was installed.
await_host() {
  local installed deadline strangers answer running failed
  printf "%s\n" "$known_as $(cut -d " " -f 1,2 "$keys/ssh_host_ed25519_key.pub")" >"$stage/pinned"
  installed=${wanted#* }
  installed=${installed%% *}
  deadline=$(($(date +%s) + $2))
  strangers=0
  step "wait for $target, at most $2 s"
  while :; do
    if answer=$(heard 30 reach_pinned "$1" -- "$(far tell_installed)" </dev/null 2>"$stage/why"); then break; fi
    if grep -q -e "Host key verification failed" -e "IDENTIFICATION HAS CHANGED" "$stage/why"; then strangers=$((strangers + 1)); else strangers=0; fi
    if [ "$strangers" -ge 5 ]; then
      step "$target came back with another host key than the one sent (status 31). Look at its console: is it this machine, and was --extra-files unpacked? Then: hey ops push-keys $host $target"
      exit 31
    fi
    if [ "$(date +%s)" -ge "$deadline" ]; then
      tail -n 5 "$stage/why" | cut -c 1-200
      step "installed, but $target was not seen back within $2 s (status 30). Look at its console; then: ssh $1"
      exit 30
    fi
    sleep 2
  done
  running=$(printf "%s\n" "$answer" | sed -n "s/^system //p")
  failed=$(printf "%s\n" "$answer" | sed -n "s/^failed //p")
  if [ "$running" = "$installed" ]; then
    :
  else
    step "$target answers with the right key, but runs $running, not $installed (status 32). Then: hey ops deploy $host $target"
    exit 32
  fi
  if [ -n "$failed" ]; then
    step "$target runs the system that was installed, but secrets could not be decrypted: $failed failed (status 33)"
    tell_recipient "$keys/ssh_host_ed25519_key.pub"
    exit 33
  fi
  step "$host is installed: $target presents the key that was sent and runs $running"
}
