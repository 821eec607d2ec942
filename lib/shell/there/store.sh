# The store of this machine, and whom nix here trusts.

# missing_paths FETCH: of the store paths on stdin, those that are not here; where FETCH is "substitute" after fetching what the binary
# caches have.
missing_paths() {
  local paths
  paths=$(cat)
  if [ "$1" = substitute ]; then
    lacking "$paths" | xargs -r nix-store --realise --ignore-unknown --keep-going >/dev/null || :
  fi
  lacking "$paths"
}

# lacking PATHS: those of them that are not here.
lacking() { printf "%s\n" "$1" | xargs nix-store --check-validity --print-invalid; }

# import_paths: takes what comes on stdin into the store.
import_paths() { nix-store --import; }

# nix_configuration: what the daemon has read, not what this user would like: nix itself shows both as one.
nix_configuration() {
  local words
  for words in "config show" show-config; do
    # shellcheck disable=SC2086
    NIX_USER_CONF_FILES=/dev/null NIX_CONFIG="" nix --extra-experimental-features nix-command $words 2>/dev/null && return
  done
  cat /etc/nix/nix.conf 2>/dev/null
}

# nix_trusts USER: whether nix here takes unsigned paths from that user.
nix_trusts() {
  local settings who
  settings=$(nix_configuration)
  if [ "$(nix_setting "$settings" require-sigs)" = false ]; then return 0; fi
  set -f
  for who in $(nix_setting "$settings" trusted-users); do
    case $who in
      "*" | "$1") return 0 ;;
      @*) case " $(id -Gn) " in *" ${who#@} "*) return 0 ;; esac ;;
    esac
  done
  return 1
}

# nix_setting SETTINGS NAME: its value.
nix_setting() { printf "%s\n" "$1" | sed -n "s/^$2 *= *//p" | tail -n 1; }

# no_trust USER: what to do where nix here does not trust that user.
no_trust() { echo "nix there takes no unsigned paths from $1 (lacks a signature by a trusted key); add $1 to nix.settings.trusted-users there, or type --backend nix, which copies as root"; }
