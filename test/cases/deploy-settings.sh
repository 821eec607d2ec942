# $ ops-deploy.ts web1
# in: /path/to/fleet
/bin/sh /dev/fd/3 3<<'end of ops-deploy'
# $ /path/to/hey/scripts/ops-deploy.ts web1
# host web1, target root@192.0.2.1
#
#  1. connect by ssh                                                                                     here and there  exit 1
#  2. ask it: may it be changed, is there room, is nobody else at it?                                    there           exit 1, 13
#  3. build web1                                                                                         here            exit 1, or nix's
#  4. copy what is missing there, if it is the right machine by name and host key (--rename: or not)     here and there  exit 1, or nix's
#  5. would this login still work? the new system's own programs say so                                  there           exit 17
#  6. arm it: unless confirmed 180 s after its activation it goes back by itself, whatever happens here  there           exit 1, 13
#  7. activate it until the next boot (switch-to-configuration test), in 600 s at most                   there           exit 12, 13
#  8. confirm it over new connections, 2 s apart, and by the checks                                      here and there  exit 10, 11, 13, 15
#  9. only then: profile and boot menu                                                                   there           exit 14
exec 3<&-

main() {
  connect                     # ssh: one connection for all that follows
  ask_target has_room         # ask it: may it be changed, is there room, is nobody else at it?
  expect_silence              # nix can copy only where the login prints nothing of its own

  step 'build web1'
  nix --extra-experimental-features 'nix-command flakes' build --show-trace --out-link "$tmp/system" '.#nixosConfigurations."web1".config.system.build.toplevel'
  take_built_system           # $system
  if already_so runs boots; then
    return
  fi
  require_machine_of_system   # is it the host that is meant? else nothing is sent

  step "copy to root@192.0.2.1"
  copy_closure nix --extra-experimental-features 'nix-command flakes' copy --to ssh://root@192.0.2.1 "$system"
  judge_there none switch     # would this login still work?
  arm_there                   # from here on it goes back by itself, unless confirmed in time
  # confirmed over new connections, else back to what ran before; only then it boots as well
  activate_and_confirm commit
}
# ---- this run ------------------------------------------------------------------------------------
verb='ops-deploy'
host='web1'
target='root@192.0.2.1'
where='root@192.0.2.1'
type_shell='/path/to/hey/scripts/ops-ssh.ts'
type_reboot='/path/to/hey/scripts/ops-reboot.ts web1 root@192.0.2.1'
type_deploy='/path/to/hey/scripts/ops-deploy.ts'
ssh_options='-T -a -x -k -o RemoteCommand=none -o PermitLocalCommand=no -o ClearAllForwardings=yes -o Tunnel=no -o LogLevel=INFO -o VisualHostKey=no -o EscapeChar=none -o SessionType=default -o StdinNull=no -o ForkAfterAuthentication=no -o BatchMode=yes -o ServerAliveInterval=5 -o ServerAliveCountMax=3 -o ControlMaster=auto -o ControlPersist=15m -o ConnectTimeout=10 -o ServerAliveInterval=5 -o ServerAliveCountMax=6'
nix_options=''
fresh_options='-o BatchMode=yes -o ControlMaster=no -o ControlPath=none -o ConnectTimeout=10 -o ServerAliveInterval=5 -o ServerAliveCountMax=3 -T -a -x -k -o RemoteCommand=none -o PermitLocalCommand=no -o ClearAllForwardings=yes -o Tunnel=no -o LogLevel=INFO -o VisualHostKey=no -o EscapeChar=none -o SessionType=default -o StdinNull=no -o ForkAfterAuthentication=no'
logged_host='web1'
logged_target='root@192.0.2.1'
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
seconds='180'
activation_timeout='600'
settle='2'
checks='yes'
patience='60'
last_reboot='yes'
limit='300'
on_unit_failure='rollback'
by='' last_deployed='' first_seen='' agreed='' system='' id='' armed=''  # not known yet

