# A path of the store, whatever the target says.
system=$(heard system | tr -cd "A-Za-z0-9+._?=/-")
generation=$(heard generation | tr -cd "0-9")
step "generation $generation of $target: $system"
if [ -n "$(heard other)" ]; then
  step "warning: that generation was not booted with these; what it needs of them works only after a reboot: $(changes other)"
fi
