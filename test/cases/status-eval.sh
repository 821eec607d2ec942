# $ ops-status.ts --on 'vps*' --eval
/bin/sh /dev/fd/3 3<<'end of ops-status'
# $ /path/to/hey/scripts/ops-status.ts --on 'vps*' --eval
#
#  1. evaluate vps-pacman, vps-ultraman  here
exec 3<&-

main() {
  show_systems vps-pacman vps-ultraman
}
# ---- this run ------------------------------------------------------------------------------------
verb='ops-status'
configurations='.#nixosConfigurations'

# evaluate: what nix says of the hosts of the flake.
evaluate() {
  harmlessly . nix --extra-experimental-features 'nix-command flakes' eval --raw --show-trace "$@"
}
# ---- lib/shell/here/build-all.sh: systems_of show_systems
# ---- lib/shell/here/harmless.sh: newline git_says harmlessly without_git_words
# ---- lib/shell/here/run.sh: step at_end begin end_run say_last_words
# begin main
end of ops-status

/bin/sh /dev/fd/3 3<<'end of ops-status'
# $ /path/to/hey/scripts/ops-status.ts --on 'vps*' --eval
# hosts vps-pacman, vps-ultraman
#
#  1. ask what it is like  there           exit ssh's
exec 3<&-

main() {
  ask_alone tell_status       # ask what it is like
}
# ---- this run ------------------------------------------------------------------------------------
verb='ops-status'
own_options='-T -a -x -k -o RemoteCommand=none -o PermitLocalCommand=no -o ClearAllForwardings=yes -o Tunnel=no -o LogLevel=INFO -o VisualHostKey=no -o EscapeChar=none -o SessionType=default -o StdinNull=no -o ForkAfterAuthentication=no -o BatchMode=yes -o ConnectTimeout=2'
lane_timeout='3600'
raw=''

# values_of HOST: what is given for it alone.
values_of() {
  case $1 in
    vps-pacman)
      target='root@vps-pacman'
      ;;
    vps-ultraman)
      target='root@vps-ultraman'
      ;;
  esac
}
# for_target:
# ---- lib/shell/here/far.sh: encode_program make_tmp quoted encoded far own_ssh ask_alone
# ---- lib/shell/here/hear.sh: told_terminal harmless_letters plain_text for_terminal plainly arrow plain_answer answer_begins behind_login calling limit_call called enough heard keep_answer
# ---- lib/shell/here/fact.sh: number clock
# ---- on the target
# ---- lib/shell/there/status.sh: tell_armed tell_status
# ---- lib/shell/there/facts.sh: profile by_systemd seconds_up limited kernel_of compare number_of tell_facts failed_units restarts looping_units loops
# ---- lib/shell/there/boots.sh: menu_boots menu_of_bootctl menu_of_loader_conf loader_setting loader_entries menu_of_grub
# ---- lib/shell/there/boot-once.sh: efivars grubenv loader_variable by_systemd_boot
# ---- lib/shell/there/guarded.sh: trial alive progress each_open trial_progress
# ---- lib/shell/there/boot-loader.sh: grub_cfg
# ---- lib/shell/there/room.sh: mounted esps left_on
# ---- lib/shell/here/run.sh: step at_end begin end_run say_last_words clean_up
# one HOST: its part.
one() {
  values_of "$1"
  begin
  encode_program
  main
}

# By hand one after another, whatever becomes of each; but a signal ends it. The status is 20 where one failed.
if [ $# -gt 0 ]; then
  one "$1"
else
  trap "exit 129" HUP; trap "exit 130" INT; trap "exit 143" TERM
  set +e
  failed=0
  for each in vps-pacman vps-ultraman; do
    (set -e; one "$each")
    ended=$?
    case $ended in 0) ;; 129 | 130 | 131 | 141 | 143) exit "$ended" ;; *) failed=20 ;; esac
  done
  exit "$failed"
fi
end of ops-status
