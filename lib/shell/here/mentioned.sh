# Whether the flake's own list of recipients has this host's key, as it is or as an age recipient.
public=$(cut -d " " -f 2 "$keys/ssh_host_ed25519_key.pub")
recipient=$(ssh-to-age -i "$keys/ssh_host_ed25519_key.pub" 2>/dev/null || :)
lists=
for list in "$flake_dir/secrets.nix" "$flake_dir/secrets/secrets.nix" "$flake_dir/.sops.yaml"; do
  if [ -f "$list" ]; then
    lists="$lists $list"
    if grep -q -F -e "$public" ${recipient:+-e "$recipient"} "$list"; then
      lists=
      break
    fi
  fi
done
if [ -n "$lists" ]; then
  step "warning: not found in$lists"
  tell_recipient "$keys/ssh_host_ed25519_key.pub"
fi
