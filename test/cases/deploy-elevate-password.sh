# $ ops-deploy.ts vps-ultraman admin@vps_ultraman_root --ask-elevate-password
/bin/sh /dev/fd/3 3<<'end of ops-deploy'
# $ /path/to/hey/scripts/ops-deploy.ts vps-ultraman admin@vps_ultraman_root --ask-elevate-password
# host vps-ultraman, target admin@vps_ultraman_root
#
#  1. connect by ssh, become root there by sudo             here and there  exit 1
#  2. nixos-rebuild switch: build it, copy it, activate it  here and there  exit its own
exec 3<&-

main() {
  connect later trusted       # ssh: one connection for all that follows
  until_it_ends nixos-rebuild "$type_shell $where"  # it moves what boots before it activates
  both_plainly env 'NIX_SSHOPTS=-o ForwardAgent=no -o ForwardX11=no -o GSSAPIDelegateCredentials=no -o RequestTTY=auto -o RemoteCommand=none -o PermitLocalCommand=no -o ClearAllForwardings=yes -o Tunnel=no -o LogLevel=INFO -o VisualHostKey=no -o ConnectTimeout=10 -o ServerAliveInterval=5 -o ServerAliveCountMax=6' nixos-rebuild switch --show-trace --flake '.#vps-ultraman' --target-host admin@vps_ultraman_root --elevate sudo --ask-elevate-password
}
# ---- this run ------------------------------------------------------------------------------------
verb='ops-deploy'
target='admin@vps_ultraman_root'
where='admin@vps_ultraman_root'
type_shell='/path/to/hey/scripts/ops-ssh.ts --elevate sudo --tty'
ssh_options='-T -a -x -k -o RemoteCommand=none -o PermitLocalCommand=no -o ClearAllForwardings=yes -o Tunnel=no -o LogLevel=INFO -o VisualHostKey=no -o EscapeChar=none -o SessionType=default -o StdinNull=no -o ForkAfterAuthentication=no -o ControlMaster=auto -o ControlPersist=15m -o ConnectTimeout=10 -o ServerAliveInterval=5 -o ServerAliveCountMax=6'
elevate='sudo'
logged_host='vps-ultraman'
logged_target='admin@vps_ultraman_root'
lane_timeout='3600'
raw=''
lane=''
# for_target:
# ---- lib/shell/here/connect-elevated.sh: connect
# ---- lib/shell/here/far.sh: open_connection encode_program make_tmp close_connection reach quoted encoded far not_answered
# ---- lib/shell/here/hear.sh: told_terminal harmless_letters plain_text for_terminal plainly arrow plain_answer answer_begins behind_login calling limit_call called enough heard keep_answer beside_plainly both_plainly turned
# ---- lib/shell/here/fact.sh: fact number fact_number stop_if_refused short clock
# ---- lib/shell/here/build.sh: take_nix_store
# ---- lib/shell/here/harmless.sh: newline
# ---- lib/shell/here/log.sh: is_own is_plain find_notes keep_log member note_run
# ---- on the target
# ---- lib/shell/there/become-root.sh: try_root becomes_root
# ---- lib/shell/there/facts.sh: refuse
# ---- lib/shell/there/store.sh: nix_configuration nix_trusts nix_setting no_trust
# ---- lib/shell/here/run.sh: step give_up at_end at_last begin end_run say_last_words clean_up
# begin encode_program keep_log main
end of ops-deploy
