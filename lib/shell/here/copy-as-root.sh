# What nix copy does, for a login that becomes root by a password: nix would have no place for it.
step "$note"
nix-store --query --requisites "$system" >"$tmp/closure"
missing=$(ask_missing </dev/null)
export_missing() {
  for one in $missing; do set -- "$@" "$one"; done
  nix-store --export "$@"
}
if [ -n "$missing" ]; then send_missing </dev/null >/dev/null; fi
