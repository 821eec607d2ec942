# Installs the keys that come as a tar stream on stdin. $1 is the directory, the names of the private keys follow: the last
# one is sshd's. Nothing is touched before all of them are here, whole and readable as sshd reads them.
set -eu
# A word to a client that has gone must not kill this before it has cleaned up.
trap "" PIPE
umask 077
dest=$1
shift
die() {
  echo "put-keys: $*; the keys here are as they were" >&2
  exit 1
}
if [ "$(id -u)" = 0 ]; then :; else die "$(id -un) is not root here, and only root may"; fi
if [ -d "$dest" ]; then :; else (umask 022 && mkdir -p "$dest"); fi
dest=$(readlink -f "$dest")
# Where a name is a link (into /persist, say) its file is replaced, not the link.
place() {
  final=$dest/$1
  if [ -L "$final" ]; then final=$(readlink -f "$final") || die "$dest/$1 is a link to nothing"; fi
  case $final in
    /etc/ssh/* | /persist/etc/ssh/*) ;;
    *) die "$dest/$1 leads to $final, outside of /etc/ssh and /persist/etc/ssh" ;;
  esac
  if [ -d "$final" ]; then die "$final is a directory"; fi
}
# The first two words: type and key, without the comment.
public() {
  # shellcheck disable=SC2086
  set -- $1
  echo "${1-} ${2-}"
}
stage=$(mktemp -d "$dest/.hey-keys.XXXXXX")
id=${stage##*/}
clean() {
  rm -rf "/etc/ssh/$id" "/persist/etc/ssh/$id"
}
trap clean EXIT
trap "exit 129" HUP
trap "exit 130" INT
trap "exit 143" TERM
tar -xof - -C "$stage" || die "the keys did not arrive"
for name in "$@"; do
  if [ -f "$stage/$name" ] && [ -f "$stage/$name.pub" ]; then :; else die "$name did not arrive"; fi
  chmod 600 "$stage/$name"
  chmod 644 "$stage/$name.pub"
  derived=$(public "$(ssh-keygen -y -P "" -f "$stage/$name")")
  [ "$derived" = "$(public "$(cat "$stage/$name.pub")")" ] || die "$name did not arrive whole"
  for file in "$name.pub" "$name"; do
    place "$file"
    # A rename is atomic within one directory only.
    beside=${final%/*}/$id
    if [ "$beside" = "$stage" ]; then continue; fi
    mkdir -p "$beside"
    cp -p "$stage/$file" "$beside/$file"
  done
done
sync "$stage"/* "${final%/*}/$id"/*
before=$(public "$(ssh-keygen -y -P "" -f "$final" 2>/dev/null || :)")
# From here on it is done to the end, whoever hangs up.
trap "" HUP INT TERM
for name in "$@"; do
  for file in "$name.pub" "$name"; do
    place "$file"
    mv -fT "${final%/*}/$id/$file" "$final"
  done
done
if [ "$before" = "$derived" ]; then exit 0; fi
echo changed
# From OpenSSH 9.8 on sshd reads its host keys once, when it starts.
case $(ssh -V 2>&1) in
  OpenSSH_[1-8].* | OpenSSH_9.[0-7]*) exit 0 ;;
esac
reload() {
  sshd -t || return 1
  if [ -d /run/systemd/system ]; then
    systemctl try-reload-or-restart sshd.service
  else
    kill -HUP "$(cat /run/sshd.pid)"
  fi
}
reload || echo "put-keys: sshd presents the old key until it is restarted" >&2
