# $ ops-rollback.ts vps-ultraman --to 12 --boot --reboot --wait 60 --confirm-timeout 60 --settle 0 --elevate sudo
/bin/sh /dev/fd/3 3<<'end of ops-rollback'
# $ /path/to/hey/scripts/ops-rollback.ts vps-ultraman --to 12 --boot --reboot --wait 60 --confirm-timeout 60 --settle 0 --elevate sudo
# host vps-ultraman, target root@vps-ultraman
#
#  1. connect by ssh                                                                       here and there  exit 1
#  2. ask it: may it be changed, and has it generation 12?                                 there           exit 1, 13
#  3. go on if it is the right machine by name and host key (--rename: or not)             here and there  exit 1
#  4. would this login still work? the new system's own programs say so                    there           exit 17
#  5. boot it once: unless confirmed within 60 s of that boot it reboots into the old one  there           exit 1, 13
#  6. wait for it, confirm it over new connections, 0 s apart                              here and there  exit 10, 11, 12, 13, 15
#  7. only then: profile and boot menu                                                     there           exit 14
exec 3<&-

main() {
  connect                     # ssh: one connection for all that follows
  ask_target find_generation can_try  # ask it: may it be changed, and has it generation 12?
  take_generation             # $system: what was found there
  require_machine_of_host     # is it the host that is meant? else nothing is sent
  judge_there none boot       # would this login still work?
  boot_for_a_trial            # once; unless confirmed within 60 s of that boot it reboots into what boots now
  await_and_confirm commit    # confirmed over new connections, else back to what ran before; only then it boots as well
}
# ---- this run ------------------------------------------------------------------------------------
verb='ops-rollback'
host='vps-ultraman'
target='root@vps-ultraman'
where='vps-ultraman'
type_shell='/path/to/hey/scripts/ops-ssh.ts'
type_reboot='/path/to/hey/scripts/ops-reboot.ts vps-ultraman vps-ultraman'
type_deploy='/path/to/hey/scripts/ops-deploy.ts'
ssh_options='-T -a -x -k -o RemoteCommand=none -o PermitLocalCommand=no -o ClearAllForwardings=yes -o Tunnel=no -o LogLevel=INFO -o VisualHostKey=no -o EscapeChar=none -o SessionType=default -o StdinNull=no -o ForkAfterAuthentication=no -o BatchMode=yes -o ServerAliveInterval=5 -o ServerAliveCountMax=3 -o ControlMaster=auto -o ControlPersist=15m -o ConnectTimeout=10 -o ServerAliveInterval=5 -o ServerAliveCountMax=6'
fresh_options='-o BatchMode=yes -o ControlMaster=no -o ControlPath=none -o ConnectTimeout=10 -o ServerAliveInterval=5 -o ServerAliveCountMax=3 -T -a -x -k -o RemoteCommand=none -o PermitLocalCommand=no -o ClearAllForwardings=yes -o Tunnel=no -o LogLevel=INFO -o VisualHostKey=no -o EscapeChar=none -o SessionType=default -o StdinNull=no -o ForkAfterAuthentication=no'
logged_host='vps-ultraman'
logged_target='vps-ultraman'
lane_timeout='3600'
raw=''
lane=''
rename=''
kept_keys='/home/me/.ssh/keys.homelab'
evaluated_host='.#nixosConfigurations."vps-ultraman"'
force=''
force_lockout=''
then_port=''
bootloader='0'
wanted_generation='12'
seconds='60'
activation_timeout='600'
settle=''
checks=''
patience='60'
limit='60'
on_unit_failure='rollback'
generation='' by='' last_deployed='' first_seen='' agreed='' system='' id='' armed=''  # not known yet

# evaluate_name: what nix says of a host's name.
evaluate_name() {
  harmlessly . nix --extra-experimental-features 'nix-command flakes' eval --raw "$@"
}

