# $ ops-deploy.ts vps-ultraman admin@vps_ultraman_root --cancel --ask-elevate-password
/bin/sh /dev/fd/3 3<<'end of ops-deploy'
# $ /path/to/hey/scripts/ops-deploy.ts vps-ultraman admin@vps_ultraman_root --cancel --ask-elevate-password
#
#  1. connect by ssh, become root there by sudo          here and there  exit 1
#  2. end a guarded deployment: back to what ran before  there           exit 1, 255
exec 3<&-

main() {
  connect                     # ssh: one connection for all that follows
  show_there cancel_any 'asked to'  # end a guarded deployment: back to what ran before
}
# ---- this run ------------------------------------------------------------------------------------
verb='ops-deploy'
target='admin@vps_ultraman_root'
ssh_options='-T -a -x -k -o RemoteCommand=none -o PermitLocalCommand=no -o ClearAllForwardings=yes -o Tunnel=no -o LogLevel=INFO -o VisualHostKey=no -o EscapeChar=none -o SessionType=default -o StdinNull=no -o ForkAfterAuthentication=no -o ControlMaster=auto -o ControlPersist=15m -o ConnectTimeout=10 -o ServerAliveInterval=5 -o ServerAliveCountMax=6'
become='sudo -S -p '\'''\'' -- sh -c '\''while IFS= read -r line; do if [ "$line" = "$1" ]; then break; fi; done; shift; exec "$@"'\'' sh '\''the password ends here'\'' '
secret_end='the password ends here'
lane_timeout='3600'
raw=''
# for_target:
# ---- lib/shell/here/connect-password.sh: there with_secret say_secret connect ask_secret show_typing
# ---- lib/shell/here/question.sh: require_terminal_for_secret
# ---- lib/shell/here/far.sh: open_connection encode_program make_tmp close_connection reach quoted encoded far not_answered show_there show_answer
# ---- lib/shell/here/hear.sh: told_terminal harmless_letters plain_text for_terminal plainly arrow plain_answer answer_begins behind_login calling limit_call called enough heard keep_answer
# ---- lib/shell/here/fact.sh: fact number stop_if_refused short clock
# ---- lib/shell/here/harmless.sh: newline
# ---- on the target
# ---- lib/shell/there/verdict.sh: say_id cancel_any cancel_it
# ---- lib/shell/there/facts.sh: profile refuse not_root by_systemd seconds_up limited kernel_of compare number_of tell_facts locale_archive inhibited
# ---- lib/shell/there/guarded.sh: verdicts trial marker alive progress each_open trial_progress stands say_lost unmended say_cut shell_of start_apart go_back roots unroot verdict_of
# ---- lib/shell/there/unready.sh: switch_unit own_activation end_activation
# ---- lib/shell/there/boots.sh: menu_boots menu_of_bootctl menu_of_loader_conf loader_setting loader_entries menu_of_grub
# ---- lib/shell/there/boot-once.sh: efivars grubenv loader_variable by_systemd_boot
# ---- lib/shell/there/boot-loader.sh: grub_cfg
# ---- lib/shell/there/identity.sh: tell_names
# ---- lib/shell/there/become-root.sh: try_root becomes_root
# ---- lib/shell/there/store.sh: nix_configuration nix_trusts nix_setting no_trust
# ---- lib/shell/here/run.sh: step give_up at_end begin end_run say_last_words clean_up
# begin encode_program main
end of ops-deploy
