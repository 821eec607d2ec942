# A path of the store, whatever the target says.
system=$(heard system | tr -cd "A-Za-z0-9+._?=/-")
generation=$(heard_number generation)
step "generation $generation of $target: $system"
if [ -n "$(heard other)" ]; then
  step "warning: that generation was not booted with these; what it needs of them works only after a reboot: $(changes other)"
fi
