# shellcheck disable=SC2154 # with deployment.sh before it
# What would be another on this machine, were the system $1 activated by the action $2: facts. What it runs stays as it is. $3 are paths of
# private keys that secrets are decrypted with here.
new=$1
action=$2
running=$(readlink -e /run/current-system)
if [ "$running" = "$new" ]; then echo "same yes"; fi
if command -v dix >/dev/null 2>&1; then
  limited env NO_COLOR=1 dix "$running" "$new"
elif command -v nvd >/dev/null 2>&1; then
  limited nvd --color never diff "$running" "$new"
else
  limited nix --extra-experimental-features nix-command store diff-closures "$running" "$new"
fi 2>&1 </dev/null | sed "s/^/package /"
for system in "$running" "$new"; do
  size=$(nix --extra-experimental-features nix-command path-info --closure-size "$system" </dev/null 2>/dev/null)
  echo "size ${size##*[[:blank:]]}"
done
case $action in
  switch | test | dry-activate)
    locales=${LOCALE_ARCHIVE-}
    [ -n "$locales" ] || locales=/run/current-system/sw/lib/locale/locale-archive
    limited env -i PATH="$PATH" LOCALE_ARCHIVE="$locales" NIXOS_INSTALL_BOOTLOADER=0 "$new/bin/switch-to-configuration" dry-activate </dev/null 2>&1 | sed "s/^/unit /"
    ;;
esac
compare /run/booted-system "$new" reboot
for key in $3; do
  public=$(ssh-keygen -y -P "" -f "$key" 2>/dev/null </dev/null) || continue
  echo "recipient ${public%% *} $(printf "%s" "${public#* }" | cut -d " " -f 1)"
done
