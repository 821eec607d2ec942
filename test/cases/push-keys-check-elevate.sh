# $ ops-push-keys.ts vps-ultraman admin@vps_ultraman_root --no-global --elevate doas --check
/bin/sh /dev/fd/3 3<<'end of ops-push-keys'
# $ /path/to/hey/scripts/ops-push-keys.ts vps-ultraman admin@vps_ultraman_root --no-global --elevate doas --check
#
#  1. check the keys: ssh_host_ed25519_key                       here            exit 1
#  2. connect by ssh, become root there by doas                  here and there  exit 1
#  3. compare: here, on its disk, and as its sshd presents them  here and there  exit 1
exec 3<&-

main() {
  stage_keys keys             # a private directory, gone at the end, also if this is killed
  link_key ssh_host_ed25519_key /home/me/.ssh/keys.homelab/vps/ssh_host_ed25519_key_vps-ultraman cat /home/me/.ssh/keys.homelab/vps/ssh_host_ed25519_key_vps-ultraman
  connect                     # ssh: one connection for all that follows
  compare_keys /etc/ssh ssh_host_ed25519_key  # here, on its disk, and as its sshd presents it
}
# ---- this run ------------------------------------------------------------------------------------
verb='ops-push-keys'
target='admin@vps_ultraman_root'
ssh_options='-T -a -x -k -o RemoteCommand=none -o PermitLocalCommand=no -o ClearAllForwardings=yes -o Tunnel=no -o LogLevel=INFO -o VisualHostKey=no -o EscapeChar=none -o SessionType=default -o StdinNull=no -o ForkAfterAuthentication=no -o ControlMaster=auto -o ControlPersist=15m -o ConnectTimeout=10 -o ServerAliveInterval=5 -o ServerAliveCountMax=6'
own_options='-T -a -x -k -o RemoteCommand=none -o PermitLocalCommand=no -o ClearAllForwardings=yes -o Tunnel=no -o LogLevel=INFO -o VisualHostKey=no -o EscapeChar=none -o SessionType=default -o StdinNull=no -o ForkAfterAuthentication=no -o ConnectTimeout=8'
knocking_options='-o GlobalKnownHostsFile=/dev/null -o StrictHostKeyChecking=accept-new -o HashKnownHosts=no -o HostKeyAlgorithms=ssh-ed25519 -o PreferredAuthentications=none -o ConnectTimeout=5 -o BatchMode=yes -o ControlMaster=no -o ControlPath=none'
elevate='doas'
become='sh -c '\''exec doas -n -- env "PATH=$PATH" "$@"'\'' sh '
lane_timeout='3600'
raw=''
# for_target:
# ---- lib/shell/here/keys.sh: stage_keys remove_fresh_key reap_stage derive link_key
# ---- lib/shell/here/far.sh: open_connection encode_program make_tmp close_connection reach quoted encoded far not_answered
# ---- lib/shell/here/connect-elevated.sh: there connect
# ---- lib/shell/here/question.sh: require_terminal_for_secret
# ---- lib/shell/here/hear.sh: told_terminal harmless_letters plain_text for_terminal plainly arrow plain_answer answer_begins behind_login calling limit_call called enough heard keep_answer
# ---- lib/shell/here/fact.sh: fact number stop_if_refused short clock
# ---- lib/shell/here/build.sh: take_nix_store
# ---- lib/shell/here/harmless.sh: newline
# ---- lib/shell/here/send-keys.sh: fingerprint knock compare_keys
# ---- on the target
# ---- lib/shell/there/become-root.sh: try_root becomes_root
# ---- lib/shell/there/facts.sh: refuse
# ---- lib/shell/there/store.sh: nix_configuration nix_trusts nix_setting no_trust
# ---- lib/shell/there/keys.sh: public_keys
# ---- lib/shell/here/run.sh: step give_up at_end begin end_run say_last_words clean_up
# begin encode_program main
end of ops-push-keys
