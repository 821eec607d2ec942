step "for $known_hosts: $name $(cut -d " " -f 1,2 "$keys/ssh_host_ed25519_key.pub")"
