# A program that builds and activates by itself.

# until_it_ends PROGRAM [SHELL]: it moves what boots before it activates, and says itself how far it came. SHELL is what to type before a command
# there. Sets: last_words, changed.
until_it_ends() {
  last_words="$1 has not come to its end, so $target may run and boot the old system or the new. Look: ${2:+$2 }readlink /run/current-system /nix/var/nix/profiles/system; then type the same line again"
  changed=yes
}
