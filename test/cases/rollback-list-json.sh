# $ ops-rollback.ts vps-ultraman --list --json
/bin/sh /dev/fd/3 3<<'end of ops-rollback'
# $ /path/to/hey/scripts/ops-rollback.ts vps-ultraman --list --json
#
#  1. list its generations  there           exit ssh's
exec 3<&-

main() {
  ask_alone list_generations json  # list its generations
}
# ---- this run ------------------------------------------------------------------------------------
verb='ops-rollback'
target='root@vps-ultraman'
own_options='-T -o RemoteCommand=none -o ClearAllForwardings=yes -o ConnectTimeout=8'
# for_target:
# ---- lib/shell/here/far.sh: encode_program quoted encoded far own_ssh ask_alone
# ---- on the target
# ---- lib/shell/there/generations.sh: printable is_at list_generations
# ---- lib/shell/there/facts.sh: profile generations kernel_of
# ---- lib/shell/here/run.sh: step at_end begin end_run say_last_words clean_up
# begin encode_program main
end of ops-rollback