# run_checks: the checks of this run, until one fails.
run_checks() {
  check_here 'curl -fsS https://example.org/' || return 1
}
# for_target: force bootloader generation seconds activation_timeout last_reboot on_unit_failure by last_deployed first_seen agreed system id armed
# ---- lib/shell/here/connect-root.sh: there there_anew connect
# ---- lib/shell/here/far.sh: open_connection encode_program make_tmp close_connection reach fresh at_either_port quoted encoded assigned far not_answered
# ---- lib/shell/here/ask.sh: ask_target ask_there expect_silence
# ---- lib/shell/here/log.sh: is_own is_plain find_notes keep_log member note_run read_record record
# ---- lib/shell/here/hear.sh: told_terminal harmless_letters plain_text for_terminal plainly arrow plain_answer answer_begins behind_login calling limit_call called enough heard keep_answer followed answer_plainly said_lately
# ---- lib/shell/here/fact.sh: all_of fact store_path fact_path number fact_number shown changes stop_if_refused short standing owed clock
# ---- lib/shell/here/harmless.sh: newline
# ---- lib/shell/here/build.sh: take_built_system already_so copy_closure connected await_target by_nix
# ---- lib/shell/here/identity.sh: plain_name same_name name_there is_called owners_of_key require_name require_machine_of_system
# ---- lib/shell/here/judge.sh: offered_keys own_offer judge_there
# ---- lib/shell/here/guard.sh: interrupted_words begin_guard arm_there arm activate_and_confirm follow_activation call_there left try_to_confirm leads_elsewhere no_answer not_asked unanswered say_failing await_end abandon tell_to_go_back
# ---- lib/shell/here/checks.sh: end_check check_here
# ---- lib/shell/here/verdict.sh: finish take_verdict see_reboot take_confirmed take_rolled_back brought_back what_superseded what_unactivated in_the_commit not_bootable as_before mended take_lost
# ---- lib/shell/here/guard-boot.sh: see_trial what_goes_on why_lost
# ---- on the target
# ---- lib/shell/there/room.sh: left_on has_room
# ---- lib/shell/there/facts.sh: profile refuse not_root need_root by_systemd seconds_up limited generations kernel_of compare number_of in_place tell_facts failed_units restarts note_units running_units failed_since looping_units loops deciding units_decide stored locale_archive inhibited units_in unnamed listed edited main_process goes_on
# ---- lib/shell/there/lock.sh: refuse_held nixos_lock lock_holder refuse_switching take_lock refuse_other refuse_changed is_own_system specialisation_of tell_specialisation may_deploy
# ---- lib/shell/there/guarded.sh: verdicts trial marker alive progress each_open holds trial_progress refuse_open refuse_trial stands say_lost unmended say_cut shell_of start_apart activating disarm go_back roots root unroot unroot_lost end_dead verdict_of archive forget_trial finishing
# ---- lib/shell/there/unready.sh: switch_unit own_activation how_to_end
# ---- lib/shell/there/boots.sh: menu_boots menu_of_bootctl menu_of_loader_conf loader_setting loader_entries menu_of_grub
# ---- lib/shell/there/boot-once.sh: efivars grubenv loader_variable by_systemd_boot entry_once
# ---- lib/shell/there/boot-loader.sh: grub_cfg grub_entries boots_by_default
# ---- lib/shell/there/identity.sh: tell_names
# ---- lib/shell/there/judge.sh: in_line connection_of judge_login in_view judge_view make_accounts declared_user add_to_groups judge_account option asked_sshd is_wanted has_of judge_sshd unspoken judge_listening judge_permission judge_forced judge_chroot judge_host_keys judge_keys key_files will_write keys_of judge_our_keys lets_in as_user judge_root judge_wrapper judge_sudo
# ---- lib/shell/there/judge-firewall.sh: judge_firewall firewall_of first_words try_packet seal_off beyond gets_through
# ---- lib/shell/there/judge-network.sh: judge_network address_of network_file
# ---- lib/shell/there/arm.sh: note_fact store_script not_armed end_arming arm_guard in_seconds give_time start_activation activation_ended activating_process activate_apart not_begun
# ---- lib/shell/there/rollback.sh: way_back keep_way_back keep_on unsettled give_verdict take_back systemd_hangs reboot_into came_out stop_activation superseded holding await_lock activate_old start_again
# ---- lib/shell/there/commit.sh: on_disk menu_on_disk commit_system wait_for_lock write_boot_menu uncommit uncommit_profile restore_generation boot_entry mend_all mend_commit commit_apart
# ---- lib/shell/there/activate.sh: set_profile nothing_activated
# ---- lib/shell/there/bus.sh: bus_answers restore_bus renew_bus mix_etc relink
# ---- lib/shell/there/verdict.sh: is_ready look_at_it say_how_it_stands begin_commit confirm_it cancel_it recover_it
# ---- lib/shell/here/run.sh: step stop give_up at_end at_last begin end_run say_last_words clean_up
# begin encode_program keep_log main
end of ops-deploy
