# $ sync.ts --backend nixos-rebuild
# on PATH: nh
/bin/sh /dev/fd/3 3<<'end of sync'
# $ /path/to/hey/scripts/sync.ts --backend nixos-rebuild
# host id3-eniac, target this machine
#
#  1. ask how it stands, and whether another program switches it              here            exit 1, 13
#  2. nixos-rebuild boot                                                      here and there
#  3. see what runs, what boots and what failed; put right what is half done  here and there  exit 1, 4, 13
exec 3<&-

main() {
  ask_before                  # how it stands; does nobody else switch it?

  step 'nixos-rebuild boot'
  rebuilding sudo nixos-rebuild --show-trace --flake '/path/to/flake#id3-eniac' boot
  see_outcome boot            # what came of it, whichever program it was
  say_outcome
}
# ---- this run ------------------------------------------------------------------------------------
verb='sync'
target='this machine'
type_reboot='reboot'
become='sudo'
logged_host='id3-eniac'
logged_target=''
lane_timeout='3600'
raw=''
lane=''
bootloader='0'
look_by=''
mends='yes'
# for_target: bootloader
# ---- lib/shell/here/rebuild.sh: ask_before note_before was all_were rebuilding look_after_all failing_since unmoved see_rebuilt mend_there see_outcome say_outcome
# ---- lib/shell/here/far.sh: encode_program make_tmp quoted encoded assigned
# ---- lib/shell/here/hear.sh: told_terminal harmless_letters plain_text for_terminal plainly arrow plain_answer answer_begins behind_login limit_call called enough heard keep_answer
# ---- lib/shell/here/fact.sh: all_of fact number fact_number changes stop_if_refused short standing owed clock
# ---- lib/shell/here/connect-here.sh: there as_me
# ---- lib/shell/here/harmless.sh: newline
# ---- lib/shell/here/activate.sh: unmended_words
# ---- lib/shell/here/verdict.sh: not_bootable
# ---- lib/shell/here/log.sh: is_own is_plain find_notes keep_log member note_run
# ---- on the target
# ---- lib/shell/there/rebuild.sh: may_rebuild tell_stand tell_rebuilt await_switch mend_rebuild note_profile write_menu_of base_of
# ---- lib/shell/there/lock.sh: refuse_held nixos_lock lock_holder refuse_switching
# ---- lib/shell/there/facts.sh: profile refuse by_systemd seconds_up limited generations kernel_of compare number_of tell_facts failed_units restarts looping_units loops goes_on
# ---- lib/shell/there/unready.sh: switch_unit refuse_activating own_activation how_to_end
# ---- lib/shell/there/boots.sh: menu_boots menu_differs menu_of_bootctl menu_of_loader_conf loader_setting loader_entries menu_of_grub
# ---- lib/shell/there/boot-once.sh: efivars grubenv loader_variable by_systemd_boot
# ---- lib/shell/there/guarded.sh: trial marker unmended roots
# ---- lib/shell/there/boot-loader.sh: grub_cfg
# ---- lib/shell/there/activate.sh: set_profile
# ---- lib/shell/there/commit.sh: on_disk menu_on_disk uncommit_profile restore_generation boot_entry
# ---- lib/shell/here/run.sh: step give_up at_end at_last begin end_run say_last_words clean_up
# begin encode_program keep_log main
end of sync
