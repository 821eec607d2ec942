# $ ops-status.ts vps-ultraman vps_ultraman_root
/bin/sh /dev/fd/3 3<<'end of ops-status'
# $ /path/to/hey/scripts/ops-status.ts vps-ultraman vps_ultraman_root
#
#  1. ask what it is like  there           exit ssh's
exec 3<&-

main() {
  ask_alone tell_status       # ask what it is like
}
# ---- this run ------------------------------------------------------------------------------------
verb='ops-status'
target='root@vps_ultraman_root'
own_options='-T -a -x -k -o RemoteCommand=none -o PermitLocalCommand=no -o ClearAllForwardings=yes -o Tunnel=no -o LogLevel=INFO -o VisualHostKey=no -o EscapeChar=none -o SessionType=default -o StdinNull=no -o ForkAfterAuthentication=no -o BatchMode=yes -o ConnectTimeout=2'
lane_timeout='3600'
raw=''
# for_target:
# ---- lib/shell/here/far.sh: encode_program make_tmp quoted encoded far own_ssh ask_alone
# ---- lib/shell/here/hear.sh: told_terminal harmless_letters plain_text for_terminal plainly arrow plain_answer answer_begins behind_login calling limit_call called enough heard keep_answer
# ---- lib/shell/here/fact.sh: number clock
# ---- on the target
# ---- lib/shell/there/status.sh: tell_armed tell_status
# ---- lib/shell/there/facts.sh: profile by_systemd seconds_up limited kernel_of compare number_of tell_facts failed_units restarts looping_units loops
# ---- lib/shell/there/boots.sh: menu_boots menu_of_bootctl menu_of_loader_conf loader_setting loader_entries menu_of_grub
# ---- lib/shell/there/boot-once.sh: efivars grubenv loader_variable by_systemd_boot
# ---- lib/shell/there/guarded.sh: trial alive progress each_open trial_progress
# ---- lib/shell/there/boot-loader.sh: grub_cfg
# ---- lib/shell/there/room.sh: mounted esps left_on
# ---- lib/shell/here/run.sh: step at_end begin end_run say_last_words clean_up
# begin encode_program main
end of ops-status