# run_checks: there are none.
run_checks() {
  : || return 1
}
# for_target: force bootloader generation wanted_generation seconds on_unit_failure by last_deployed first_seen agreed system id armed
# ---- lib/shell/here/connect-root.sh: there there_anew connect
# ---- lib/shell/here/far.sh: open_connection encode_program make_tmp close_connection reach fresh at_either_port quoted encoded assigned far not_answered
# ---- lib/shell/here/ask.sh: ask_target ask_there take_generation
# ---- lib/shell/here/log.sh: is_own is_plain find_notes keep_log member note_run read_record record
# ---- lib/shell/here/hear.sh: told_terminal harmless_letters plain_text for_terminal plainly arrow plain_answer answer_begins behind_login calling limit_call called enough heard keep_answer error_in said_lately
# ---- lib/shell/here/fact.sh: all_of fact store_path fact_path number fact_number shown changes stop_if_refused short standing owed clock
# ---- lib/shell/here/harmless.sh: newline git_says harmlessly without_git_words
# ---- lib/shell/here/identity.sh: plain_name same_name name_there is_called owners_of_key has_own_key require_name require_machine_of_host
# ---- lib/shell/here/judge.sh: offered_keys own_offer judge_there
# ---- lib/shell/here/trial.sh: boot_for_a_trial await_and_confirm
# ---- lib/shell/here/guard.sh: interrupted_words begin_guard arm call_there left try_to_confirm leads_elsewhere no_answer not_asked unanswered say_failing await_end abandon tell_to_go_back
# ---- lib/shell/here/checks.sh: end_check
# ---- lib/shell/here/verdict.sh: finish take_verdict see_reboot take_confirmed take_rolled_back brought_back what_superseded what_unactivated in_the_commit not_bootable as_before mended take_lost
# ---- lib/shell/here/trial-boot.sh: see_trial what_goes_on why_lost
# ---- on the target
# ---- lib/shell/there/generations.sh: find_generation
# ---- lib/shell/there/facts.sh: profile refuse not_root need_root by_systemd seconds_up limited generations kernel_of compare number_of in_place tell_facts failed_units restarts failed_since loops deciding units_decide stored locale_archive inhibited unnamed listed goes_on
# ---- lib/shell/there/boot-loader.sh: grub_cfg can_try entry_id entry_boots grub_entries entry_of boots_by_default
# ---- lib/shell/there/boot-once.sh: efivars grubenv loader_variable by_systemd_boot entry_once boot_once
# ---- lib/shell/there/lock.sh: refuse_held nixos_lock lock_holder refuse_switching take_lock refuse_other refuse_changed is_own_system specialisation_of tell_specialisation may_deploy
# ---- lib/shell/there/guarded.sh: verdicts trial marker alive progress each_open holds trial_progress refuse_open refuse_trial stands say_lost unmended say_cut shell_of start_apart disarm go_back roots root unroot unroot_lost end_dead verdict_of archive forget_trial finishing
# ---- lib/shell/there/unready.sh: switch_unit own_activation how_to_end
# ---- lib/shell/there/boots.sh: menu_boots menu_of_bootctl menu_of_loader_conf loader_setting loader_entries menu_of_grub
# ---- lib/shell/there/identity.sh: tell_names
# ---- lib/shell/there/judge.sh: in_line connection_of judge_login in_view judge_view make_accounts declared_user add_to_groups judge_account option asked_sshd is_wanted has_of judge_sshd unspoken judge_listening judge_permission judge_forced judge_chroot judge_host_keys judge_keys key_files will_write keys_of judge_our_keys lets_in as_user judge_root judge_wrapper judge_sudo
# ---- lib/shell/there/judge-firewall.sh: judge_firewall firewall_of first_words try_packet seal_off beyond gets_through
# ---- lib/shell/there/judge-network.sh: judge_network address_of network_file
# ---- lib/shell/there/trial.sh: note_trial end_trial_arming arm_trial
# ---- lib/shell/there/rollback.sh: give_verdict superseded
# ---- lib/shell/there/commit.sh: on_disk menu_on_disk commit_system wait_for_lock write_boot_menu uncommit uncommit_profile restore_generation boot_entry end_trial disarm_trial mend_all mend_commit commit_apart
# ---- lib/shell/there/reboot.sh: reboot_inhibitors refuse_inhibited
# ---- lib/shell/there/arm.sh: not_armed
# ---- lib/shell/there/activate.sh: set_profile
# ---- lib/shell/there/verdict.sh: is_ready look_at_it say_how_it_stands begin_commit confirm_it cancel_it recover_it
# ---- lib/shell/here/run.sh: step give_up at_end at_last begin end_run say_last_words clean_up
# begin encode_program keep_log main
end of ops-rollback
