# $ ops-reboot.ts vps-pacman --if-needed --wait 60
/bin/sh /dev/fd/3 3<<'end of ops-reboot'
# $ /path/to/hey/scripts/ops-reboot.ts vps-pacman --if-needed --wait 60
# host vps-pacman, target root@vps-pacman
#
#  1. connect by ssh                                                            here and there  exit 1
#  2. ask it who it is                                                          there           exit 1
#  3. go on if it is the right machine by name and host key (--rename: or not)  here and there  exit 1
#  4. reboot it, if that is needed, and wait until it is back, at most 60 s     here and there  exit 1, 30, 32
exec 3<&-

main() {
  connect                     # ssh: one connection for all that follows
  ask_there tell_identity     # is it there, and who is it?
  require_machine_of_host     # is it the host that is meant? else nothing is sent
  reboot_there if-needed 60   # and wait until it is back, as another boot over a new connection
}
# ---- this run ------------------------------------------------------------------------------------
verb='ops-reboot'
host='vps-pacman'
target='root@vps-pacman'
where='vps-pacman'
type_shell='/path/to/hey/scripts/ops-ssh.ts'
ssh_options='-T -a -x -k -o RemoteCommand=none -o PermitLocalCommand=no -o ClearAllForwardings=yes -o Tunnel=no -o LogLevel=INFO -o VisualHostKey=no -o EscapeChar=none -o SessionType=default -o StdinNull=no -o ForkAfterAuthentication=no -o ControlMaster=auto -o ControlPersist=15m -o ConnectTimeout=10 -o ServerAliveInterval=5 -o ServerAliveCountMax=6'
fresh_options='-o BatchMode=yes -o ControlMaster=no -o ControlPath=none -o ConnectTimeout=10 -o ServerAliveInterval=5 -o ServerAliveCountMax=3 -T -a -x -k -o RemoteCommand=none -o PermitLocalCommand=no -o ClearAllForwardings=yes -o Tunnel=no -o LogLevel=INFO -o VisualHostKey=no -o EscapeChar=none -o SessionType=default -o StdinNull=no -o ForkAfterAuthentication=no'
logged_host='vps-pacman'
logged_target='vps-pacman'
lane_timeout='3600'
raw=''
lane=''
rename=''
kept_keys='/home/me/.ssh/keys.homelab'
evaluated_host='.#nixosConfigurations."vps-pacman"'
force=''
then_port=''
by=''                         # not known yet

# evaluate_name: what nix says of a host's name.
evaluate_name() {
  harmlessly . nix --extra-experimental-features 'nix-command flakes' eval --raw "$@"
}
# for_target: force by
# ---- lib/shell/here/connect-root.sh: there connect
# ---- lib/shell/here/far.sh: open_connection encode_program make_tmp close_connection reach fresh at_either_port quoted encoded assigned far not_answered
# ---- lib/shell/here/ask.sh: ask_there
# ---- lib/shell/here/hear.sh: told_terminal harmless_letters plain_text for_terminal plainly arrow plain_answer answer_begins behind_login calling limit_call called enough heard keep_answer error_in said_lately
# ---- lib/shell/here/fact.sh: all_of fact number fact_number stop_if_refused short standing clock
# ---- lib/shell/here/harmless.sh: newline git_says harmlessly without_git_words
# ---- lib/shell/here/identity.sh: plain_name same_name name_there is_called owners_of_key has_own_key require_name require_machine_of_host
# ---- lib/shell/here/reboot.sh: reboot_there booted_anew
# ---- lib/shell/here/log.sh: is_own is_plain find_notes keep_log member note_run record
# ---- on the target
# ---- lib/shell/there/identity.sh: tell_identity tell_names
# ---- lib/shell/there/facts.sh: profile refuse not_root need_root by_systemd seconds_up limited kernel_of compare number_of tell_facts tell_boot goes_on
# ---- lib/shell/there/boots.sh: menu_boots menu_differs menu_of_bootctl menu_of_loader_conf loader_setting loader_entries menu_of_grub
# ---- lib/shell/there/boot-once.sh: efivars grubenv loader_variable by_systemd_boot
# ---- lib/shell/there/guarded.sh: verdicts trial marker alive progress each_open holds trial_progress refuse_open refuse_trial unmended roots unroot unroot_lost end_dead verdict_of archive forget_trial
# ---- lib/shell/there/boot-loader.sh: grub_cfg
# ---- lib/shell/there/reboot.sh: reboot_inhibitors refuse_inhibited reboot_soon
# ---- lib/shell/there/lock.sh: refuse_held take_lock
# ---- lib/shell/there/unready.sh: switch_unit own_activation how_to_end
# ---- lib/shell/there/rollback.sh: give_verdict
# ---- lib/shell/there/commit.sh: on_disk menu_on_disk uncommit uncommit_profile restore_generation boot_entry mend_all mend_commit
# ---- lib/shell/here/run.sh: step give_up at_end at_last begin end_run say_last_words clean_up
# begin encode_program keep_log main
end of ops-reboot
