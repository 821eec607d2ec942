# A trial boot: the target boots the system once, that is confirmed over new connections, and only then it becomes what boots. Until then the old
# one is what boots, and the target reboots by itself. $seconds counts there, in the boot that is tried; a reboot may take $limit seconds.

# boot_for_a_trial: has it booted there. Sets: because, deadline, latest, menu. Ends: where the target refuses.
boot_for_a_trial() {
  begin_guard
  because=
  # It may take ten minutes to write a boot menu, and what was begun there is to be told by then.
  clock
  latest=$((now + 720 + limit + seconds))
  deadline=$latest
  menu=yes
  step "boot $target for a trial: unless confirmed within $seconds s of that boot it reboots into what boots now"
  arm arm_trial 720
  clock
  latest=$((now + limit + seconds))
  deadline=$latest
  record "$(fact runs)" "$system"
}

# await_and_confirm LASTS: waits for that boot, and confirms it. Returns where it holds. Sets: anew, seen. Ends: where it is rolled back, or that is
# not known.
await_and_confirm() {
  step "$target reboots, and is waited for"
  anew=yes
  seen=$deadline
  while [ -z "$held" ]; do
    if [ "$(left)" -gt 0 ]; then
      try_to_confirm "$1" || :
      seen=$deadline
      say_failing "$failing"
    else
      clock
      await_end "$1"
    fi
    if [ -z "$held" ]; then sleep 1; fi
  done
}
