# shellcheck disable=SC2154,SC2034 # with deployment.sh before it
# What may stand in the way of a deployment to this machine, beside what status.sh says. Changes nothing.
echo "login ${SUDO_USER:-${DOAS_USER:-$(id -un)}}"
echo "arch $(uname -m)-linux"
echo "clock $(date +%s)"
# At which port this connection came in, and by which interface: the one by which packets go back, as NixOS drops those that come by
# another (networking.firewall.checkReversePath).
printf "%s\n" "${SSH_CONNECTION-${1-}}" | while read -r client _ server port; do
  case $client in
    *%*) interface=${client#*%} ;;
    *) interface=$(ip route get "$client" from "$server" 2>/dev/null | sed -n "s/.* dev \([^ ]*\).*/\1/p") ;;
  esac
  echo "port $port"
  echo "interface $interface"
done
# What one more kernel takes in /boot, in bytes.
for part in kernel initrd; do echo "$part-size $(stat -L -c %s "/run/current-system/$part" 2>/dev/null)"; done
for key in /etc/ssh/ssh_host_ed25519_key /persist/etc/ssh/ssh_host_ed25519_key; do
  if [ -r "$key.pub" ]; then echo "key $(ssh-keygen -l -f "$key.pub" 2>/dev/null | cut -d " " -f 2) $(cut -d " " -f 1,2 "$key.pub")"; fi
done
# For trusted.sh.
me=${SUDO_USER:-${DOAS_USER:-$(id -un)}}
refuse() { echo "untrusted $*"; }
