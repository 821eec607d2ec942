system=$(readlink "$tmp/system")
if [ -f "$system/nixos-version" ]; then
  :
else
  step "$system is not a NixOS system; nothing was copied"
  exit 1
fi
