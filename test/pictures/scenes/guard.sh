# lab: --hosts "vps-ultraman"
# A deployment that would have locked its owner out.
width=132 height=40
prepare() {
  "$root/scripts/hey" ops push-keys vps-ultraman
  lab knobs vps-ultraman '{"marker": "no sshd any more", "sshd": false}'
}
play() {
  typed 'cat hosts/vps-ultraman/knobs.json'
  typed 'hey ops deploy vps-ultraman --guard --confirm-timeout 30'
  typed 'hey ops status vps-ultraman'
}
