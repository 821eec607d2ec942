# The generations of the system profile.

# find_generation: the generation $wanted_generation ("previous" for the one before what boots) with its closure.
# Ends: where it is not there, or not whole.
find_generation() {
  local wanted link now there found number what found_system needs path
  wanted=$wanted_generation
  link=$(readlink "$profile")
  now=${link#system-}
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
    what="generation before what boots, which is none itself (${link:-nothing})"
  else
    what="generation before $now"
  fi
  if [ -z "$found" ]; then refuse 1 "there is no $what; there are ${there:-none}"; fi
  found_system=$(readlink -e "$profile-$found-link")
  if [ -x "$found_system/bin/switch-to-configuration" ]; then :; else refuse 1 "the closure of generation $found is gone (garbage collection, or a damaged store); --list shows those that are there"; fi
  # What it needs may be gone as well, on a damaged disk say.
  needs=$(nix-store --query --requisites "$found_system") || refuse 1 "the closure of generation $found is not known to nix there; --list shows the others"
  for path in $needs; do
    if [ ! -e "$path" ] && [ ! -L "$path" ]; then refuse 1 "the closure of generation $found is not whole, $path is gone; mend it there (nix-store --verify --check-contents --repair), or type another generation"; fi
  done
  echo "generation $found"
  echo "system $found_system"
  echo "generation-name $(head -n 1 "$found_system/etc/hostname" 2>/dev/null)"
  compare /run/booted-system "$found_system" other
}

# find_and_tell: finds it, and tells what runs.
find_and_tell() {
  find_generation
  tell_boot
}

# printable TEXT: without what is more than a plain word.
printable() { printf "%s" "$1" | LC_ALL=C tr -cd "A-Za-z0-9 :+._?=/-"; }

# is_at LINK SYSTEM: true or false: whether that leads to the system.
is_at() { if [ -n "$2" ] && [ "$(readlink -e "$1")" = "$2" ]; then echo true; else echo false; fi; }

# list_generations FORM: all of them, newest first, as a table or as JSON: what nixos-rebuild list-generations knows, and which of them runs,
# boots, and was booted.
list_generations() {
  local between number link date at version kernel current boots what next
  next=$(menu_boots) || next=""
  [ "$1" = json ] || printf "%-11s %-20s %-34s %-12s %s\n" Generation Date NixOS Kernel "What it is"
  between="["
  for number in $(generations); do
    link=$profile-$number-link
    # The link itself, which has the date of the generation.
    date=$(date -d "@$(stat -c %Y "$link")" "+%F %T")
    at=$(readlink -e "$link") || at=
    version=$(printable "$(cat "$link/nixos-version" 2>/dev/null)")
    kernel=$(printable "$(kernel_of "$link")")
    # By name: several generations may be the same system.
    if [ "${link##*/}" = "$(readlink "$profile")" ]; then current=true; else current=false; fi
    boots=$current
    if [ -n "$next" ] && [ "$next" != "$(readlink -e "$profile")" ]; then boots=$(is_at "$link" "$next"); fi
    if [ "$1" = json ]; then
      printf "%s\n" "$between{\"generation\": $number, \"date\": \"$date\", \"nixosVersion\": \"$version\", \"kernelVersion\": \"$kernel\", \"system\": \"$(printable "$at")\", \"current\": $current, \"runs\": $(is_at /run/current-system "$at"), \"boots\": $boots, \"booted\": $(is_at /run/booted-system "$at")}"
      between=,
    else
      what=
      if [ -z "$at" ]; then what=" gone"; fi
      if [ "$(is_at /run/current-system "$at")" = true ]; then what="$what runs"; fi
      if [ "$boots" = true ]; then what="$what boots"; fi
      if [ "$(is_at /run/booted-system "$at")" = true ]; then what="$what booted"; fi
      printf "%-11s %-20s %-34s %s\n" "$number" "$date" "$version" "$(if [ -n "$what" ]; then printf "%-12s%s" "$kernel" "$what"; else printf "%s" "$kernel"; fi)"
    fi
  done
  if [ "$1" = json ]; then
    [ "$between" = , ] || printf "["
    echo "]"
  fi
}
