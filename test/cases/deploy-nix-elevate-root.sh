# $ ops-deploy.ts vps-ultraman root@vps_ultraman_root --backend nix --elevate sudo
/bin/sh /dev/fd/3 3<<'end of ops-deploy'
# $ /path/to/hey/scripts/ops-deploy.ts vps-ultraman root@vps_ultraman_root --backend nix --elevate sudo
# host vps-ultraman, target root@vps_ultraman_root
#
#  1. connect by ssh                                                                                  here and there  exit 1
#  2. ask it: may it be changed, is there room, is nobody else at it?                                 there           exit 1, 13
#  3. build vps-ultraman                                                                              here            exit 1, or nix's
#  4. copy what is missing there, if it is the right machine by name and host key (--rename: or not)  here and there  exit 1, or nix's
#  5. would this login still work? the new system's own programs say so                               there           exit 17
#  6. switch it: profile, boot menu, switch-to-configuration switch                                   there           exit 1, 4, 13
#  7. log in once more: it must not be locked out                                                     here and there  exit 16
exec 3<&-

main() {
  connect                     # ssh: one connection for all that follows
  ask_target has_room         # ask it: may it be changed, is there room, is nobody else at it?
  expect_silence              # nix can copy only where the login prints nothing of its own

  step 'build vps-ultraman'
  nix --extra-experimental-features 'nix-command flakes' build --show-trace --out-link "$tmp/system" '.#nixosConfigurations."vps-ultraman".config.system.build.toplevel'
  take_built_system           # $system
  if already_so runs boots; then
    return
  fi
  require_machine_of_system   # is it the host that is meant? else nothing is sent

  step "copy to root@vps_ultraman_root"
  copy_closure nix --extra-experimental-features 'nix-command flakes' copy --to ssh://root@vps_ultraman_root "$system"
  judge_there none switch     # would this login still work?
  activate_there switch       # profile, boot menu, switch-to-configuration switch
}
# ---- this run ------------------------------------------------------------------------------------
verb='ops-deploy'
host='vps-ultraman'
target='root@vps_ultraman_root'
where='root@vps_ultraman_root'
type_shell='/path/to/hey/scripts/ops-ssh.ts'
type_reboot='/path/to/hey/scripts/ops-reboot.ts vps-ultraman root@vps_ultraman_root'
ssh_options='-T -a -x -k -o RemoteCommand=none -o PermitLocalCommand=no -o ClearAllForwardings=yes -o Tunnel=no -o LogLevel=INFO -o VisualHostKey=no -o EscapeChar=none -o SessionType=default -o StdinNull=no -o ForkAfterAuthentication=no -o ControlMaster=auto -o ControlPersist=15m -o ConnectTimeout=10 -o ServerAliveInterval=5 -o ServerAliveCountMax=6'
nix_options=''
new_options='-o ControlMaster=no -o ControlPath=none -o ConnectTimeout=10 -o ServerAliveInterval=5 -o ServerAliveCountMax=3 -T -a -x -k -o RemoteCommand=none -o PermitLocalCommand=no -o ClearAllForwardings=yes -o Tunnel=no -o LogLevel=INFO -o VisualHostKey=no -o EscapeChar=none -o SessionType=default -o StdinNull=no -o ForkAfterAuthentication=no'
with_tty=''
type_become=''
type_rollback='/path/to/hey/scripts/ops-rollback.ts vps-ultraman root@vps_ultraman_root'
logged_host='vps-ultraman'
logged_target='root@vps_ultraman_root'
lane_timeout='3600'
raw=''
lane=''
rename=''
kept_keys='/home/me/.ssh/keys.homelab'
force=''
force_lockout=''
then_port=''
bootloader='0'
generation='new'
by='' last_deployed='' first_seen='' agreed='' system=''  # not known yet
# for_target: force bootloader generation by last_deployed first_seen agreed system
# ---- lib/shell/here/connect-root.sh: there there_again connect
# ---- lib/shell/here/far.sh: open_connection encode_program make_tmp close_connection reach at_either_port quoted encoded assigned far not_answered
# ---- lib/shell/here/ask.sh: ask_target ask_there expect_silence
# ---- lib/shell/here/log.sh: is_own is_plain find_notes keep_log member note_run read_record record
# ---- lib/shell/here/hear.sh: told_terminal harmless_letters plain_text for_terminal plainly arrow plain_answer answer_begins behind_login calling limit_call called enough heard keep_answer
# ---- lib/shell/here/fact.sh: all_of fact store_path number fact_number shown changes stop_if_refused short standing known_standing owed clock
# ---- lib/shell/here/harmless.sh: newline
# ---- lib/shell/here/build.sh: take_built_system already_so copy_closure connected await_target by_nix
# ---- lib/shell/here/identity.sh: plain_name same_name name_there is_called owners_of_key require_name require_machine_of_system
# ---- lib/shell/here/judge.sh: offered_keys own_offer judge_there
# ---- lib/shell/here/activate.sh: activate_there take_activated see_end unmended_words
# ---- lib/shell/here/still-in.sh: log_in_anew logs_in still_works still_in
# ---- lib/shell/here/verdict.sh: not_bootable
# ---- on the target
# ---- lib/shell/there/room.sh: mounted esps left_on has_room
# ---- lib/shell/there/facts.sh: profile refuse not_root need_root by_systemd seconds_up limited generations kernel_of compare number_of in_place tell_facts tell_boot failed_units restarts looping_units loops stored locale_archive inhibited units_in unnamed listed edited main_process goes_on
# ---- lib/shell/there/lock.sh: refuse_held nixos_lock lock_holder refuse_switching take_lock refuse_other refuse_changed is_own_system specialisation_of tell_specialisation may_deploy
# ---- lib/shell/there/guarded.sh: verdicts trial marker alive progress each_open holds trial_progress refuse_open refuse_trial unmended shell_of roots root unroot unroot_lost end_dead verdict_of archive forget_trial
# ---- lib/shell/there/unready.sh: switch_unit refuse_activating own_activation how_to_end tell_end refuse_unready can_check refuse_unchecked kernels_in_boot refuse_no_room name_in_boot
# ---- lib/shell/there/boots.sh: menu_boots menu_of_bootctl menu_of_loader_conf loader_setting loader_entries menu_of_grub
# ---- lib/shell/there/boot-once.sh: efivars grubenv loader_variable by_systemd_boot
# ---- lib/shell/there/boot-loader.sh: grub_cfg
# ---- lib/shell/there/identity.sh: tell_names
# ---- lib/shell/there/judge.sh: in_line connection_of judge_login in_view judge_view make_accounts declared_user add_to_groups judge_account option asked_sshd is_wanted has_of judge_sshd unspoken judge_listening judge_permission judge_forced judge_chroot judge_host_keys judge_keys key_files will_write keys_of judge_our_keys lets_in as_user judge_root judge_wrapper judge_sudo
# ---- lib/shell/there/judge-firewall.sh: judge_firewall firewall_of first_words try_packet seal_off beyond gets_through
# ---- lib/shell/there/judge-network.sh: judge_network address_of network_file
# ---- lib/shell/there/activate.sh: set_profile activate_system what_came_of nothing_activated lock_was_held take_profile put_back switch_noting run_by start_switch await_unit
# ---- lib/shell/there/rollback.sh: give_verdict
# ---- lib/shell/there/commit.sh: on_disk menu_on_disk uncommit_profile restore_generation boot_entry
# ---- lib/shell/here/run.sh: step stop give_up at_end at_last begin end_run say_last_words clean_up
# begin encode_program keep_log main
end of ops-deploy
