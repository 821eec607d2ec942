# What was shown of it, if it was.
shown=
expected=
if [ -r "$record" ]; then expected=$(tr -cd "A-Za-z0-9 +._?=/-" <"$record"); fi
