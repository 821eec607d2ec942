# $ sync.ts --rollback
/bin/sh /dev/fd/3 3<<'end of sync'
# $ /path/to/hey/scripts/sync.ts --rollback
# host id3-eniac, target this machine
#
#  1. find the generation before what boots  here            exit 1
#  2. boot it                                here            exit 1, 4, 13
exec 3<&-

main() {
  connect_here                # nobody else's change is in the way
  find_generation_here        # is it here, and whole?
  take_generation             # $system: what was found
  activate_here boot
}
# ---- this run ------------------------------------------------------------------------------------
verb='sync'
target='this machine'
type_reboot='reboot'
become='sudo'
logged_host='id3-eniac'
logged_target=''
lane=''
force='yes'
bootloader='0'
wanted_generation='previous'
generation='' by='' last_deployed='' first_seen='' agreed='' system=''  # not known yet
# for_target: force bootloader generation wanted_generation by last_deployed first_seen agreed system
# ---- lib/shell/here/this-machine.sh: connect_here find_generation_here activate_here
# ---- lib/shell/here/connect-here.sh: there as_me
# ---- lib/shell/here/far.sh: encode_program quoted encoded assigned
# ---- lib/shell/here/fact.sh: fact store_path fact_path number fact_number changes stop_if_refused short standing known_standing owed
# ---- lib/shell/here/harmless.sh: newline
# ---- lib/shell/here/ask.sh: take_generation
# ---- lib/shell/here/activate.sh: take_activated unmended_words
# ---- lib/shell/here/verdict.sh: not_bootable
# ---- lib/shell/here/log.sh: is_own is_plain find_notes keep_log member note_run
# ---- on the target
# ---- lib/shell/there/generations.sh: find_generation find_and_tell
# ---- lib/shell/there/facts.sh: profile refuse by_systemd seconds_up limited generations kernel_of compare number_of in_place tell_facts tell_boot failed_units restarts looping_units loops stored locale_archive inhibited units_in unnamed listed edited main_process goes_on
# ---- lib/shell/there/boots.sh: menu_boots menu_of_bootctl menu_of_loader_conf loader_setting loader_entries menu_of_grub
# ---- lib/shell/there/boot-once.sh: efivars grubenv loader_variable by_systemd_boot
# ---- lib/shell/there/guarded.sh: verdicts trial marker alive progress each_open holds trial_progress refuse_open refuse_trial unmended shell_of roots unroot unroot_lost end_dead verdict_of archive forget_trial
# ---- lib/shell/there/boot-loader.sh: grub_cfg
# ---- lib/shell/there/activate.sh: set_profile activate_system what_came_of nothing_activated lock_was_held take_profile put_back switch_noting run_by start_switch await_unit
# ---- lib/shell/there/lock.sh: refuse_held nixos_lock lock_holder refuse_switching take_lock refuse_other refuse_changed is_own_system specialisation_of
# ---- lib/shell/there/unready.sh: switch_unit refuse_activating own_activation how_to_end refuse_unready can_check refuse_unchecked kernels_in_boot refuse_no_room name_in_boot
# ---- lib/shell/there/rollback.sh: give_verdict
# ---- lib/shell/there/room.sh: mounted esps left_on
# ---- lib/shell/there/commit.sh: on_disk menu_on_disk uncommit_profile restore_generation boot_entry
# ---- lib/shell/here/run.sh: step give_up at_end at_last begin end_run say_last_words
# begin encode_program keep_log main
end of sync
