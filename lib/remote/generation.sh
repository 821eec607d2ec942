# shellcheck disable=SC2154 # with deployment.sh and ask.sh before it
# Finds the generation $3 of the system profile ("previous" for the one before what boots) with its closure.
wanted=$3
now=$(readlink "$profile")
now=${now#system-}
now=${now%-link}
there=
found=
for number in $(generations); do
  there="$number${there:+ }$there"
  if [ "$wanted" = "$number" ]; then found=$number; fi
  if [ "$wanted" = previous ] && [ -z "$found" ] && [ "$number" -lt "$now" ] && [ -x "$profile-$number-link/bin/switch-to-configuration" ]; then found=$number; fi
done
if [ -z "$found" ]; then refuse 1 "there is no $([ "$wanted" = previous ] && echo "generation before $now" || echo "generation $wanted"); there are ${there:-none}"; fi
if [ -x "$profile-$found-link/bin/switch-to-configuration" ]; then :; else refuse 1 "the closure of generation $found is gone (garbage collection, or a damaged store)"; fi
echo "generation $found"
echo "system $(readlink -e "$profile-$found-link")"
compare /run/booted-system "$profile-$found-link" other
