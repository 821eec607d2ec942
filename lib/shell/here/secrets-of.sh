# What the host is to decrypt, and with which keys.
identities=$(printf "%s\n" "$declared" | sed -n "s/^identity //p")
# Words for the other side, where a shell splits them and sees nothing else in them.
odd_identities=$(printf "%s\n" "$identities" | LC_ALL=C grep "[^A-Za-z0-9._/@:+,=-]" || :)
identities=$(printf "%s\n" "$identities" | LC_ALL=C grep -v "[^A-Za-z0-9._/@:+,=-]" | tr "\n" " " || :)
secrets=$(printf "%s\n" "$declared" | sed -n "s/^secret //p")
