# $ ops-deploy.ts vps-ultraman admin@vps_ultraman_root --elevate sudo
/bin/sh /dev/fd/3 3<<'end of ops-deploy'
# $ /path/to/hey/scripts/ops-deploy.ts vps-ultraman admin@vps_ultraman_root --elevate sudo
# host vps-ultraman, target admin@vps_ultraman_root
#
#  1. connect by ssh, become root there by sudo                                 here and there  exit 1
#  2. ask it who it is                                                          there           exit 1
#  3. go on if it is the right machine by name and host key (--rename: or not)  here and there  exit 1
#  4. nixos-rebuild switch: build it, copy it, activate it                      here and there  exit its own
exec 3<&-

main() {
  connect none trusted        # ssh: one connection for all that follows
  ask_there tell_identity     # is it there, and who is it?
  require_machine_of_host     # is it the host that is meant? else nothing is sent
  until_it_ends nixos-rebuild "$type_shell $where"  # it moves what boots before it activates
  both_plainly env 'NIX_SSHOPTS=-o ForwardAgent=no -o ForwardX11=no -o GSSAPIDelegateCredentials=no -o RequestTTY=auto -o RemoteCommand=none -o PermitLocalCommand=no -o ClearAllForwardings=yes -o Tunnel=no -o LogLevel=INFO -o VisualHostKey=no -o ConnectTimeout=10 -o ServerAliveInterval=5 -o ServerAliveCountMax=6' nixos-rebuild switch --show-trace --flake '.#vps-ultraman' --target-host admin@vps_ultraman_root --elevate sudo
}
# ---- this run ------------------------------------------------------------------------------------
verb='ops-deploy'
host='vps-ultraman'
target='admin@vps_ultraman_root'
where='admin@vps_ultraman_root'
type_shell='/path/to/hey/scripts/ops-ssh.ts --elevate sudo'
ssh_options='-T -a -x -k -o RemoteCommand=none -o PermitLocalCommand=no -o ClearAllForwardings=yes -o Tunnel=no -o LogLevel=INFO -o VisualHostKey=no -o EscapeChar=none -o SessionType=default -o StdinNull=no -o ForkAfterAuthentication=no -o ControlMaster=auto -o ControlPersist=15m -o ConnectTimeout=10 -o ServerAliveInterval=5 -o ServerAliveCountMax=6'
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

# evaluate_name: what nix says of a host's name.
evaluate_name() {
  harmlessly . nix --extra-experimental-features 'nix-command flakes' eval --raw "$@"
}
# for_target:
# ---- lib/shell/here/connect-elevated.sh: there connect
# ---- lib/shell/here/far.sh: open_connection encode_program make_tmp close_connection reach quoted encoded far not_answered
# ---- lib/shell/here/hear.sh: told_terminal harmless_letters plain_text for_terminal plainly arrow plain_answer answer_begins behind_login calling limit_call called enough heard keep_answer beside_plainly both_plainly turned error_in
# ---- lib/shell/here/fact.sh: all_of fact number fact_number stop_if_refused short clock
# ---- lib/shell/here/build.sh: take_nix_store
# ---- lib/shell/here/harmless.sh: newline git_says harmlessly without_git_words
# ---- lib/shell/here/ask.sh: ask_there
# ---- lib/shell/here/identity.sh: plain_name same_name name_there is_called owners_of_key has_own_key require_name require_machine_of_host
# ---- lib/shell/here/log.sh: is_own is_plain find_notes keep_log member note_run
# ---- on the target
# ---- lib/shell/there/identity.sh: tell_identity tell_names
# ---- lib/shell/there/facts.sh: profile refuse limited kernel_of compare number_of tell_facts tell_boot
# ---- lib/shell/there/boots.sh: menu_boots menu_of_bootctl menu_of_loader_conf loader_setting loader_entries menu_of_grub
# ---- lib/shell/there/boot-once.sh: efivars grubenv loader_variable by_systemd_boot
# ---- lib/shell/there/guarded.sh: trial
# ---- lib/shell/there/boot-loader.sh: grub_cfg
# ---- lib/shell/there/become-root.sh: try_root becomes_root
# ---- lib/shell/there/store.sh: nix_configuration nix_trusts nix_setting no_trust
# ---- lib/shell/here/run.sh: step give_up at_end at_last begin end_run say_last_words clean_up
# begin encode_program keep_log main
end of ops-deploy
