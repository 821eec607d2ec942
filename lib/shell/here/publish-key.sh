# link(2) fails where the name exists: a key that appeared meanwhile stays.
if ln "$fresh/key" "$key"; then :; else
  step "another run has made $key meanwhile. Type the same line again"
  exit 1
fi
ln -f "$fresh/key.pub" "$key.pub"
chmod 644 "$key.pub"
rm -rf "$fresh"
fresh=
tell_recipient "$key.pub"
