# link(2) fails where the name exists: a key that appeared meanwhile stays.
ln "$fresh/key" "$key"
ln -f "$fresh/key.pub" "$key.pub"
chmod 644 "$key.pub"
rm -rf "$fresh"
fresh=
tell_recipient "$key.pub"
