# $ ops-deploy.ts vps-ultraman --boot --reboot
/bin/sh /dev/fd/3 3<<'end of ops-deploy'
# $ /path/to/hey/scripts/ops-deploy.ts vps-ultraman --boot --reboot
# host vps-ultraman, target root@vps-ultraman
#
#  1. connect by ssh                                                            here and there  exit 1
#  2. ask it: may it be changed, is there room, is nobody else at it?           there           exit 1, 13
#  3. go on if it is the right machine by name and host key (--rename: or not)  here and there  exit 1
#  4. nixos-rebuild boot: build it, copy it, activate it                        here and there
#  5. see what runs, what boots and what failed; put right what is half done    here and there  exit 1, 4, 13
#  6. reboot it, and wait until it is back, at most 300 s                       here and there  exit 1, 30, 32
exec 3<&-

main() {
  connect                     # ssh: one connection for all that follows
  ask_target refuse_activating has_room tell_stand  # ask it: may it be changed, is there room, is nobody else at it?
  require_machine_of_host     # is it the host that is meant? else nothing is sent
  note_before

  step 'nixos-rebuild boot: build it, copy it, activate it'
  rebuilding over_connection nixos-rebuild boot --show-trace --flake '.#vps-ultraman' --target-host root@vps-ultraman
  see_outcome boot            # what came of it, whichever program it was
  still_in_rebuilt boot       # it must not be locked out
  say_outcome
  reboot_there always 300     # and wait until it is back, as another boot over a new connection
}
# ---- this run ------------------------------------------------------------------------------------
verb='ops-deploy'
host='vps-ultraman'
target='root@vps-ultraman'
where='vps-ultraman'
type_shell='/path/to/hey/scripts/ops-ssh.ts'
type_reboot='/path/to/hey/scripts/ops-reboot.ts vps-ultraman vps-ultraman'
ssh_options='-T -a -x -k -o RemoteCommand=none -o PermitLocalCommand=no -o ClearAllForwardings=yes -o Tunnel=no -o LogLevel=INFO -o VisualHostKey=no -o EscapeChar=none -o SessionType=default -o StdinNull=no -o ForkAfterAuthentication=no -o ControlMaster=auto -o ControlPersist=15m -o ConnectTimeout=10 -o ServerAliveInterval=5 -o ServerAliveCountMax=6'
fresh_options='-o BatchMode=yes -o ControlMaster=no -o ControlPath=none -o ConnectTimeout=10 -o ServerAliveInterval=5 -o ServerAliveCountMax=3 -T -a -x -k -o RemoteCommand=none -o PermitLocalCommand=no -o ClearAllForwardings=yes -o Tunnel=no -o LogLevel=INFO -o VisualHostKey=no -o EscapeChar=none -o SessionType=default -o StdinNull=no -o ForkAfterAuthentication=no'
new_options='-o ControlMaster=no -o ControlPath=none -o ConnectTimeout=10 -o ServerAliveInterval=5 -o ServerAliveCountMax=3 -T -a -x -k -o RemoteCommand=none -o PermitLocalCommand=no -o ClearAllForwardings=yes -o Tunnel=no -o LogLevel=INFO -o VisualHostKey=no -o EscapeChar=none -o SessionType=default -o StdinNull=no -o ForkAfterAuthentication=no'
with_tty=''
type_become=''
type_rollback='/path/to/hey/scripts/ops-rollback.ts vps-ultraman vps-ultraman'
rebuild_options='-o ForwardAgent=no -o ForwardX11=no -o GSSAPIDelegateCredentials=no -o RequestTTY=auto -o RemoteCommand=none -o PermitLocalCommand=no -o ClearAllForwardings=yes -o Tunnel=no -o LogLevel=INFO -o VisualHostKey=no -o ConnectTimeout=10 -o ServerAliveInterval=5 -o ServerAliveCountMax=6'
logged_host='vps-ultraman'
logged_target='vps-ultraman'
lane_timeout='3600'
raw=''
lane=''
rename=''
kept_keys='/home/me/.ssh/keys.homelab'
evaluated_host='.#nixosConfigurations."vps-ultraman"'
force=''
then_port=''
bootloader='0'
look_by='/path/to/hey/scripts/ops-ssh.ts vps-ultraman '
mends='yes'
by='' last_deployed='' agreed=''  # not known yet

