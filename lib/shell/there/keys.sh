# The keys of this machine.

# public_keys DIR NAME...: the public halves of these private keys. Changes nothing.
public_keys() {
  local dir name
  dir=$1
  shift
  for name in "$@"; do
    echo "$name $(ssh-keygen -y -P "" -f "$dir/$name" 2>/dev/null | cut -d " " -f 1,2 || :)"
  done
}

# keys_refused WHY. Ends: always, with 1.
keys_refused() {
  echo "put-keys: $*; the keys here are as they were" >&2
  exit 1
}

# find_place NAME: the file that has that name in $dest. Where it is a link (into /persist, say) its file is replaced, not the link.
# Sets: final. Ends: where it lies elsewhere.
find_place() {
  final=$dest/$1
  if [ -L "$final" ]; then final=$(readlink -f "$final") || keys_refused "$dest/$1 is a link to nothing"; fi
  case $final in
    /etc/ssh/* | /persist/etc/ssh/*) ;;
    *) keys_refused "$dest/$1 leads to $final, outside of /etc/ssh and /persist/etc/ssh" ;;
  esac
  if [ -d "$final" ]; then keys_refused "$final is a directory"; fi
}

# public_half LINE: its first two words: type and key, without the comment.
public_half() {
  # shellcheck disable=SC2086
  set -- $1
  echo "${1-} ${2-}"
}

# put_keys DIR NAME...: installs the keys that come as a tar stream on stdin. The last one is that of sshd. Nothing is touched before all of
# them are here, whole and readable as sshd reads them. Sets: dest, staged. Ends: where that is not so.
put_keys() {
  local stage name derived file beside before
  set -e
  # A word to a client that has gone must not kill this before it has cleaned up.
  trap "" PIPE
  umask 077
  dest=$1
  shift
  if [ "$(id -u)" = 0 ]; then :; else keys_refused "$(id -un) is not root here, and only root may"; fi
  if [ -d "$dest" ]; then :; else (umask 022 && mkdir -p "$dest"); fi
  dest=$(readlink -f "$dest")
  stage=$(mktemp -d "$dest/.hey-keys.XXXXXX")
  staged=${stage##*/}
  trap remove_staged EXIT
  trap "exit 129" HUP
  trap "exit 130" INT
  trap "exit 143" TERM
  tar -xof - -C "$stage" || keys_refused "the keys did not arrive"
  for name in "$@"; do
    if [ -f "$stage/$name" ] && [ -f "$stage/$name.pub" ]; then :; else keys_refused "$name did not arrive"; fi
    chmod 600 "$stage/$name"
    chmod 644 "$stage/$name.pub"
    derived=$(public_half "$(ssh-keygen -y -P "" -f "$stage/$name")")
    [ "$derived" = "$(public_half "$(cat "$stage/$name.pub")")" ] || keys_refused "$name did not arrive whole"
    for file in "$name.pub" "$name"; do
      find_place "$file"
      # A rename is atomic within one directory only.
      beside=${final%/*}/$staged
      if [ "$beside" = "$stage" ]; then continue; fi
      mkdir -p "$beside"
      cp -p "$stage/$file" "$beside/$file"
    done
  done
  sync "$stage"/* "${final%/*}/$staged"/*
  before=$(public_half "$(ssh-keygen -y -P "" -f "$final" 2>/dev/null || :)")
  # From here on it is done to the end, whoever hangs up.
  trap "" HUP INT TERM
  for name in "$@"; do
    for file in "$name.pub" "$name"; do
      find_place "$file"
      mv -fT "${final%/*}/$staged/$file" "$final"
    done
  done
  if [ "$before" = "$derived" ]; then
    echo same
    exit 0
  fi
  echo changed
  # From OpenSSH 9.8 on sshd reads its host keys once, when it starts.
  case $(ssh -V 2>&1) in
    OpenSSH_[1-8].* | OpenSSH_9.[0-7]*) exit 0 ;;
  esac
  reload_sshd || echo "put-keys: sshd presents the old key until it is restarted" >&2
}

# remove_staged: what was laid ready.
remove_staged() { rm -rf "/etc/ssh/$staged" "/persist/etc/ssh/$staged"; }

# reload_sshd: lets it read its host keys again, unless its configuration is broken.
reload_sshd() {
  sshd -t || return 1
  if [ -d /run/systemd/system ]; then
    systemctl try-reload-or-restart sshd.service
  else
    kill -HUP "$(cat /run/sshd.pid)"
  fi
}
