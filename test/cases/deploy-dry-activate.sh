# $ ops-deploy.ts vps-ultraman vps_ultraman_root --dry-activate
/bin/sh /dev/fd/3 3<<'end of ops-deploy'
# $ /path/to/hey/scripts/ops-deploy.ts vps-ultraman vps_ultraman_root --dry-activate
# host vps-ultraman, target root@vps_ultraman_root
#
#  1. connect by ssh                                                            here and there  exit 1
#  2. ask it: may it be changed, is there room, is nobody else at it?           there           exit 1, 13
#  3. go on if it is the right machine by name and host key (--rename: or not)  here and there  exit 1
#  4. nixos-rebuild dry-activate: build it, copy it, activate it                here and there  exit its own
exec 3<&-

main() {
  connect                     # ssh: one connection for all that follows
  ask_target refuse_activating has_room tell_stand  # ask it: may it be changed, is there room, is nobody else at it?
  require_machine_of_host     # is it the host that is meant? else nothing is sent

  step 'nixos-rebuild dry-activate: build it, copy it, activate it'
  over_connection nixos-rebuild dry-activate --show-trace --flake '.#vps-ultraman' --target-host root@vps_ultraman_root
}
# ---- this run ------------------------------------------------------------------------------------
verb='ops-deploy'
host='vps-ultraman'
target='root@vps_ultraman_root'
ssh_options='-T -a -x -k -o RemoteCommand=none -o PermitLocalCommand=no -o ClearAllForwardings=yes -o Tunnel=no -o LogLevel=INFO -o VisualHostKey=no -o EscapeChar=none -o SessionType=default -o StdinNull=no -o ForkAfterAuthentication=no -o ControlMaster=auto -o ControlPersist=15m -o ConnectTimeout=10 -o ServerAliveInterval=5 -o ServerAliveCountMax=6'
rebuild_options='-o ForwardAgent=no -o ForwardX11=no -o GSSAPIDelegateCredentials=no -o RequestTTY=auto -o RemoteCommand=none -o PermitLocalCommand=no -o ClearAllForwardings=yes -o Tunnel=no -o LogLevel=INFO -o VisualHostKey=no -o ConnectTimeout=10 -o ServerAliveInterval=5 -o ServerAliveCountMax=6'
lane_timeout='3600'
raw=''
rename=''
kept_keys='/home/me/.ssh/keys.homelab'
evaluated_host='.#nixosConfigurations."vps-ultraman"'
force='yes'
last_deployed='' agreed=''    # not known yet

# evaluate_name: what nix says of a host's name.
evaluate_name() {
  harmlessly . nix --extra-experimental-features 'nix-command flakes' eval --raw "$@"
}
# for_target: force last_deployed agreed
# ---- lib/shell/here/connect-root.sh: there connect
# ---- lib/shell/here/far.sh: open_connection encode_program make_tmp close_connection reach quoted encoded assigned far not_answered
# ---- lib/shell/here/ask.sh: ask_target ask_there
# ---- lib/shell/here/log.sh: is_own find_notes read_record
# ---- lib/shell/here/hear.sh: told_terminal harmless_letters plain_text for_terminal plainly arrow plain_answer answer_begins behind_login calling limit_call called enough heard keep_answer beside_plainly both_plainly turned error_in
# ---- lib/shell/here/fact.sh: all_of fact number fact_number shown stop_if_refused short clock
# ---- lib/shell/here/harmless.sh: newline git_says harmlessly without_git_words
# ---- lib/shell/here/identity.sh: plain_name same_name name_there is_called owners_of_key has_own_key require_name require_machine_of_host
# ---- lib/shell/here/rebuild.sh: over_connection
# ---- on the target
# ---- lib/shell/there/unready.sh: switch_unit refuse_activating own_activation how_to_end
# ---- lib/shell/there/facts.sh: profile refuse not_root need_root by_systemd seconds_up limited generations kernel_of compare number_of in_place tell_facts failed_units restarts looping_units loops goes_on
# ---- lib/shell/there/room.sh: left_on has_room
# ---- lib/shell/there/rebuild.sh: tell_stand
# ---- lib/shell/there/guarded.sh: trial alive progress each_open holds trial_progress refuse_open refuse_trial roots root
# ---- lib/shell/there/lock.sh: refuse_held nixos_lock lock_holder refuse_switching refuse_changed is_own_system specialisation_of tell_specialisation may_deploy
# ---- lib/shell/there/boots.sh: menu_boots menu_of_bootctl menu_of_loader_conf loader_setting loader_entries menu_of_grub
# ---- lib/shell/there/boot-once.sh: efivars grubenv loader_variable by_systemd_boot
# ---- lib/shell/there/boot-loader.sh: grub_cfg
# ---- lib/shell/there/identity.sh: tell_names
# ---- lib/shell/here/run.sh: step give_up at_end begin end_run say_last_words clean_up
# begin encode_program find_notes main
end of ops-deploy
