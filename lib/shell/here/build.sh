# What was built here.

# take_built_system: the new system. Sets: system, to_activate. Ends: where it is none, or none that can be activated.
take_built_system() {
  system=$(readlink "$tmp/system") || stop "nix build has left no system; nothing was copied"
  to_activate=$system
  [ -f "$system/nixos-version" ] || stop "$system is not a NixOS system; nothing was copied"
  if [ -e "$system/bin/switch-to-configuration" ] || [ -L "$system/bin/switch-to-configuration" ]; then return 0; fi
  stop "$system has no bin/switch-to-configuration (system.switch.enable = false), so it can't be activated; nothing was copied"
}

# take_given_system PATH: the new system, which was built before, by a CI say. What is not here comes from a binary cache. It is kept as long as this
# run goes on. Sets: system, to_activate. Ends: where nothing has it, or it is none that can be activated.
take_given_system() {
  step "take $1"
  nix-store --realise --add-root "$tmp/system" "$1" >/dev/null || stop "$1 is not here, and no binary cache has it; nothing was copied"
  take_built_system
}

# already_so FACT...: whether each of these facts is the new system: then nothing is left to do but a reboot that was asked for.
# Sets: current, last_words.
already_so() {
  local name
  if [ -n "$(fact failed)$(fact profile)$(fact keys)" ]; then return 1; fi
  for name in "$@"; do
    if [ "$(fact "$name")" != "$system" ]; then return 1; fi
  done
  current=yes
  step "already so: $(standing)$(owed). To do it again: --force"
  last_words=
}

# take_specialisation NAME: what runs on the target when that is activated there. Nothing has been changed yet where the system has none of that
# name. Sets: to_activate. Ends: where it has none.
take_specialisation() {
  local has
  to_activate=$(readlink -f "$system/specialisation/$1")
  if [ ! -d "$to_activate" ]; then
    has=$(find "$system/specialisation" -type l 2>/dev/null | sed "s,.*/,," | sort | tr "[:cntrl:]" " ")
    has=${has% }
    stop "$host has no specialisation $1; it has: ${has:-none}. Nothing was copied"
  fi
}

# require_trial_unit. Sets: last_words. Ends: where the new system has none that ends a trial boot.
require_trial_unit() {
  if [ ! -e "$system/etc/systemd/system/hey-trial.service" ]; then
    give_up 1 "$host has no unit that ends a trial boot; import nixos/trial-boot.nix of hey into it (see README). Nothing was copied to $target (status 1)"
  fi
}

# take_nix_store: where nix-store is there, as root may have another PATH. An address of nix has no room for more than such letters.
# Sets: nix_store.
take_nix_store() { nix_store=$(fact nix-store | LC_ALL=C tr -cd "A-Za-z0-9/._+-"); }

# copy_closure COMMAND...: that copies, by the one connection of this run. What the host says beside it is shown plainly, by an ssh of this run that
# is before the other one on PATH; where no program can be run from there, nix takes that. Where the connection was lost the copy goes on when the
# target answers again. Ends: where it takes too long, or the target does not answer again.
copy_closure() {
  local status
  mkdir -p "$tmp/bin"
  # shellcheck disable=SC2016
  printf "%s\n" "#!/bin/sh" 'PATH=${PATH#*:} exec ssh "$@" 2>&5 5>&-' >"$tmp/bin/ssh"
  chmod 700 "$tmp/bin/ssh"
  while :; do
    status=0
    heard "$lane_timeout" by_nix "$@" 4>&2 </dev/null || status=$?
    case $status in
      0) return ;;
      124) stop "$target was given up on, as the copy has not ended within $lane_timeout s; what has arrived stays, and nothing runs it" ;;
    esac
    if connected; then return "$status"; fi
    await_target
    step "go on with the copy to $target"
  done
}

# connected: whether the one connection of this run is there.
connected() { eval "ssh $ssh_options -S \"\$tmp/ssh\" -O check \"\$target\"" >/dev/null 2>&1; }

# await_target: the connection to it was lost. Sets: last_words. Ends: where it does not answer again within two minutes.
await_target() {
  local latest
  clock
  latest=$((now + 120))
  step "the connection to $target was lost; it is waited for, at most 120 s"
  until heard 15 there true </dev/null >/dev/null 2>&1; do
    clock
    if [ "$now" -ge "$latest" ]; then
      give_up 1 "the connection to $target was lost, and it has not answered within 120 s; nothing was changed on it (status 1)"
    fi
    sleep 1
  done
}

# by_nix COMMAND...: nix says at 4 what it does, and may have a terminal there. For heard.
by_nix() { (calling && NIX_SSHOPTS="${nix_options:-$ssh_options} -S $tmp/ssh" PATH=$tmp/bin:$PATH exec "$@" 5>&2 2>&4 4>&-); }

# copy_missing FETCH: what nix copy does, for a login that becomes root by a password: nix would have no place for it. FETCH is "substitute" to
# have the target fetch what it can. Sets: last_words. Ends: where it asks for anything else.
copy_missing() {
  local missing
  nix-store --query --requisites "$system" >"$tmp/closure"
  if missing=$(heard "$lane_timeout" there missing_paths "$1" <"$tmp/closure"); then :; else
    give_up 1 "$target did not tell what it lacks of the system; nothing was changed on it (status 1)"
  fi
  # What it asks for is what it gets only where that is part of the system: no other host's paths, and no options.
  if printf "%s\n" "$missing" | grep -v -F -x -f "$tmp/closure" | grep -q .; then
    stop "$target asks for what is no part of the system; nothing was copied"
  fi
  # shellcheck disable=SC2086
  if [ -n "$missing" ]; then nix-store --export $missing | heard "$lane_timeout" there import_paths >/dev/null; fi
}
