# What was shown was so against what this machine runs and boots.
if [ " $(readlink -e /run/current-system) $(readlink -e /nix/var/nix/profiles/system || echo nothing)" = "$shown" ]; then :; else
  state="this machine has changed since it was shown; nothing was done (status 1). Type the same line again"
  exit 1
fi
