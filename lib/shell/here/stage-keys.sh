# Only what is asked for goes to stdout, and ssh-keygen talks there.
exec >&2
fresh=
stage=$(mktemp -d "$place/hey-keys.XXXXXX")
clean() { rm -rf "$stage" ${fresh:+"$fresh"}; }
keys=$stage/$into
(umask 022 && mkdir -p "$keys")
# derive NAME SHOWN PROGRAM...: what the program writes is a key that sshd and age can read; its .pub is made of it. Through
# a pipe, as ssh-keygen refuses a file that others can read.
derive() {
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
