# What is said of the target in a last line: how it stands, and what is owed.
owed() { if [ -n "$(heard reboot)" ]; then printf "%s" "; reboot needed: $(changes reboot). Then: $reboot"; fi; }
standing() { printf "%s" "$target runs $(heard runs), boots $(heard boots)"; }
