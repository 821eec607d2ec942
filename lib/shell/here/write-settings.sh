# A shell that redirects to it has made it, without anything in it.
if [ -n "$file" ] && [ -s "$file" ]; then there=yes; else there=; fi
printf "%s\n" "$text"
write_settings() {
  printf "%s\n" "$text" >"$file"
  step "written to $file"
}
if [ -z "$file" ]; then
  step "shown only: the flake is no directory here"
elif [ -n "$there" ]; then
  step "shown only: $file is there already. Try: move it away"
  exit 1
elif [ "$consent" = yes ]; then
  write_settings
elif [ -t 1 ] && (: </dev/tty) 2>/dev/null; then
  if agreed "Write this to $file?"; then write_settings; else step "nothing was written"; fi
else
  step "shown only. Try: --yes, or redirect it to $file"
fi
