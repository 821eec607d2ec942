# The keys, laid ready in a private directory under the names that they have on a target.

# stage_keys FOLDER: a private directory for them, also where the script is killed. Only what is asked for goes to stdout, and ssh-keygen talks
# there. Sets: fresh_key, stage, keys.
stage_keys() {
  exec >&2
  fresh_key=
  make_tmp
  stage=$tmp
  reap_stage
  keys=$stage/$1
  (umask 022 && mkdir -p "$keys")
  at_end remove_fresh_key
}

# remove_fresh_key: one that was not finished.
remove_fresh_key() { if [ -n "$fresh_key" ]; then rm -rf "$fresh_key"; fi; }

# reap_stage: kill -9 runs no trap. This process holds the other end of a pipe that ends with the script, however it ends, and with all that it
# started; then it ends the connection, and removes the directory and the file that is named in it. In a session of its own, so that no signal
# for the script reaches it.
reap_stage() {
  local own_session
  own_session=$(command -v setsid || :)
  mkfifo "$stage/alive"
  # It has its end before this script can be killed: to open a pipe that nobody writes to is to wait for ever.
  exec 9<>"$stage/alive"
  # shellcheck disable=SC2016
  ${own_session:+"$own_session"} sh -c 'trap "" HUP INT TERM
    read -r _ || :
    if [ ! -d "$1" ]; then exit; fi
    if [ -S "$1/ssh" ]; then ssh -F none -S "$1/ssh" -O exit host; fi
    rm -rf "$1" "$(cat "$1/beside")"' sh "$stage" <"$stage/alive" 9>&- >/dev/null 2>&1 &
}

# derive NAME SHOWN PROGRAM...: what the program writes is a key that sshd and age can read; its .pub is made of it. Through a pipe, as
# ssh-keygen refuses a file that others can read. Ends: where it is none.
derive() {
  local name shown type
  name=$1
  shown=$2
  shift 2
  if "$@" | ssh-keygen -y -P "" -f /dev/stdin >"$keys/$name.pub"; then
    :
  elif [ "$("$@" | tail -c 1 | wc -l)" -eq 0 ]; then
    step "$shown has no newline at its end, so sshd can't read it; nothing was sent"
    exit 1
  else
    step "$shown is no private key that sshd can read (a passphrase? carriage returns? cut off?); nothing was sent"
    exit 1
  fi
  chmod 644 "$keys/$name.pub"
  read -r type _ <"$keys/$name.pub"
  if [ "$type" = ssh-ed25519 ]; then
    :
  else
    step "$shown is of type $type, not ssh-ed25519; nothing was sent"
    exit 1
  fi
}

# link_key NAME FILE PROGRAM...: the program writes the key of that file. Only a link is laid ready. Ends: where it is none.
link_key() {
  derive "$@"
  ln -s "$2" "$keys/$1"
}

# copy_key NAME SHOWN PROGRAM...: the program writes the key. Ends: where it fails, or writes none.
copy_key() {
  local name shown copy
  name=$1
  shown=$2
  copy=$keys/$1
  shift 2
  if (umask 077 && "$@" >"$copy"); then :; else
    step "$shown: it failed; nothing was sent"
    exit 1
  fi
  derive "$name" "$shown" cat "$copy"
}

# take_files DIR: its files go with the keys, with their modes. Ends: where they can't be read.
take_files() {
  if cp -RPp "$1/." "$stage/tree" && chmod 755 "$stage/tree"; then :; else
    step "the files in $1 can't be copied; nothing was sent"
    exit 1
  fi
}

# begin_key FILE: a private folder for a new one: ssh-keygen would write over one that appears meanwhile. Sets: fresh_key.
begin_key() {
  (umask 077 && mkdir -p "${1%/*}")
  fresh_key=$(mktemp -d "${1%/*}/.new-key.XXXXXX")
}

# publish_key FILE: the new one gets its name. Sets: fresh_key. Ends: where another run has made it meanwhile.
publish_key() {
  # link(2) fails where the name exists: a key that appeared meanwhile stays.
  if ln "$fresh_key/key" "$1"; then :; else
    step "another run has made $1 meanwhile. Type the same line again"
    exit 1
  fi
  if ln "$fresh_key/key.pub" "$1.pub"; then :; else
    rm -f "$1"
    step "$1.pub is there by now, and is not written over. Move it away, and type the same line again"
    exit 1
  fi
  chmod 644 "$1.pub"
  rm -rf "$fresh_key"
  fresh_key=
  tell_recipient "$1.pub"
}

# tell_recipient FILE.pub: what is to be done before a secret can be decrypted by the key.
tell_recipient() {
  step "no secret is encrypted to this key yet: $(cut -d " " -f 1,2 "$1")"
  if command -v ssh-to-age >/dev/null 2>&1; then step "as an age recipient: $(ssh-to-age -i "$1")"; fi
  step "add it to secrets.nix and run agenix -r (or to .sops.yaml and run sops updatekeys), commit, and deploy after that"
}
