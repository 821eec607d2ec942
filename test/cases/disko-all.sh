# $ disko.ts destroy,format,mount --host core01.example.org
# typed: core01.example.org
/bin/sh /dev/fd/3 3<<'end of disko'
# $ /path/to/hey/scripts/disko.ts destroy,format,mount --host core01.example.org
#
#  1. ask for the name core01.example.org                                    here            exit 1
#  2. disko --mode destroy,format,mount: all data on its disks is destroyed  here            exit its own
exec 3<&-

main() {
  # typed by you, or nothing is done
  ask_name core01.example.org 'disko destroy,format,mount destroys all data on the disks of core01.example.org'
  sudo nix --extra-experimental-features 'nix-command flakes' run github:nix-community/disko/latest -- --mode destroy,format,mount --yes-wipe-all-disks --flake '/path/to/flake#core01.example.org'
}
# ---- this run ------------------------------------------------------------------------------------
verb='disko'
# ---- lib/shell/here/question.sh: forget_typed question ask_name
# ---- lib/shell/here/run.sh: step at_end begin end_run say_last_words
# begin main
end of disko
