step "no host key for $host here: the machine will make one of its own, to which no secret is encrypted, and can't be told from another (--generate, --key-cmd)"
