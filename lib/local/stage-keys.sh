# Only what is asked for goes to stdout, and ssh-keygen talks there.
exec >&2
umask 077
fresh=
stage=$(mktemp -d "${TMPDIR:-/tmp}/hey-keys.XXXXXX")
trap 'rm -rf "$stage" ${fresh:+"$fresh"}' EXIT
# check_key NAME PATH PROGRAM...: what the program writes is a key that sshd and age can read; the .pub beside the link is made of it.
# Through a pipe, as ssh-keygen refuses a file that others can read, and a copy could be left behind.
check_key() {
  name=$1
  link=$2
  shift 2
  last=$("$@" | tail -c 1 | wc -l)
  returns=$("$@" | tr -dc '\r' | wc -c)
  if [ "$last" -eq 0 ] || [ "$returns" -gt 0 ]; then
    step "$link is not as ssh-keygen wrote it: sshd would refuse it (no newline at its end, or carriage returns)"
    exit 1
  fi
  if "$@" | ssh-keygen -y -P "" -f /dev/stdin >"$stage/$name.pub"; then
    :
  else
    step "$link is no private key without a passphrase; nothing was sent"
    exit 1
  fi
  case $(cat "$stage/$name.pub") in
    "ssh-ed25519 "*) ;;
    *)
      step "$link is not of type ed25519; nothing was sent"
      exit 1
      ;;
  esac
  ln -s "$link" "$stage/$name"
}
