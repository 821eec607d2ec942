# The options of hey deploy, offered, each with its group.
width=118 height=22
prepare() {
  mkdir -p "$work/dotfiles/hosts/vps-ultraman" "$work/dotfiles/hosts/vps-pacman"
  touch "$work/dotfiles/flake.nix" "$work"/dotfiles/hosts/{vps-ultraman,vps-pacman}/default.nix
}
play() {
  press -l 'hey deploy vps-u'
  press Tab
  press -l 'vps_ultraman_root --'
  press Tab Tab
}
