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

# find_place NAME: the file that has that name in $dest. Where it is a link (into /persist, say) its file is replaced, not the link.
# Sets: final. Ends: where it lies elsewhere, or no file can take its place.
find_place() {
  local dir
  final=$dest/$1
  # A link to what was laid ready is what a run that died has left: it gives way.
  case $(readlink "$final") in
    "" | */.hey-keys.*) ;;
    *) final=$(readlink -f "$final") || refuse 1 "$dest/$1 is a link to nothing there" ;;
  esac
  case $final in
    /etc/ssh/* | /persist/etc/ssh/*) ;;
    *) refuse 1 "$dest/$1 leads to $final there, outside of /etc/ssh and /persist/etc/ssh" ;;
  esac
  if [ -d "$final" ]; then refuse 1 "$final is a directory there"; fi
  if is_mounted "$final"; then refuse 1 "$final is a mount of its own there, and can not be replaced$(or_persist "/persist/etc/ssh/$1" "$final")"; fi
  dir=${final%/*}
  while [ ! -d "$dir" ]; do dir=${dir%/*} && dir=${dir:-/}; done
  if [ ! -w "$dir" ]; then refuse 1 "$dir can not be written there$(or_persist /persist/etc/ssh /persist/etc/ssh/.)"; fi
}

# is_mounted FILE: whether something is mounted at that place.
is_mounted() {
  local point
  while read -r _ _ _ _ point _; do if [ "$point" = "$1" ]; then return 0; fi; done </proc/self/mountinfo
  return 1
}

# or_persist FILE OTHER: what to type where these are one, and keys may be written there.
or_persist() { if [ "$dest" != /persist/etc/ssh ] && [ "$1" -ef "$2" ] && [ -w /persist/etc/ssh ]; then echo ": type --persist"; fi; }

# public_half LINE: its first two words: type and key, without the comment.
public_half() {
  # shellcheck disable=SC2086
  set -- $1
  echo "${1-} ${2-}"
}

# may_take_keys DIR NAME...: who this machine is, and whether these keys can be put there. Changes nothing. Sets: dest. Ends: where they can not.
may_take_keys() {
  local name
  tell_identity
  need_root "put keys there"
  dest=$1
  shift
  if [ -d "$dest" ]; then dest=$(readlink -f "$dest"); fi
  for name in "$@"; do (find_place "$name" && find_place "$name.pub") || exit; done
}

# put_keys DIR NAME...: installs the keys that come as a tar stream on stdin. The last one is that of sshd. Nothing is touched before all of
# them are here, whole and readable as sshd reads them. At each moment a key and its public half belong together, and all keys of a directory
# are the old ones or the new: the files give way to links to copies of themselves, one rename turns all of these to the new ones, and the
# links give way to those. Sets: dest, staged. Ends: always.
put_keys() {
  local stage name derived file before home homes changed=""
  set -e
  # A word to a client that has gone must not kill this before it has cleaned up.
  trap "" PIPE
  umask 077
  dest=$1
  shift
  need_root "put keys there"
  if [ -d "$dest" ]; then :; else (umask 022 && mkdir -p "$dest") || refuse 1 "$dest can not be made there"; fi
  dest=$(readlink -f "$dest")
  exec 9</etc
  flock -w 150 9 || refuse 1 "another run puts keys there just now"
  settle_when_killed
  settle_keys
  stage=$(mktemp -d "$dest/.hey-keys.XXXXXX") || refuse 1 "nothing can be made in $dest there"
  staged=${stage##*/}
  trap settle_keys EXIT
  trap "exit 129" HUP
  trap "exit 130" INT
  trap "exit 143" TERM
  mkdir "$stage/sent"
  timeout -k 10 120 tar -xof - -C "$stage/sent" || refuse 1 "the keys did not arrive"
  homes=
  for name in "$@"; do
    if [ -f "$stage/sent/$name" ] && [ -f "$stage/sent/$name.pub" ]; then :; else refuse 1 "$name did not arrive"; fi
    chmod 600 "$stage/sent/$name"
    chmod 644 "$stage/sent/$name.pub"
    derived=$(public_half "$(ssh-keygen -y -P "" -f "$stage/sent/$name")")
    [ "$derived" = "$(public_half "$(cat "$stage/sent/$name.pub")")" ] || refuse 1 "$name did not arrive whole"
    # A rename is atomic within one file system only, and what a place that lasts leads to must last.
    find_place "$name"
    home=${final%/*}/$staged
    before=$(public_half "$(ssh-keygen -y -P "" -f "$final" 2>/dev/null || :)")
    if [ "$before" != "$derived" ]; then changed=yes; fi
    if [ ! -L "$home/now" ]; then
      mkdir -p "$home/old" "$home/new"
      ln -s old "$home/now"
      homes="$homes $home"
    fi
    for file in "$name.pub" "$name"; do
      find_place "$file"
      cp -p "$stage/sent/$file" "$home/new/$file"
      sync "$home/new/$file"
      if [ -e "$final" ]; then cp -p "$final" "$home/old/$file" && sync "$home/old/$file"; fi
      mkdir -p "${final%/*}/$staged"
      ln -s "$home/now/$file" "${final%/*}/$staged/$file"
    done
    sync "$home/new" "$home/old" "$home"
  done
  # From here on it is done to the end, whoever hangs up.
  trap "" HUP INT TERM
  for name in "$@"; do
    for file in "$name.pub" "$name"; do
      find_place "$file"
      mv -fT "${final%/*}/$staged/$file" "$final" || refuse 1 "$final can not be replaced there"
      sync "${final%/*}"
    done
  done
  for home in $homes; do
    ln -s new "$home/next"
    mv -fT "$home/next" "$home/now"
    sync "$home"
  done
  settle_keys
  if [ -n "$changed" ]; then owe_activation; fi
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
  exit 0
}

# owe_activation: what runs was activated with other keys: secrets may be decrypted by these only in another activation.
owe_activation() { (umask 077 && mkdir -p /run/hey && ln -sfn "$(readlink -e /run/current-system)" /run/hey/keys) || :; }

# settle_keys: each link to what was laid ready gives way to the file to which it leads; then that goes. Also after a run that died, or a power cut.
settle_keys() {
  local staging link
  for staging in /etc/ssh/.hey-keys.* /persist/etc/ssh/.hey-keys.*; do
    for link in "${staging%/*}"/*; do
      case $(readlink "$link") in
        */"${staging##*/}"/now/*) ;;
        *) continue ;;
      esac
      if [ -e "$link" ]; then
        cp -p "$link" "$staging/settled" && sync "$staging/settled" && mv -fT "$staging/settled" "$link" || return 1
      else
        rm -f "$link"
      fi
    done
    if [ -d "$staging" ]; then sync "${staging%/*}"; fi
  done
  rm -rf /etc/ssh/.hey-keys.* /persist/etc/ssh/.hey-keys.*
}

# settle_when_killed: kill -9 runs no trap. Another process gets the lock as soon as this one and all that it has started have ended.
settle_when_killed() {
  (
    trap "" HUP INT TERM
    exec 9</etc
    flock 9 && settle_keys
  ) </dev/null >/dev/null 2>&1 &
}

# reload_sshd: lets it read its host keys again, unless its configuration is broken.
reload_sshd() {
  sshd -t || return 1
  if [ -d /run/systemd/system ]; then
    systemctl try-reload-or-restart sshd.service
  else
    kill -HUP "$(cat /run/sshd.pid)"
  fi
}
