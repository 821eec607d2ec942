# $ ops-deploy.ts vps-ultraman admin@vps_ultraman_root --status --elevate sudo
/bin/sh /dev/fd/3 3<<'end of ops-deploy'
# $ /path/to/hey/scripts/ops-deploy.ts vps-ultraman admin@vps_ultraman_root --status --elevate sudo
#
#  1. connect by ssh, become root there by sudo  here and there  exit 1
#  2. what is armed there, what runs and boots   there           exit 1, 255
exec 3<&-

main() {
  connect                     # ssh: one connection for all that follows
  show_there say_armed        # what is armed there, what runs and boots
}
# ---- this run ------------------------------------------------------------------------------------
verb='ops-deploy'
target='admin@vps_ultraman_root'
ssh_options='-T -a -x -k -o RemoteCommand=none -o PermitLocalCommand=no -o ClearAllForwardings=yes -o Tunnel=no -o LogLevel=INFO -o VisualHostKey=no -o EscapeChar=none -o SessionType=default -o StdinNull=no -o ForkAfterAuthentication=no -o ControlMaster=auto -o ControlPersist=15m -o ConnectTimeout=10 -o ServerAliveInterval=5 -o ServerAliveCountMax=6'
elevate='sudo'
become='sudo -n -- '
lane_timeout='3600'
raw=''
# for_target:
# ---- lib/shell/here/connect-elevated.sh: there connect
# ---- lib/shell/here/question.sh: require_terminal_for_secret
# ---- lib/shell/here/far.sh: open_connection encode_program make_tmp close_connection reach quoted encoded far not_answered show_there show_answer
# ---- lib/shell/here/hear.sh: told_terminal harmless_letters plain_text for_terminal plainly arrow plain_answer answer_begins behind_login calling limit_call called enough heard keep_answer
# ---- lib/shell/here/fact.sh: fact number stop_if_refused short clock
# ---- lib/shell/here/build.sh: take_nix_store
# ---- lib/shell/here/harmless.sh: newline
# ---- on the target
# ---- lib/shell/there/verdict.sh: say_facts say_open say_trial say_armed
# ---- lib/shell/there/facts.sh: profile refuse not_root seconds_up limited kernel_of compare number_of tell_facts
# ---- lib/shell/there/guarded.sh: verdicts trial marker alive progress each_open trial_progress verdict_of
# ---- lib/shell/there/boots.sh: menu_boots menu_of_bootctl menu_of_loader_conf loader_setting loader_entries menu_of_grub
# ---- lib/shell/there/boot-once.sh: efivars grubenv loader_variable by_systemd_boot
# ---- lib/shell/there/boot-loader.sh: grub_cfg
# ---- lib/shell/there/become-root.sh: try_root becomes_root
# ---- lib/shell/there/store.sh: nix_configuration nix_trusts nix_setting no_trust
# ---- lib/shell/here/run.sh: step give_up at_end begin end_run say_last_words clean_up
# begin encode_program main
end of ops-deploy
