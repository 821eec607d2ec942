# $ sync.ts dry-activate --host vps-ultraman --diff
/bin/sh /dev/fd/3 3<<'end of sync'
# $ /path/to/hey/scripts/sync.ts dry-activate --host vps-ultraman --diff
# host vps-ultraman, target this machine
#
#  1. build vps-ultraman          here            exit 1, or nix's
#  2. find out what will change   there           exit 1
#  3. show it                     here            exit 1
#  4. nixos-rebuild dry-activate  here            exit its own
exec 3<&-

main() {
  build_here                  # a private directory, gone at the end

  step 'build vps-ultraman'
  nix --extra-experimental-features 'nix-command flakes' build --show-trace --out-link "$tmp/system" '/path/to/flake#nixosConfigurations."vps-ultraman".config.system.build.toplevel'
  take_built_system           # $system
  declared=$(beside_plainly nix --extra-experimental-features 'nix-command flakes' eval --raw '/path/to/flake#nixosConfigurations."vps-ultraman".config' --apply 'c: let age = c.age or { }; secrets = age.secrets or { }; in builtins.concatStringsSep "" (map (path: "identity ${toString path}\n") (age.identityPaths or [ ]) ++ map (name: let file = builtins.tryEval (toString secrets.${name}.file); in "secret ${builtins.replaceStrings [ " " "\n" ] [ "_" "_" ] name} ${if file.success then builtins.unsafeDiscardStringContext file.value else ""}\n") (builtins.attrNames secrets))')
  read_declared               # its secrets
  preview_there dry-activate  # what would change there
  show_preview
  require_all_shown
  go_on_as_shown
  require_unchanged           # since it was shown

  step 'nixos-rebuild dry-activate'
  sudo nixos-rebuild --show-trace --flake '/path/to/flake#vps-ultraman' dry-activate
}
# ---- this run ------------------------------------------------------------------------------------
verb='sync'
target='this machine'
become='sudo'
lane_timeout='3600'
raw=''
flake_dir='/path/to/flake'
judged=''
# for_target:
# ---- lib/shell/here/this-machine.sh: build_here require_unchanged
# ---- lib/shell/here/far.sh: encode_program make_tmp quoted encoded
# ---- lib/shell/here/build.sh: take_built_system
# ---- lib/shell/here/hear.sh: told_terminal harmless_letters plain_text for_terminal plainly arrow plain_answer answer_begins behind_login limit_call called enough heard keep_answer beside_plainly
# ---- lib/shell/here/secrets.sh: read_declared tag header judged named_in say_secrets
# ---- lib/shell/here/preview.sh: amount size_of first_lines show_preview preview_there require_all_shown go_on_as_shown
# ---- lib/shell/here/fact.sh: all_of fact number shown changes short clock
# ---- lib/shell/here/connect-here.sh: there
# ---- lib/shell/here/harmless.sh: newline
# ---- lib/shell/here/judge.sh: show_judged
# ---- on the target
# ---- lib/shell/there/preview.sh: say_what would compare_systems
# ---- lib/shell/there/facts.sh: profile limited kernel_of compare in_place locale_archive
# ---- lib/shell/here/run.sh: step stop give_up at_end begin end_run say_last_words clean_up
# begin encode_program main
end of sync
