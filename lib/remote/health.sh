# shellcheck disable=SC2154,SC2034 # with deployment.sh before it
# What may stand in the way of a deployment to this machine, beside what status.sh says. Changes nothing.
echo "login ${SUDO_USER:-${DOAS_USER:-$(id -un)}}"
echo "arch $(uname -m)-linux"
echo "clock $(date +%s)"
# What one more kernel takes in /boot, in bytes.
for part in kernel initrd; do echo "$part-size $(stat -L -c %s "/run/current-system/$part" 2>/dev/null)"; done
for key in /etc/ssh/ssh_host_ed25519_key /persist/etc/ssh/ssh_host_ed25519_key; do
  if [ -r "$key.pub" ]; then
    echo "public $(cut -d " " -f 1,2 "$key.pub")"
    echo "fingerprint $(ssh-keygen -l -f "$key.pub" 2>/dev/null | cut -d " " -f 2)"
    break
  fi
done
# For trusted.sh.
me=${SUDO_USER:-${DOAS_USER:-$(id -un)}}
refuse() { echo "untrusted $*"; }
