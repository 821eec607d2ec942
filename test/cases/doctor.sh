# $ ops-doctor.ts vps-ultraman vps_ultraman_root
/bin/sh /dev/fd/3 3<<'end of ops-doctor'
# $ /path/to/hey/scripts/ops-doctor.ts vps-ultraman vps_ultraman_root
#
#  1. ask what it is like  there           exit ssh's
exec 3<&-

main() {
  ask_alone tell_health       # ask what it is like
}
# ---- this run ------------------------------------------------------------------------------------
verb='ops-doctor'
target='root@vps_ultraman_root'
own_options='-v -T -o RemoteCommand=none -o ClearAllForwardings=yes -o BatchMode=yes -o ConnectTimeout=2 -o ControlMaster=no -o ControlPath=none'
# for_target:
# ---- lib/shell/here/far.sh: encode_program quoted encoded far own_ssh ask_alone
# ---- on the target
# ---- lib/shell/there/status.sh: tell_armed tell_status tell_health
# ---- lib/shell/there/facts.sh: profile by_systemd seconds_up kernel_of compare tell_facts failed_units
# ---- lib/shell/there/guarded.sh: trial alive progress each_open trial_progress
# ---- lib/shell/there/store.sh: nix_configuration nix_trusts nix_setting no_trust
# ---- lib/shell/here/run.sh: step at_end begin end_run say_last_words clean_up
# begin encode_program main
end of ops-doctor
