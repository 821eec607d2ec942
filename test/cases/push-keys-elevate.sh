# $ ops-push-keys.ts vps-ultraman admin@vps_ultraman_root --no-global --elevate sudo
/bin/sh /dev/fd/3 3<<'end of ops-push-keys'
# $ /path/to/hey/scripts/ops-push-keys.ts vps-ultraman admin@vps_ultraman_root --no-global --elevate sudo
# host vps-ultraman, target admin@vps_ultraman_root
#
#  1. check the keys: ssh_host_ed25519_key                                      here            exit 1
#  2. connect by ssh, become root there by sudo                                 here and there  exit 1
#  3. ask it who it is, and whether keys can be put into /etc/ssh               there           exit 1
#  4. go on if it is the right machine by name and host key (--rename: or not)  here and there  exit 1
#  5. send ssh_host_ed25519_key to /etc/ssh                                     there           exit 1
#  6. does it present the new key to a new connection?                          here and there  exit 1
exec 3<&-

main() {
  stage_keys keys             # a private directory, gone at the end, also if this is killed
  link_key ssh_host_ed25519_key /home/me/.ssh/keys.homelab/vps/ssh_host_ed25519_key_vps-ultraman cat /home/me/.ssh/keys.homelab/vps/ssh_host_ed25519_key_vps-ultraman
  connect                     # ssh: one connection for all that follows
  ask_there may_take_keys /etc/ssh ssh_host_ed25519_key  # is it there, who is it, and can it take them?
  require_machine_of_host strictly  # is it the host that is meant? else nothing is sent
  expect_key --keep-known-hosts  # known here before it is there
  begin_to_send

  step 'send ssh_host_ed25519_key to admin@vps_ultraman_root:/etc/ssh'
  # one stream, checked there, renamed into place
  sent=$(tar -chf - -C "$keys" . | send_keys /etc/ssh ssh_host_ed25519_key)
  end_to_send
  prove_key 1 2 5             # by a new connection
  replace_key                 # in known_hosts
}
# ---- this run ------------------------------------------------------------------------------------
verb='ops-push-keys'
host='vps-ultraman'
target='admin@vps_ultraman_root'
type_check='/path/to/hey/scripts/ops-push-keys.ts vps-ultraman admin@vps_ultraman_root --no-global --elevate sudo --check'
ssh_options='-T -a -x -k -o RemoteCommand=none -o PermitLocalCommand=no -o ClearAllForwardings=yes -o Tunnel=no -o LogLevel=INFO -o VisualHostKey=no -o EscapeChar=none -o SessionType=default -o StdinNull=no -o ForkAfterAuthentication=no -o ControlMaster=auto -o ControlPersist=15m -o ConnectTimeout=10 -o ServerAliveInterval=5 -o ServerAliveCountMax=6'
own_options='-T -a -x -k -o RemoteCommand=none -o PermitLocalCommand=no -o ClearAllForwardings=yes -o Tunnel=no -o LogLevel=INFO -o VisualHostKey=no -o EscapeChar=none -o SessionType=default -o StdinNull=no -o ForkAfterAuthentication=no -o ConnectTimeout=8'
pinned_options='-o GlobalKnownHostsFile=/dev/null -o StrictHostKeyChecking=yes -o HostKeyAlgorithms=ssh-ed25519 -o ConnectTimeout=5 -o BatchMode=yes -o ControlMaster=no -o ControlPath=none'
elevate='sudo'
become='sudo -n -- '
logged_host='vps-ultraman'
logged_target='admin@vps_ultraman_root'
lane_timeout='3600'
raw=''
lane=''
rename=''
kept_keys='/home/me/.ssh/keys.homelab'
evaluated_host='.#nixosConfigurations."vps-ultraman"'
known_hosts='/home/me/.ssh/known_hosts'
known_also=''
known_globally='/etc/ssh/ssh_known_hosts|/etc/ssh/ssh_known_hosts2'
known_as='vps_ultraman_root'
takes_any_key=''
hash_known_hosts=''
judging_options='-o StrictHostKeyChecking=yes -o PreferredAuthentications=none -o ConnectTimeout=5 -o BatchMode=yes -o ControlMaster=no -o ControlPath=none'
persist=''

# evaluate_name: what nix says of a host's name.
evaluate_name() {
  harmlessly . nix --extra-experimental-features 'nix-command flakes' eval --raw "$@"
}
# for_target:
# ---- lib/shell/here/keys.sh: stage_keys remove_fresh_key reap_stage derive link_key
# ---- lib/shell/here/far.sh: open_connection encode_program make_tmp close_connection reach quoted encoded far not_answered
# ---- lib/shell/here/connect-elevated.sh: there connect
# ---- lib/shell/here/question.sh: require_terminal_for_secret
# ---- lib/shell/here/hear.sh: told_terminal harmless_letters plain_text for_terminal plainly arrow plain_answer answer_begins behind_login calling limit_call called enough heard keep_answer error_in
# ---- lib/shell/here/fact.sh: all_of fact number fact_number stop_if_refused short clock
# ---- lib/shell/here/build.sh: take_nix_store
# ---- lib/shell/here/harmless.sh: newline git_says harmlessly without_git_words
# ---- lib/shell/here/ask.sh: ask_there
# ---- lib/shell/here/identity.sh: plain_name same_name name_there is_called owners_of_key has_own_key require_name require_machine_of_host
# ---- lib/shell/here/known-hosts.sh: own_known_hosts each_of known_keys own_keys former_keys is_known_already expect_key require_any_key lines_for_key own_line end_last_line has_new_key whole_lines with_new_key key_now knock_as_user forget_expected rewrite_known_hosts replace_key
# ---- lib/shell/here/send-keys.sh: send_keys begin_to_send end_to_send reach_pinned prove_key
# ---- lib/shell/here/log.sh: is_own is_plain find_notes keep_log member note_run
# ---- on the target
# ---- lib/shell/there/keys.sh: find_place is_mounted or_persist public_half may_take_keys put_keys owe_activation settle_keys settle_when_killed reload_sshd
# ---- lib/shell/there/identity.sh: tell_identity tell_names
# ---- lib/shell/there/facts.sh: profile refuse not_root need_root limited kernel_of compare number_of tell_facts tell_boot
# ---- lib/shell/there/boots.sh: menu_boots menu_of_bootctl menu_of_loader_conf loader_setting loader_entries menu_of_grub
# ---- lib/shell/there/boot-once.sh: efivars grubenv loader_variable by_systemd_boot
# ---- lib/shell/there/guarded.sh: trial
# ---- lib/shell/there/boot-loader.sh: grub_cfg
# ---- lib/shell/there/become-root.sh: try_root becomes_root
# ---- lib/shell/there/store.sh: nix_configuration nix_trusts nix_setting no_trust
# ---- lib/shell/here/run.sh: step give_up at_end at_last begin end_run say_last_words clean_up
# begin encode_program keep_log main
end of ops-push-keys
