step "installed; not verified"
