step "stopped before the install: a new key can decrypt nothing. It is kept; type the same line again after that, or with --yes to go on"
exit 1
