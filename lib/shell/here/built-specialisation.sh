# What runs on the target when $specialisation is activated there. Nothing has been changed yet where the system has none of that name.
specialised=$(readlink -f "$system/specialisation/$specialisation")
if [ -d "$specialised" ]; then
  :
else
  has=$(find "$system/specialisation" -type l 2>/dev/null | sed "s,.*/,," | sort | tr "[:cntrl:]" " ")
  has=${has% }
  step "$host has no specialisation $specialisation; it has: ${has:-none}. Nothing was copied"
  exit 1
fi
