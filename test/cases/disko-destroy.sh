# $ disko.ts destroy --host id3-eniac
# on PATH: disko
# typed: id3-eniac
/bin/sh /dev/fd/3 3<<'end of disko'
# $ /path/to/hey/scripts/disko.ts destroy --host id3-eniac
#
#  1. ask for the name id3-eniac                                here            exit 1
#  2. disko --mode destroy: all data on its disks is destroyed  here            exit its own
exec 3<&-

main() {
  ask_name id3-eniac 'disko destroy destroys all data on the disks of id3-eniac'  # typed by you, or nothing is done
  sudo disko --mode destroy --yes-wipe-all-disks --flake '/path/to/flake#id3-eniac'
}
# ---- this run ------------------------------------------------------------------------------------
verb='disko'
# ---- lib/shell/here/question.sh: forget_typed question ask_name
# ---- lib/shell/here/run.sh: step at_end begin end_run say_last_words
# begin main
end of disko
