# $ sync.ts switch --diff
# on PATH: nh
/bin/sh /dev/fd/3 3<<'end of sync'
# $ /path/to/hey/scripts/sync.ts switch --diff
# host id3-eniac, target this machine
#
#  1. build id3-eniac            here            exit 1, or nix's
#  2. find out what will change  there           exit 1
#  3. show it                    here            exit 1
#  4. nh switch                  here            exit its own
exec 3<&-

main() {
  build_here                  # a private directory, gone at the end

  step 'build id3-eniac'
  nix --extra-experimental-features 'nix-command flakes' build --show-trace --out-link "$tmp/system" '/path/to/flake#nixosConfigurations."id3-eniac".config.system.build.toplevel'
  take_built_system           # $system
  declared=$(beside_plainly nix --extra-experimental-features 'nix-command flakes' eval --raw '/path/to/flake#nixosConfigurations."id3-eniac".config' --apply 'c: let age = c.age or { }; secrets = age.secrets or { }; in builtins.concatStringsSep "" (map (path: "identity ${toString path}\n") (age.identityPaths or [ ]) ++ map (name: let file = builtins.tryEval (toString secrets.${name}.file); in "secret ${builtins.replaceStrings [ " " "\n" ] [ "_" "_" ] name} ${if file.success then builtins.unsafeDiscardStringContext file.value else ""}\n") (builtins.attrNames secrets))')
  read_declared               # its secrets
  preview_there switch        # what would change there
  show_preview
  require_all_shown '. Try: --ask without --yes, or leave --diff and --ask out (hey.toml'\''s: --no-diff, --no-ask)'
  go_on_as_shown
  require_unchanged           # since it was shown
  until_it_ends nh            # it moves what boots before it activates

  step 'nh switch'
  nh os switch /path/to/flake --hostname id3-eniac --no-specialisation -- --show-trace
}
# ---- this run ------------------------------------------------------------------------------------
verb='sync'
target='this machine'
become='sudo'
logged_host='id3-eniac'
logged_target=''
lane_timeout='3600'
raw=''
lane=''
flake_dir='/path/to/flake'
# for_target:
# ---- lib/shell/here/this-machine.sh: build_here require_unchanged
# ---- lib/shell/here/far.sh: encode_program make_tmp quoted encoded
# ---- lib/shell/here/build.sh: take_built_system
# ---- lib/shell/here/hear.sh: told_terminal harmless_letters plain_text for_terminal plainly arrow plain_answer answer_begins behind_login limit_call called enough heard keep_answer beside_plainly
# ---- lib/shell/here/secrets.sh: read_declared tag header judged named_in say_secrets
# ---- lib/shell/here/preview.sh: amount size_of first_lines show_preview preview_there require_all_shown go_on_as_shown
# ---- lib/shell/here/fact.sh: all_of fact number fact_number shown changes clock
# ---- lib/shell/here/connect-here.sh: there
# ---- lib/shell/here/harmless.sh: newline
# ---- lib/shell/here/rebuild.sh: until_it_ends
# ---- lib/shell/here/log.sh: is_own is_plain find_notes keep_log member note_run
# ---- on the target
# ---- lib/shell/there/preview.sh: say_what would compare_systems
# ---- lib/shell/there/facts.sh: profile limited kernel_of compare in_place locale_archive
# ---- lib/shell/here/run.sh: step stop give_up at_end at_last begin end_run say_last_words clean_up
# begin encode_program keep_log main
end of sync
