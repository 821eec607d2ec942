# $ init.ts --ssh-config /path/to/aliases
/bin/sh /dev/fd/3 3<<'end of init'
# $ /path/to/hey/scripts/init.ts --ssh-config /path/to/aliases
#
#  1. show it, and write hey.toml  here            exit 1
exec 3<&-

main() {
  text=$(settings_text)       # what it will say
  # shown, and written where that is agreed to
  offer_settings /path/to/flake/hey.toml '' /path/to/flake/hey.toml
}
# ---- this run ------------------------------------------------------------------------------------
verb='init'

# settings_text: a hey.toml of what the flake and ssh's configuration have.
settings_text() {
  printf '%s\n' '# hey.toml: where hey reaches the hosts of this flake, and what it does for them each time. It is yours to change.'
  printf '%s\n' '# What is typed goes before the settings of a host, and these before [defaults]. All settings:'
  printf '%s\n' '# target, tags, order, after, or-boot, guard, confirm-timeout, activation-timeout, settle, check,'
  printf '%s\n' '# check-remote, on-unit-failure, no-last-reboot, diff, ask, reboot, wait, elevate,'
  printf '%s\n' '# ask-elevate-password, ssh-option, build-on, use-substitutes, backend, class, persist, lane-timeout'
  printf '\n'
  printf '%s\n' '[defaults]'
  printf '%s\n' 'guard = true  # a host rolls back by itself, unless this machine can log in again after the change'
  printf '%s\n' 'ask = true    # what will change is shown, and asked about'
  printf '%s\n' '# elevate = "sudo"  # where you don'\''t log in as root: sudo, doas or run0'
  printf '\n'
  printf '%s\n' '[hosts.vps-pacman]'
  printf '%s\n' 'target = "vps-pacman_root"  # the ssh alias in /path/to/aliases.d/fleet:2'
  printf '\n'
  printf '%s\n' '[hosts.vps-ultraman]'
  printf '%s\n' 'target = "vps_ultraman_root"  # the ssh alias in /path/to/aliases.d/fleet:1'
  printf '\n'
  printf '%s\n' '# No alias in ssh'\''s configuration is named for these: hey goes by their own names, until a target stands here.'
  printf '%s\n' '# [hosts.007]'
  printf '%s\n' '# target = "root@192.0.2.1"'
  printf '%s\n' '# [hosts."core01.example.org"]'
  printf '%s\n' '# target = "root@192.0.2.1"'
  printf '%s\n' '# [hosts.id3-eniac]'
  printf '%s\n' '# target = "root@192.0.2.1"'
  printf '%s\n' '# [hosts.pc_old]'
  printf '%s\n' '# target = "root@192.0.2.1"'
}
# ---- lib/shell/here/settings.sh: write_settings offer_settings trust_settings
# ---- lib/shell/here/log.sh: is_own is_plain find_notes
# ---- lib/shell/here/trust.sh: sum_of trust_note keep_trust
# ---- lib/shell/here/question.sh: forget_typed question agreed_to
# ---- lib/shell/here/run.sh: step at_end begin end_run say_last_words
# begin find_notes main
end of init
