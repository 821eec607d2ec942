# $ install.ts --host vps-ultraman --flake '~/dotfiles' --root /mnt
# in: /path/to/elsewhere
sudo nixos-install --show-trace --root /mnt --flake '/home/me/dotfiles#vps-ultraman'
