state="it is not known whether the keys arrived; each on the target is whole, the old one or the new. Try: $check"
touched=yes
