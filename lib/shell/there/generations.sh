# shellcheck disable=SC2154 # with deployment.sh before it
# The generations of the system profile, newest first, as a table or as JSON ($1): what nixos-rebuild list-generations knows, and which
# of them runs, boots, and was booted.
word() { printf "%s" "$1" | LC_ALL=C tr -cd "A-Za-z0-9 :+._?=/-"; }
flag() { if [ -n "$system" ] && [ "$(readlink -e "$1")" = "$system" ]; then echo true; else echo false; fi; }
[ "$1" = json ] || printf "%-11s %-20s %-34s %-12s %s\n" Generation Date NixOS Kernel "What it is"
between="["
for number in $(generations); do
  link=$profile-$number-link
  # The link itself, whose date is the generation's.
  date=$(date -d "@$(stat -c %Y "$link")" "+%F %T")
  system=$(readlink -e "$link") || system=
  version=$(word "$(cat "$link/nixos-version" 2>/dev/null)")
  kernel=$(word "$(kernel_of "$link")")
  # By name: several generations may be the same system.
  if [ "${link##*/}" = "$(readlink "$profile")" ]; then boots=true; else boots=false; fi
  if [ "$1" = json ]; then
    printf "%s\n" "$between{\"generation\": $number, \"date\": \"$date\", \"nixosVersion\": \"$version\", \"kernelVersion\": \"$kernel\", \"system\": \"$(word "$system")\", \"current\": $boots, \"runs\": $(flag /run/current-system), \"boots\": $boots, \"booted\": $(flag /run/booted-system)}"
    between=,
  else
    what=
    if [ -z "$system" ]; then what=" gone"; fi
    if [ "$(flag /run/current-system)" = true ]; then what="$what runs"; fi
    if [ "$boots" = true ]; then what="$what boots"; fi
    if [ "$(flag /run/booted-system)" = true ]; then what="$what booted"; fi
    printf "%-11s %-20s %-34s %s\n" "$number" "$date" "$version" "$(if [ -n "$what" ]; then printf "%-12s%s" "$kernel" "$what"; else printf "%s" "$kernel"; fi)"
  fi
done
if [ "$1" = json ]; then
  [ "$between" = , ] || printf "["
  echo "]"
fi
