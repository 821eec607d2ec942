# tell_recipient FILE.pub: what is to be done before a secret can be decrypted by the key.
tell_recipient() {
  step "no secret is encrypted to this key yet: $(cut -d " " -f 1,2 "$1")"
  if command -v ssh-to-age >/dev/null 2>&1; then step "as an age recipient: $(ssh-to-age -i "$1")"; fi
  step "add it to secrets.nix and run agenix -r (or to .sops.yaml and run sops updatekeys), commit, and deploy after that"
}
