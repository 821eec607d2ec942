# What the host is to decrypt, and with which keys.
identities=$(printf "%s\n" "$declared" | sed -n "s/^identity //p" | LC_ALL=C tr -c "A-Za-z0-9._/-" " ")
secrets=$(printf "%s\n" "$declared" | sed -n "s/^secret //p")
