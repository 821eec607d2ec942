step "nixos-anywhere has done its part; not verified that the machine came back"
