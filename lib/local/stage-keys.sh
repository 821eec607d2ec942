# Only what is asked for goes to stdout, and ssh-keygen talks there.
exec >&2
fresh=
stage=$(mktemp -d "$place/hey-keys.XXXXXX")
trap 'rm -rf "$stage" ${fresh:+"$fresh"}' EXIT
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
    step "$shown has no newline at its end, so sshd can't read it; nothing was sent. Try: echo >>$shown"
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
link_key() {
  derive "$@"
  ln -s "$shown" "$keys/$name"
}
copy_key() {
  copy=$keys/$1
  origin=$2
  into_name=$1
  shift 2
  (umask 077 && "$@" >"$copy")
  derive "$into_name" "$origin" cat "$copy"
}
# tell_recipient FILE.pub: what is to be done before a secret can be decrypted by the key.
tell_recipient() {
  step "no secret is encrypted to this key yet: $(cut -d " " -f 1,2 "$1")"
  if command -v ssh-to-age >/dev/null 2>&1; then step "as an age recipient: $(ssh-to-age -i "$1")"; fi
  step "add it to secrets.nix and run agenix -r (or to .sops.yaml and run sops updatekeys), commit, and deploy after that"
}
