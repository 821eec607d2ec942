# $ ops-push-keys.ts vps-ultraman vps_ultraman_root --check --no-global
/bin/sh /dev/fd/3 3<<'end of ops-push-keys'
# $ /path/to/hey/scripts/ops-push-keys.ts vps-ultraman vps_ultraman_root --check --no-global
#
#  1. check the keys: ssh_host_ed25519_key                       here            exit 1
#  2. connect by ssh                                             here and there  exit 1
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
target='root@vps_ultraman_root'
ssh_options='-T -a -x -k -o RemoteCommand=none -o PermitLocalCommand=no -o ClearAllForwardings=yes -o Tunnel=no -o LogLevel=INFO -o VisualHostKey=no -o EscapeChar=none -o SessionType=default -o StdinNull=no -o ForkAfterAuthentication=no -o ControlMaster=auto -o ControlPersist=15m -o ConnectTimeout=10 -o ServerAliveInterval=5 -o ServerAliveCountMax=6'
own_options='-T -a -x -k -o RemoteCommand=none -o PermitLocalCommand=no -o ClearAllForwardings=yes -o Tunnel=no -o LogLevel=INFO -o VisualHostKey=no -o EscapeChar=none -o SessionType=default -o StdinNull=no -o ForkAfterAuthentication=no -o ConnectTimeout=8'
knocking_options='-o GlobalKnownHostsFile=/dev/null -o StrictHostKeyChecking=accept-new -o HashKnownHosts=no -o HostKeyAlgorithms=ssh-ed25519 -o PreferredAuthentications=none -o ConnectTimeout=5 -o BatchMode=yes -o ControlMaster=no -o ControlPath=none'
lane_timeout='3600'
raw=''
# for_target:
# ---- lib/shell/here/keys.sh: stage_keys remove_fresh_key reap_stage derive link_key
# ---- lib/shell/here/far.sh: open_connection encode_program make_tmp close_connection reach quoted encoded far
# ---- lib/shell/here/connect-root.sh: there connect
# ---- lib/shell/here/send-keys.sh: fingerprint knock compare_keys
# ---- lib/shell/here/hear.sh: told_terminal harmless_letters plain_text for_terminal plainly arrow plain_answer answer_begins behind_login calling limit_call called enough heard keep_answer
# ---- lib/shell/here/fact.sh: number clock
# ---- on the target
# ---- lib/shell/there/keys.sh: public_keys
# ---- lib/shell/here/run.sh: step give_up at_end begin end_run say_last_words clean_up
# begin encode_program main
end of ops-push-keys
