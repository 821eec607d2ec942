# $ ops-deploy.ts vps-ultraman --cancel --ssh-option Port=2222
/bin/sh /dev/fd/3 3<<'end of ops-deploy'
# $ /path/to/hey/scripts/ops-deploy.ts vps-ultraman --cancel --ssh-option 'Port=2222'
#
#  1. connect by ssh                                     here and there  exit 1
#  2. end a guarded deployment: back to what ran before  there           exit 1, 255
exec 3<&-

main() {
  connect                     # ssh: one connection for all that follows
  there cancel_any 'asked to' </dev/null  # end a guarded deployment: back to what ran before
}
# ---- this run ------------------------------------------------------------------------------------
verb='ops-deploy'
target='root@vps-ultraman'
ssh_options='-T -o RemoteCommand=none -o ClearAllForwardings=yes -o Port=2222 -o ControlMaster=auto -o ControlPersist=15m -o ConnectTimeout=10 -o ServerAliveInterval=15 -o ServerAliveCountMax=4'
# for_target:
# ---- lib/shell/here/connect-root.sh: there connect
# ---- lib/shell/here/far.sh: open_connection encode_program make_tmp close_connection reach quoted encoded far
# ---- on the target
# ---- lib/shell/there/verdict.sh: say_id cancel_any cancel_it
# ---- lib/shell/there/facts.sh: profile not_root by_systemd seconds_up kernel_of compare tell_facts locale_archive inhibited
# ---- lib/shell/there/guarded.sh: verdicts trial marker alive progress each_open trial_progress stands say_cut shell_of start_apart go_back
# ---- lib/shell/here/run.sh: step at_end begin end_run say_last_words clean_up
# begin encode_program main
end of ops-deploy
