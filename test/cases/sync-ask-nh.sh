# $ sync.ts switch --ask
# on PATH: nh
/bin/sh /dev/fd/3 3<<'end of sync'
# $ /path/to/hey/scripts/sync.ts switch --ask
# host id3-eniac, target this machine
#
#  1. ask how it stands, and whether another program switches it              here            exit 1, 13
#  2. build id3-eniac                                                         here            exit 1, or nix's
#  3. find out what will change                                               there           exit 1
#  4. show it, and ask whether to go on                                       here            exit 1
#  5. nh switch                                                               here and there
#  6. see what runs, what boots and what failed; put right what is half done  here and there  exit 1, 4, 13
exec 3<&-

main() {
  require_terminal            # who is asked must be there
  ask_before                  # how it stands; does nobody else switch it?
  build_here                  # a private directory, gone at the end

  step 'build id3-eniac'
  nix --extra-experimental-features 'nix-command flakes' build --show-trace --out-link "$tmp/system" '/path/to/flake#nixosConfigurations."id3-eniac".config.system.build.toplevel'
  take_built_system           # $system
  declared=$(beside_plainly nix --extra-experimental-features 'nix-command flakes' eval --raw '/path/to/flake#nixosConfigurations."id3-eniac".config' --apply 'c: let age = c.age or { }; secrets = age.secrets or { }; in builtins.concatStringsSep "" (map (path: "identity ${toString path}\n") (age.identityPaths or [ ]) ++ map (name: let file = builtins.tryEval (toString secrets.${name}.file); in "secret ${builtins.replaceStrings [ " " "\n" ] [ "_" "_" ] name} ${if file.success then builtins.unsafeDiscardStringContext file.value else ""}\n") (builtins.attrNames secrets))')
  read_declared               # its secrets
  preview_there switch        # what would change there
  ask_about_it
  require_still_there
  go_on_as_shown
  require_unchanged           # since it was shown

  step 'is id3-eniac still what was shown?'
  nix --extra-experimental-features 'nix-command flakes' build --show-trace --out-link "$tmp/again" '/path/to/flake#nixosConfigurations."id3-eniac".config.system.build.toplevel'
  require_same_system

  step 'nh switch'
  rebuilding nh os switch /path/to/flake --hostname id3-eniac --no-specialisation -- --show-trace
  see_outcome switch          # what came of it, whichever program it was
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
flake_dir='/path/to/flake'
judged=''
# for_target: bootloader
# ---- lib/shell/here/question.sh: require_terminal forget_typed question agreed_to
# ---- lib/shell/here/rebuild.sh: ask_before note_before was all_were rebuilding look_after_all failing_since unmoved see_rebuilt mend_there see_outcome say_outcome
# ---- lib/shell/here/far.sh: encode_program make_tmp quoted encoded assigned
# ---- lib/shell/here/hear.sh: told_terminal harmless_letters plain_text for_terminal plainly arrow plain_answer answer_begins behind_login limit_call called enough heard keep_answer beside_plainly
# ---- lib/shell/here/fact.sh: all_of fact number fact_number shown changes stop_if_refused short standing owed clock
# ---- lib/shell/here/connect-here.sh: there as_me
# ---- lib/shell/here/harmless.sh: newline
# ---- lib/shell/here/this-machine.sh: build_here require_unchanged require_same_system
# ---- lib/shell/here/build.sh: take_built_system
# ---- lib/shell/here/secrets.sh: read_declared tag header judged named_in say_secrets
# ---- lib/shell/here/preview.sh: amount size_of first_lines show_preview preview_there ask_about_it require_still_there go_on_as_shown
# ---- lib/shell/here/judge.sh: show_judged
# ---- lib/shell/here/activate.sh: unmended_words
# ---- lib/shell/here/verdict.sh: not_bootable
# ---- lib/shell/here/log.sh: is_own is_plain find_notes keep_log member note_run
# ---- on the target
# ---- lib/shell/there/rebuild.sh: may_rebuild tell_stand tell_rebuilt await_switch mend_rebuild note_profile write_menu_of base_of
# ---- lib/shell/there/lock.sh: refuse_held nixos_lock lock_holder refuse_switching
# ---- lib/shell/there/facts.sh: profile refuse by_systemd seconds_up limited generations kernel_of compare number_of in_place tell_facts failed_units restarts looping_units loops locale_archive goes_on
# ---- lib/shell/there/unready.sh: switch_unit refuse_activating own_activation how_to_end
# ---- lib/shell/there/boots.sh: menu_boots menu_differs menu_of_bootctl menu_of_loader_conf loader_setting loader_entries menu_of_grub
# ---- lib/shell/there/boot-once.sh: efivars grubenv loader_variable by_systemd_boot
# ---- lib/shell/there/guarded.sh: trial marker unmended roots
# ---- lib/shell/there/boot-loader.sh: grub_cfg
# ---- lib/shell/there/preview.sh: say_what would compare_systems
# ---- lib/shell/there/activate.sh: set_profile
# ---- lib/shell/there/commit.sh: on_disk menu_on_disk uncommit_profile restore_generation boot_entry
# ---- lib/shell/here/run.sh: step stop give_up at_end at_last begin end_run say_last_words clean_up
# begin encode_program keep_log main
end of sync
