# $ ops-rollback.ts vps-ultraman --list --json
/bin/sh /dev/fd/3 3<<'end of ops-rollback'
# $ /path/to/hey/scripts/ops-rollback.ts vps-ultraman --list --json
#
#  1. list its generations  there           exit ssh's
exec 3<&-

main() {
  list_there list_generations json  # list its generations
}
# ---- this run ------------------------------------------------------------------------------------
verb='ops-rollback'
target='root@vps-ultraman'
own_options='-T -a -x -k -o RemoteCommand=none -o PermitLocalCommand=no -o ClearAllForwardings=yes -o Tunnel=no -o LogLevel=INFO -o VisualHostKey=no -o EscapeChar=none -o SessionType=default -o StdinNull=no -o ForkAfterAuthentication=no -o ConnectTimeout=8'
lane_timeout='3600'
raw=''
# for_target:
# ---- lib/shell/here/far.sh: encode_program make_tmp quoted encoded far own_ssh list_there show_answer
# ---- lib/shell/here/hear.sh: told_terminal harmless_letters plain_text for_terminal plainly arrow plain_answer answer_begins behind_login calling limit_call called enough heard keep_answer
# ---- lib/shell/here/fact.sh: number clock
# ---- on the target
# ---- lib/shell/there/generations.sh: printable is_at list_generations
# ---- lib/shell/there/boots.sh: menu_boots menu_of_bootctl menu_of_loader_conf loader_setting loader_entries menu_of_grub
# ---- lib/shell/there/boot-once.sh: efivars grubenv loader_variable by_systemd_boot
# ---- lib/shell/there/facts.sh: profile limited generations kernel_of
# ---- lib/shell/there/guarded.sh: trial
# ---- lib/shell/there/boot-loader.sh: grub_cfg
# ---- lib/shell/here/run.sh: step at_end begin end_run say_last_words clean_up
# begin encode_program main
end of ops-rollback
