# What would be another on this machine, were another system activated. What it runs stays as it is.

# say_what NAME WHAT TEXT STATUS: a text as facts of that name; "unseen" where a program failed that was to say it.
say_what() {
  if [ "$4" = 0 ]; then
    printf "%s\n" "$3" | sed "s/^/$1 /"
  else
    echo "unseen $2 (status $4) $(printf "%s\n" "$3" | grep . | tail -n 1)"
  fi
}

# would SYSTEM [NAME=VALUE]: what its activation says that it would do.
would() {
  local new
  new=$1
  shift
  limited env -i PATH="$PATH" LOCALE_ARCHIVE="$(locale_archive)" NIXOS_INSTALL_BOOTLOADER=0 "$@" "$new/bin/switch-to-configuration" dry-activate 2>&1 </dev/null
}

# compare_systems SYSTEM ACTION KEY...: facts of what would be another here, were the system activated by that action. The keys are files of
# private keys that secrets are decrypted with here.
compare_systems() {
  local new action running said refused status each key public
  new=$1
  action=$2
  running=$(readlink -e /run/current-system)
  echo "shown $(in_place)"
  if [ "$running" = "$new" ]; then echo "same yes"; fi
  said=$(command -v dix >/dev/null 2>&1 && limited env NO_COLOR=1 dix "$running" "$new" 2>&1 </dev/null) ||
    said=$(command -v nvd >/dev/null 2>&1 && limited nvd --color never diff "$running" "$new" 2>&1 </dev/null) ||
    said=$(limited nix --extra-experimental-features nix-command store diff-closures "$running" "$new" 2>&1 </dev/null)
  say_what package "packages" "$said" "$?"
  for each in "$running" "$new"; do
    said=$(nix --extra-experimental-features nix-command path-info --closure-size "$each" 2>/dev/null </dev/null)
    say_what size "the size" "${said##*[[:blank:]]}" "$?"
  done
  case $action in
    switch | test | dry-activate)
      # What a check before the switch has against it is said, and what would be done without that. What is not of a check is the same then.
      status=0
      said=$(would "$new") || {
        refused=$said
        said=$(would "$new" NIXOS_NO_CHECK=1) || status=$?
        if [ "$said" != "$refused" ]; then
          say_what unit "" "$refused" 0
          echo "refusal $(printf "%s\n" "$refused" | grep . | grep -vx "Pre-switch checks failed" | tail -n 1)"
        fi
      }
      say_what unit "what activation would do" "$said" "$status"
      ;;
  esac
  compare /run/booted-system "$new" reboot
  shift 2
  for key in "$@"; do
    # By a pipe: a file that others may read is refused by ssh-keygen, and not by age.
    if public=$(dd if="$key" 2>/dev/null | ssh-keygen -y -P "" -f /dev/stdin 2>/dev/null); then
      echo "recipient ${public%% *} $(printf "%s" "${public#* }" | cut -d " " -f 1)"
    elif [ -e "$key" ]; then
      echo "identity $key"
    fi
  done
}
