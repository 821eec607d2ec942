# shellcheck disable=SC2154 # with deployment.sh before it
# The generations of the system profile, newest first, as a table or as JSON ($1): what nixos-rebuild list-generations knows, and which
# of them runs, boots, and was booted.
word() { printf "%s" "$1" | LC_ALL=C tr -cd "A-Za-z0-9 :+._?=/-"; }
flag() { if [ "$(readlink -e "$1")" = "$system" ]; then echo true; else echo false; fi; }
[ "$1" = json ] || printf "%-11s %-20s %-34s %-12s %s\n" Generation Date NixOS Kernel "What it is"
between="["
for number in $(generations); do
  link=$profile-$number-link
  # The link itself, whose date is the generation's.
  date=$(date -d "@$(stat -c %Y "$link")" "+%F %T")
  system=$(readlink -e "$link") || system=
  version=$(word "$(cat "$link/nixos-version" 2>/dev/null)")
  kernel=$(word "$(kernel_of "$link")")
  if [ "$1" = json ]; then
    printf "%s\n" "$between{\"generation\": $number, \"date\": \"$date\", \"nixosVersion\": \"$version\", \"kernelVersion\": \"$kernel\", \"system\": \"$(word "$system")\", \"current\": $(flag "$profile"), \"runs\": $(flag /run/current-system), \"boots\": $(flag "$profile"), \"booted\": $(flag /run/booted-system)}"
    between=,
  else
    what=
    if [ -z "$system" ]; then
      what=" gone"
    else
      for pair in "runs /run/current-system" "boots $profile" "booted /run/booted-system"; do
        if [ "$(flag "${pair#* }")" = true ]; then what="$what ${pair%% *}"; fi
      done
    fi
    printf "%-11s %-20s %-34s %s\n" "$number" "$date" "$version" "$(if [ -n "$what" ]; then printf "%-12s%s" "$kernel" "$what"; else printf "%s" "$kernel"; fi)"
  fi
done
if [ "$1" = json ]; then
  [ "$between" = , ] || printf "["
  echo "]"
fi
