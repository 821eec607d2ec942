# Installs the keys that come as a tar stream on stdin. $1 is the directory, the names of the private keys follow: the last
# one is sshd's. Nothing is touched before all of them are here, whole and readable as sshd reads them.
set -eu
umask 077
dest=$1
shift
die() {
  echo "put-keys: $*; the keys here are as they were" >&2
  exit 1
}
(umask 022 && mkdir -p "$dest")
# Where a name is a link (into /persist, say) its file is replaced, not the link.
place() {
  if [ -L "$dest/$1" ]; then
    final=$(readlink -f "$dest/$1") || die "$dest/$1 is a link to nothing"
  else
    final=$(readlink -f "$dest")/$1
  fi
  case $final in
    /etc/ssh/* | /persist/etc/ssh/*) ;;
    *) die "$dest/$1 leads to $final, outside of /etc/ssh and /persist/etc/ssh" ;;
  esac
  if [ -d "$final" ]; then die "$final is a directory"; fi
}
stage=$(mktemp -d "$dest/.hey-keys.XXXXXX")
staged=$stage
trap "rm -rf $stage" EXIT
trap "exit 129" HUP
trap "exit 130" INT
trap "exit 143" TERM
tar -xof - -C "$stage" || die "the keys did not arrive"
for name in "$@"; do
  if [ -f "$stage/$name" ] && [ -f "$stage/$name.pub" ]; then :; else die "$name did not arrive"; fi
  chmod 600 "$stage/$name"
  chmod 644 "$stage/$name.pub"
  derived=$(ssh-keygen -y -P "" -f "$stage/$name" | cut -d " " -f 1,2)
  [ "$derived" = "$(cut -d " " -f 1,2 "$stage/$name.pub")" ] || die "$name did not arrive whole"
  for file in "$name.pub" "$name"; do
    place "$file"
    # A rename is atomic within one directory only.
    beside=${final%/*}/.hey-keys.${stage##*.}
    if [ -d "$beside" ]; then :; else
      mkdir "$beside"
      staged="$staged $beside"
      trap "rm -rf $staged" EXIT
    fi
    [ "$beside" -ef "$stage" ] || cp -p "$stage/$file" "$beside/$file"
  done
done
sync
before=$(cat "$dest/$name.pub" 2>/dev/null || :)
# From here on it is done to the end, whoever hangs up.
trap "" HUP INT TERM PIPE
for name in "$@"; do
  for file in "$name.pub" "$name"; do
    place "$file"
    mv -fT "${final%/*}/.hey-keys.${stage##*.}/$file" "$final"
  done
done
