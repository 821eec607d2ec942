# shellcheck disable=SC2154 # with deployment.sh and ask.sh before it
# Finds the generation $3 of the system profile ("previous" for the one before what boots) with its closure.
wanted=$3
boots=$(readlink "$profile")
now=${boots#system-}
now=${now%-link}
# A profile may be a system itself, and no generation.
if [ "$now" -ge 0 ] 2>/dev/null; then :; else now=0; fi
there=
found=
for number in $(generations); do
  there="$number${there:+ }$there"
  if [ "$wanted" = "$number" ]; then found=$number; fi
  if [ "$wanted" = previous ] && [ -z "$found" ] && [ "$number" -lt "$now" ] && [ -x "$profile-$number-link/bin/switch-to-configuration" ]; then found=$number; fi
done
if [ "$wanted" != previous ]; then
  what="generation $wanted"
elif [ "$now" = 0 ]; then
  what="generation before what boots, which is none itself (${boots:-nothing})"
else
  what="generation before $now"
fi
if [ -z "$found" ]; then refuse 1 "there is no $what; there are ${there:-none}"; fi
system=$(readlink -e "$profile-$found-link")
if [ -x "$system/bin/switch-to-configuration" ]; then :; else refuse 1 "the closure of generation $found is gone (garbage collection, or a damaged store); --list shows those that are there"; fi
# What it needs may be gone as well, on a damaged disk say.
needs=$(nix-store --query --requisites "$system") || refuse 1 "the closure of generation $found is not known to nix there; --list shows the others"
for path in $needs; do
  if [ ! -e "$path" ] && [ ! -L "$path" ]; then refuse 1 "the closure of generation $found is not whole, $path is gone; mend it there (nix-store --verify --check-contents --repair), or type another generation"; fi
done
echo "generation $found"
echo "system $system"
compare /run/booted-system "$system" other
