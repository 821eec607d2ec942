# $ ops-status.ts vps-ultraman admin@vps_ultraman_root --elevate sudo
/bin/sh /dev/fd/3 3<<'end of ops-status'
# $ /path/to/hey/scripts/ops-status.ts vps-ultraman admin@vps_ultraman_root --elevate sudo
#
#  1. ask what it is like  there           exit ssh's
exec 3<&-

main() {
  ask_alone as_root_if_silent tell_status sudo -n --  # ask what it is like
}
# ---- this run ------------------------------------------------------------------------------------
verb='ops-status'
target='admin@vps_ultraman_root'
own_options='-T -o RemoteCommand=none -o ClearAllForwardings=yes -o BatchMode=yes -o ConnectTimeout=2'
# for_target:
# ---- lib/shell/here/far.sh: encode_program quoted encoded far own_ssh ask_alone
# ---- on the target
# ---- lib/shell/there/silent.sh: as_root_if_silent
# ---- lib/shell/there/status.sh: tell_armed tell_status
# ---- lib/shell/there/facts.sh: profile by_systemd seconds_up kernel_of compare tell_facts failed_units
# ---- lib/shell/there/guarded.sh: trial alive progress each_open trial_progress
# ---- lib/shell/here/run.sh: step at_end begin end_run say_last_words clean_up
# begin encode_program main
end of ops-status
