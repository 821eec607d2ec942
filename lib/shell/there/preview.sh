# shellcheck disable=SC2154 # with deployment.sh before it
# What would be another on this machine, were the system $1 activated by the action $2: facts. What it runs stays as it is. $3 are paths of
# private keys that secrets are decrypted with here.
new=$1
action=$2
running=$(readlink -e /run/current-system)
echo "shown $running $(readlink -e "$profile" || echo nothing)"
if [ "$running" = "$new" ]; then echo "same yes"; fi
has() { command -v "$1" >/dev/null 2>&1; }
# told NAME WHAT TEXT STATUS: a text as facts of that name; "unseen" where a program failed that was to say it
told() {
  if [ "$4" = 0 ]; then
    printf "%s\n" "$3" | sed "s/^/$1 /"
  else
    echo "unseen $2 (status $4) $(printf "%s\n" "$3" | grep . | tail -n 1)"
  fi
}
said=$(has dix && limited env NO_COLOR=1 dix "$running" "$new" 2>&1 </dev/null) ||
  said=$(has nvd && limited nvd --color never diff "$running" "$new" 2>&1 </dev/null) ||
  said=$(limited nix --extra-experimental-features nix-command store diff-closures "$running" "$new" 2>&1 </dev/null)
told package "packages" "$said" "$?"
for system in "$running" "$new"; do
  said=$(nix --extra-experimental-features nix-command path-info --closure-size "$system" 2>/dev/null </dev/null)
  told size "the size" "${said##*[[:blank:]]}" "$?"
done
case $action in
  switch | test | dry-activate)
    locales=${LOCALE_ARCHIVE-}
    [ -n "$locales" ] || locales=/run/current-system/sw/lib/locale/locale-archive
    would() { limited env -i PATH="$PATH" LOCALE_ARCHIVE="$locales" NIXOS_INSTALL_BOOTLOADER=0 "$@" "$new/bin/switch-to-configuration" dry-activate 2>&1 </dev/null; }
    # What a check before the switch has against it is said, and what would be done without that.
    said=$(would) || {
      told unit "" "$said" 0
      said=$(would NIXOS_NO_CHECK=1)
    }
    told unit "what activation would do" "$said" "$?"
    ;;
esac
compare /run/booted-system "$new" reboot
for key in $3; do
  # By a pipe: a file that others may read is refused by ssh-keygen, and not by age.
  if public=$(dd if="$key" 2>/dev/null | ssh-keygen -y -P "" -f /dev/stdin 2>/dev/null); then
    echo "recipient ${public%% *} $(printf "%s" "${public#* }" | cut -d " " -f 1)"
  elif [ -e "$key" ]; then
    echo "identity $key"
  fi
done
