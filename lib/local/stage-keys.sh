# Only what is asked for goes to stdout, and ssh-keygen talks there.
exec >&2
umask 077
fresh=
stage=$(mktemp -d "${TMPDIR:-/tmp}/hey-keys.XXXXXX")
trap 'rm -rf "$stage" ${fresh:+"$fresh"}' EXIT
# check_key NAME PATH PROGRAM...: what the program writes is a key that sshd and age can read; the .pub beside the link is made
# of it. Through a pipe, as ssh-keygen refuses a file that others can read, and a copy could be left behind.
check_key() {
  name=$1
  link=$2
  shift 2
  if "$@" | ssh-keygen -y -P "" -f /dev/stdin >"$stage/$name.pub"; then
    :
  elif [ "$("$@" | tail -c 1 | wc -l)" -eq 0 ]; then
    step "$link has no newline at its end, so sshd can't read it; nothing was sent. Try: echo >>$link"
    exit 1
  else
    step "$link is no private key that sshd can read (a passphrase? carriage returns? cut off?); nothing was sent"
    exit 1
  fi
  read -r type _ <"$stage/$name.pub"
  if [ "$type" = ssh-ed25519 ]; then
    ln -s "$link" "$stage/$name"
  else
    step "$link is of type $type, not ssh-ed25519; nothing was sent"
    exit 1
  fi
}
