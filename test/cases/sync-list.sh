# $ sync.ts --list
/bin/sh /dev/fd/3 3<<'end of sync'
# $ /path/to/hey/scripts/sync.ts --list
#
#  1. list the generations of this machine  here
exec 3<&-

main() {
  as_me list_generations table
}
# ---- this run ------------------------------------------------------------------------------------
verb='sync'
# for_target:
# ---- lib/shell/here/connect-here.sh: as_me
# ---- lib/shell/here/far.sh: encode_program quoted encoded
# ---- on the target
# ---- lib/shell/there/generations.sh: printable is_at list_generations
# ---- lib/shell/there/boots.sh: menu_boots menu_of_bootctl menu_of_loader_conf loader_setting loader_entries menu_of_grub
# ---- lib/shell/there/boot-once.sh: efivars grubenv loader_variable by_systemd_boot
# ---- lib/shell/there/facts.sh: profile limited generations kernel_of
# ---- lib/shell/there/guarded.sh: trial
# ---- lib/shell/there/boot-loader.sh: grub_cfg
# ---- lib/shell/here/run.sh: step at_end begin end_run say_last_words
# begin encode_program main
end of sync
