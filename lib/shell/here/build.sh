# What was built here.

# take_built_system: the new system. Sets: system, to_activate. Ends: where it is none.
take_built_system() {
  system=$(readlink "$tmp/system")
  to_activate=$system
  [ -f "$system/nixos-version" ] || stop "$system is not a NixOS system; nothing was copied"
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
    last_words="$host has no unit that ends a trial boot; import nixos/trial-boot.nix of hey into it (see README). Nothing was copied to $target (status 1)"
    exit 1
  fi
}

# take_nix_store: where nix-store is there, as root may have another PATH. An address of nix has no room for more than such letters.
# Sets: nix_store.
take_nix_store() { nix_store=$(fact nix-store | LC_ALL=C tr -cd "A-Za-z0-9/._+-"); }

# copy_missing FETCH: what nix copy does, for a login that becomes root by a password: nix would have no place for it. FETCH is "substitute" to
# have the target fetch what it can.
copy_missing() {
  local missing
  nix-store --query --requisites "$system" >"$tmp/closure"
  missing=$(there missing_paths "$1" <"$tmp/closure")
  # shellcheck disable=SC2086
  if [ -n "$missing" ]; then nix-store --export $missing | there import_paths >/dev/null; fi
}
