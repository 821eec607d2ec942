# shellcheck shell=sh
# shellcheck disable=SC2154 # $system
# What NixOS's activation does for logins: it copies or links into /etc, makes the accounts, and the programs that make root. Sourced, with $system.

# set_up_etc: what has a mode is copied, and what another system has copied, and this one has not, goes away.
set_up_etc() {
  : >/etc/.clean.new
  for mode in $(cd "$system/etc" && find . -name "*.mode" | sed "s,^\./,,"); do
    name=${mode%.mode}
    mkdir -p "/etc/$(dirname "$name")"
    cat "$system/etc/$name" >"/etc/$name.tmp"
    chmod "$(cat "$system/etc/$mode")" "/etc/$name.tmp"
    mv -fT "/etc/$name.tmp" "/etc/$name"
    echo "$name" >>/etc/.clean.new
  done
  for name in $(cd "$system/etc" && find pam.d -type f); do
    mkdir -p "/etc/$(dirname "$name")"
    ln -sfn "/etc/static/$name" "/etc/$name"
  done
  if [ -e /etc/.clean ]; then
    grep -vxFf /etc/.clean.new /etc/.clean | while read -r name; do rm -f "/etc/$name"; done
  else
    # What the lab has put there before the first of these systems.
    find /etc/ssh/authorized_keys.d -type f | sed "s,^/etc/,," | grep -vxFf /etc/.clean.new | while read -r name; do rm -f "/etc/$name"; done
  fi
  mv /etc/.clean.new /etc/.clean
  [ -e "$system/etc/ssh/sshd_config" ] || rm -f /etc/ssh/sshd_config
}

set_up_logins() {
  set_up_etc
  mkdir -p /var/lib/nixos
  perl "$system/lib/accounts.pl" "$system/lib/"*-users-groups.json
  sh "$system/lib/wrappers.sh"
  # What the units of the firewall and of the network do; systemd has it begin this by itself.
  if [ ! -d /run/systemd/system ]; then set_up_firewall && "$system/lib/network"; fi
}

set_up_firewall() {
  nft flush ruleset
  for script in firewall-start nftables-prepare nftables-rules; do [ ! -e "$system/lib/$script" ] || PATH=$system/sw/bin:$PATH "$system/lib/$script" || return; done
}
