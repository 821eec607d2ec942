# Of the store paths on stdin, says those that are not here; where $1 is "substitute" after fetching what the binary caches have.
set -u
paths=$(cat)
lacking() { printf "%s\n" "$paths" | xargs nix-store --check-validity --print-invalid; }
if [ "$1" = substitute ]; then
  lacking | xargs -r nix-store --realise --ignore-unknown --keep-going >/dev/null || :
fi
lacking
