#!/usr/bin/env bats
# A power cut at each flush of a real disk: the machine comes up, and knows what it owes, also where fsck has emptied its boot menu: FAT has no
# journal, and NixOS's program writes each entry anew.

load ../words
# shellcheck source=/dev/null
. "$BATS_TEST_DIRNAME/../lib/cut.sh"
before_on=record_disk

# slow_disk: an emulated processor is slow, and the clocks of ext4 and of the page cache are not. So slowed down, a power cut loses what it would
# lose on a real machine.
slow_disk() {
  on 'mount -o remount,commit=150 / && echo 90000 >/proc/sys/vm/dirty_expire_centisecs && echo 15000 >/proc/sys/vm/dirty_writeback_centisecs'
}

# note_cut AT
note_cut() { echo "$1 $(cut_facts)" >>"$work/cuts"; }

# cuts_of WORDS…: runs hey with these words, and looks at each cut of that. $work/cuts has a line for each.
cuts_of() {
  local from
  work=$BATS_TEST_TMPDIR
  slow_disk
  on sync
  from=$(disk length)
  hey_says "$@"
  [ "$status" = 0 ]
  on sync
  each_cut "$from" "$(disk length)" note_cut
  sed -E 's,/nix/store/(.{6})[^ ]*,\1,g' "$work/cuts" | awk '{ at = $1; $1 = ""; if ($0 != last) print at $0; last = $0 }'
  # At the beginning it was the old system, at the end the new one, each without a marker. Whatever is wrong in between, the marker tells of it.
  head -n 1 "$work/cuts" | grep -q "profile $old menu $old marker none wrong nothing"
  tail -n 1 "$work/cuts" | grep -q "profile $new menu $new marker none wrong nothing"
  grep -q "profile $new menu $old marker yes" "$work/cuts"
  refute grep -q "marker none" <(grep -v "wrong nothing" "$work/cuts")
  # A menu that boots nothing any more is mended, too.
  worst=$(grep -v "wrong nothing" "$work/cuts" | tail -n 1)
  worst=${worst:-$(grep "profile $new menu $old marker yes" "$work/cuts" | tail -n 1)}
}

# boots_cut AT: the machine boots what that cut left, in place of what it has.
boots_cut() {
  switch_off
  stop_recording
  cp --sparse=always "$machine/start.img" "$work/image"
  disk apply "$work/image" 0 "$1"
  mv "$work/image" "$machine/disk.img"
  rm "$machine/log"
  record_disk
  switch_on
  ask_machine
}

# mended_after_worst: the machine comes up after the worst of these cuts; --status says what is owed, and a reboot by hey mends it.
mended_after_worst() {
  echo "the worst: $worst"
  boots_cut "${worst%% *}"
  [ "$(seen runs)" = "$old" ]
  [ -n "$(seen marker)" ]
  hey_says ops deploy $host --status
  [[ $output == *"a commit was cut short"* ]]
  hey_says ops reboot $host --wait 900
  [ "$status" = 0 ]
  ask_machine
  [ "$(seen runs)" = "$(seen profile)" ]
  stands "$(seen profile)"
}

@test "a guarded deployment" {
  next_system
  cuts_of ops deploy $host --guard --confirm-timeout 300
  mended_after_worst
}

@test "a deployment without a guard" {
  next_system
  cuts_of ops deploy $host --backend nix
  mended_after_worst
}
