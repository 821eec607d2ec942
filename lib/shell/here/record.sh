# What ran on the host when it was last deployed to from here, to notice when someone else has changed it. Two words while it is
# not known whether the second runs.
record=$notes/deployed/$host
recorded() { (mkdir -p "${record%/*}" && printf "%s\n" "$*" >"$record") 2>/dev/null || :; }