# evaluate_name: what nix says of a host's name.
evaluate_name() {
  harmlessly . nix --extra-experimental-features 'nix-command flakes' eval --raw "$@"
}
# for_target: force bootloader by last_deployed agreed
# ---- lib/shell/here/connect-root.sh: there as_me there_again connect
# ---- lib/shell/here/far.sh: open_connection encode_program make_tmp close_connection reach fresh at_either_port quoted encoded assigned far not_answered
# ---- lib/shell/here/ask.sh: ask_target ask_there
# ---- lib/shell/here/log.sh: is_own is_plain find_notes keep_log member note_run read_record record
# ---- lib/shell/here/hear.sh: told_terminal harmless_letters plain_text for_terminal plainly arrow plain_answer answer_begins behind_login calling limit_call called enough heard keep_answer beside_plainly both_plainly turned error_in said_lately
# ---- lib/shell/here/fact.sh: all_of fact store_path number fact_number shown changes stop_if_refused short standing known_standing owed clock
# ---- lib/shell/here/harmless.sh: newline git_says harmlessly without_git_words
# ---- lib/shell/here/identity.sh: plain_name same_name name_there is_called owners_of_key has_own_key require_name require_machine_of_host
# ---- lib/shell/here/rebuild.sh: note_before was all_were rebuilding over_connection look_after_all failing_since unmoved see_rebuilt mend_there see_outcome say_outcome still_in_rebuilt
# ---- lib/shell/here/still-in.sh: log_in_anew logs_in still_works still_in
# ---- lib/shell/here/activate.sh: unmended_words
# ---- lib/shell/here/verdict.sh: not_bootable
# ---- lib/shell/here/reboot.sh: reboot_there booted_anew
# ---- on the target
# ---- lib/shell/there/unready.sh: switch_unit refuse_activating own_activation how_to_end
# ---- lib/shell/there/facts.sh: profile refuse not_root need_root by_systemd seconds_up limited generations kernel_of compare number_of in_place tell_facts tell_boot failed_units restarts looping_units loops goes_on
# ---- lib/shell/there/room.sh: left_on has_room
# ---- lib/shell/there/rebuild.sh: tell_stand tell_rebuilt await_switch mend_rebuild note_profile write_menu_of base_of
# ---- lib/shell/there/guarded.sh: verdicts trial marker alive progress each_open holds trial_progress refuse_open refuse_trial unmended roots root unroot unroot_lost end_dead verdict_of archive forget_trial
# ---- lib/shell/there/lock.sh: refuse_held nixos_lock lock_holder refuse_switching take_lock refuse_changed is_own_system specialisation_of tell_specialisation may_deploy
# ---- lib/shell/there/boots.sh: menu_boots menu_differs menu_of_bootctl menu_of_loader_conf loader_setting loader_entries menu_of_grub
# ---- lib/shell/there/boot-once.sh: efivars grubenv loader_variable by_systemd_boot
# ---- lib/shell/there/boot-loader.sh: grub_cfg
# ---- lib/shell/there/identity.sh: tell_names
# ---- lib/shell/there/activate.sh: set_profile
# ---- lib/shell/there/commit.sh: on_disk menu_on_disk uncommit uncommit_profile restore_generation boot_entry mend_all mend_commit
# ---- lib/shell/there/reboot.sh: reboot_inhibitors refuse_inhibited reboot_soon
# ---- lib/shell/there/rollback.sh: give_verdict
# ---- lib/shell/here/run.sh: step give_up at_end at_last begin end_run say_last_words clean_up
# begin encode_program keep_log main
end of ops-deploy
