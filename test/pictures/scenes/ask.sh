# lab: --hosts "vps-ultraman vps-pacman"
# What will change on two hosts, one question, and who is where.
width=132 height=44
prepare() {
  "$root/scripts/hey" ops push-keys vps-ultraman
  lab knobs vps-ultraman '{"marker": "newer", "kernel": "6.6.8"}'
  lab knobs vps-pacman '{"marker": "newer", "kernel": "6.6.8"}'
}
play() {
  press -l "hey ops deploy --on 'vps-*' --ask"
  press Enter
  until_seen 'y/N'
  press y Enter
  sleep 2
  until last_is '^dotfiles %'; do sleep 0.2; done
  typed "hey ops status --on 'vps-*'"
}
