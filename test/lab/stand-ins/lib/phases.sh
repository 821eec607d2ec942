# shellcheck shell=bash
# shellcheck disable=SC2154 # arguments.sh and the sourcing script set them
# What nixos-anywhere does, one function a phase. Sourced.

# remote WORD…: on the target, whose shell sees the words as they are here
remote() {
  ssh_words
  # shellcheck disable=SC2029
  ssh "${words[@]}" "$target" "$@"
}

# The first of two values of an option wins, and the line wins over the file.
ssh_words() {
  words=(-T -F "$LAB/ssh_config" -o UserKnownHostsFile=/dev/null -o StrictHostKeyChecking=no -o LogLevel=ERROR "${ssh_options[@]}" -i "$temp/key")
}

# Builds are here, whatever --build-on says.
build_all() {
  if [[ ,$phases, = *,disko,* ]]; then disko_script=$(build "$attribute.system.build.${disko_mode}Script$disko_deps"); fi
  if [[ ,$phases, = *,install,* ]]; then
    local variant=""
    [ "${STAND_IN_SYSTEM-}" != other ] || variant=.virtualisation.vmVariant
    system=$(build "$attribute$variant.system.build.toplevel")
  fi
}

build() {
  nix build --out-link "$temp/built" "${build_options[@]}" "$flake#$1" >&2
  readlink "$temp/built"
}

upload_key() {
  if [ -n "$identity" ]; then
    cp "$identity" "$temp/key"
    ssh-keygen -y -f "$temp/key" >"$temp/key.pub"
  else
    make_key "$temp/key" nixos-anywhere
  fi
  [[ ,$phases, = *,kexec,* ]] || target=root@${target##*@}
  echo "### Uploading install SSH keys ###"
  until remote -o ConnectTimeout=10 'umask 077; mkdir -p .ssh; cat >>.ssh/authorized_keys' <"$temp/key.pub"; do sleep 3; done
}

gather_facts() {
  echo "### Gathering machine facts ###"
  # shellcheck disable=SC2016 # for the target's shell
  facts=$(remote 'uname -m; id -u; . /etc/os-release; echo "${VARIANT_ID-}"' </dev/null | paste -sd ' ')
  read -r architecture user_id variant <<<"$facts"
  [ "$user_id" = 0 ] || abort "Unable to find a command to use to escalate privileges: Could not find 'sudo' or 'doas'"
}

# The real one's tarball is an installer to which it adds the host keys and the keys of who may log in.
run_kexec() {
  [ "$variant" != installer ] || return 0
  case $architecture in x86_64 | aarch64) ;; *) abort "Unsupported architecture: $architecture" ;; esac
  echo "### Switching system into kexec ###"
  lay_installer "$temp/installer"
  tar -C "$temp/installer" --numeric-owner -cpf- . | remote 'tar -C /run/kexec --numeric-owner -xpf-
    cp -p /etc/ssh/ssh_host_* /run/kexec/etc/ssh/
    mkdir -m 700 /run/kexec/root/.ssh
    cat /root/.ssh/authorized_keys >/run/kexec/root/.ssh/authorized_keys'
  go_down
  local i
  for i in "${!ssh_options[@]}"; do
    [ "${ssh_options[i]}" != -p ] || ssh_options[i + 1]=22
  done
  target=root@${target##*@}
  until remote -o ConnectTimeout=10 true </dev/null; do sleep 0.2; done
  gather_facts
  [ "$variant" = installer ] || abort "Failed to kexec into NixOS installer"
}

# A lab's host may be up again before anyone has seen it down, so the boot is asked for.
go_down() {
  local boot
  ssh_words
  boot=$(remote 'cat /proc/sys/kernel/random/boot_id; nohup sh -c "sleep 0.3; reboot" >/dev/null 2>&1 &' </dev/null)
  while [ "$(timeout 10 ssh "${words[@]}" "$target" cat /proc/sys/kernel/random/boot_id </dev/null)" = "$boot" ]; do sleep 0.1; done
}

write_hardware_config() {
  echo '{ }' >"$hardware_config"
  git -C "$(dirname "$hardware_config")" add --intent-to-add --force -- "$(realpath "$hardware_config")"
}

run_disko() {
  local i
  for ((i = 0; i < ${#encryption_keys[@]}; i += 2)); do
    remote "umask 077; mkdir -p \"\$(dirname \"${encryption_keys[i]}\")\"; cat >${encryption_keys[i]}" <"${encryption_keys[i + 1]}"
  done
  copy_closure "$disko_script"
  echo "### Formatting hard drive with disko ###"
  remote "$disko_script" </dev/null
}

# copy_closure PATH [PARAMETERS]
copy_closure() {
  ssh_words
  NIX_SSHOPTS=${words[*]} nix copy --to "ssh://$target${2-}" "$1"
}

run_install() {
  # NixOS's activation makes its own /etc; what Debian's programs want in a root comes before the extra files, so that those win.
  furnish "$temp/root"
  furnish_nixos "$temp/root"
  tar -C "$temp/root" --numeric-owner -cpf- . | remote 'tar -C /mnt --numeric-owner -xpf-'
  echo "### Uploading the system closure ###"
  copy_closure "$system" '?remote-store=local%3Froot=%2Fmnt'
  if [ -n "$extra_files" ]; then
    echo "### Copying extra files ###"
    tar -C "$extra_files" -cpf- . | remote 'tar -C /mnt -xf- --no-same-owner && chmod 755 /mnt'
  fi
  local i
  for ((i = 0; i < ${#owners[@]}; i += 2)); do remote "chown -R '${owners[i + 1]}' '/mnt/${owners[i]}'" </dev/null; done
  echo "### Installing NixOS ###"
  remote "set -eu
    if [ '$copy_host_keys' = yes ]; then
      for key in /etc/ssh/ssh_host_*; do [ -e \"/mnt\$key\" ] || cp -a \"\$key\" \"/mnt\$key\"; done
    fi
    if [ '${STAND_IN_KEY-}' = other ]; then rm -f /mnt/etc/ssh/ssh_host_* /mnt/persist/etc/ssh/ssh_host_*; fi
    nix-env --store /mnt -p /mnt/nix/var/nix/profiles/system --set '$system'
    echo '$system' >/mnt/boot/default" </dev/null
}

run_reboot() {
  echo "### Rebooting ###"
  [ -z "${STAND_IN_RETURN-}" ] || keep_down
  go_down
}

# The supervisor of a host that is marked as off doesn't boot it again.
keep_down() {
  local address number name
  address=$(ssh -T -F "$LAB/ssh_config" -G "$target" | sed -n 's/^hostname //p')
  number=$(grep -lx "${address##*.}" "$LAB"/hosts/*/number)
  : >"${number%/number}/off"
  [ "$STAND_IN_RETURN" != never ] || return 0
  name=$(basename "${number%/number}")
  (sleep "$STAND_IN_RETURN" && do_power_on "$name") </dev/null >/dev/null 2>&1 3>&- &
}
