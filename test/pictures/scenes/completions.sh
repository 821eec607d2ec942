# The options of ops-deploy, offered.
width=118 height=22
prepare() {
  mkdir -p "$work/dotfiles/hosts/vps-ultraman" "$work/dotfiles/hosts/vps-pacman"
  ln -s "$root/scripts" "$work/dotfiles/scripts"
  touch "$work/dotfiles/flake.nix" "$work"/dotfiles/hosts/{vps-ultraman,vps-pacman}/default.nix
}
play() {
  press -l './scripts/ops-deploy.ts vps-u'
  press Tab
  press -l 'vps_ultraman_root --'
  press Tab Tab
}
