# One deployment at a time, and never over a change of somebody else.

# refuse_held. Ends: where the lock has a holder that is named.
refuse_held() {
  local holder
  if holder=$(readlink /run/hey/holder); then refuse 13 "another deployment holds the lock: $holder$(how_to_end)"; fi
}

# The lock under which the program of NixOS changes what runs.
nixos_lock=/run/nixos/switch-to-configuration.lock

# lock_holder: who holds the lock of NixOS: "process 4711 (COMMAND)". Fails where nobody does. It only looks: to try that lock is to stand in
# the way of somebody who takes it just then.
lock_holder() {
  local at device pid command
  at=$(stat -c "%D %i" "$nixos_lock" 2>/dev/null) || return 1
  device=$((0x${at% *}))
  at=$(printf "%02x:%02x:%s" $((device >> 8 & 0xfff)) $((device & 0xff | device >> 12 & 0xfff00)) "${at#* }")
  # A shell would read that file a byte at a time.
  pid=$(grep "^[^ ]* FLOCK .* $at " /proc/locks | { read -r _ _ _ _ pid _ && echo "$pid"; }) || return 1
  command=$(LC_ALL=C tr -c " -~" " " 2>/dev/null <"/proc/$pid/cmdline" | cut -c 1-200)
  if [ -n "$command" ]; then echo "process $pid (${command% })"; else echo "a process that process $pid has left behind"; fi
}

# refuse_switching. Ends: where another program is switching this machine.
refuse_switching() {
  local switcher
  if switcher=$(lock_holder); then refuse 13 "another program is switching it, and holds the lock of NixOS: $switcher$(how_to_end)"; fi
}

# take_lock [COMMAND]: holds it by the descriptor 9 as long as that is open; with the name of its holder, which is taken away at the end. A
# deployment that died is brought to its end first, behind COMMAND. Sets: held_by. Ends: where another one holds it.
take_lock() {
  (umask 077 && mkdir -p /run/hey)
  exec 9>/run/hey/lock
  # Who has just got it, or is about to leave it, has no name there yet, or no more.
  for _ in 1 2 3 4 5 6 7 8 9 10; do if flock -n 9; then break; else refuse_held && sleep 0.1; fi; done
  if flock -n 9; then :; else refuse 13 "another deployment holds the lock; whose it is can not be seen"; fi
  (each_open refuse_open; refuse_trial) || exit
  ${1:-:}
  (each_open end_dead) || :
  unroot_lost
  held_by="$by, since $(date -u +%T) UTC"
  trap "rm -f /run/hey/holder" EXIT
  ln -sfn "$held_by" /run/hey/holder
}

# refuse_other. Ends: where it is other than at the first question of the run: somebody has changed it meanwhile, and knows nothing of this run.
refuse_other() {
  local now
  now=$(in_place)
  case $force-$first_seen in
    yes-* | *- | *-"$now") ;;
    *) refuse 1 "it was changed by someone else meanwhile: it runs ${now% *} now, and boots ${now#* }. Type the same line again" ;;
  esac
}

# refuse_changed. Ends: where someone else has changed what runs, unless $force says so; where it has changed since somebody agreed to what
# would be another than that, in any case: what they saw run and boot is $agreed. Sets: runs, boots.
refuse_changed() {
  runs=$(readlink -e /run/current-system) || refuse 1 "no NixOS system runs there"
  boots=$(readlink -e "$profile") || boots=nothing
  case $agreed in
    "" | "$runs $boots") ;;
    *) refuse 1 "it has changed since it was shown: it runs $runs now, and boots $boots. Type the same line again" ;;
  esac
  case " $boots $last_deployed " in *" $runs "*) return ;; esac
  if [ "$force" = yes ] || is_own_system "$runs"; then return; fi
  refuse 1 "changed by someone else: it runs $runs, but its profile is $boots and last deployed from here was ${last_deployed:-nothing}. Look there first; --force deploys all the same"
}

# is_own_system SYSTEM: whether it was booted (as somebody has picked an older one in the boot menu, or another one boots next), or is a generation,
# or a specialisation of one: nobody has brought that here who is not known.
is_own_system() {
  local number
  if [ "$(readlink -e /run/booted-system)" = "$1" ]; then return 0; fi
  for number in $(generations); do
    if [ "$(readlink -e "$profile-$number-link")" = "$1" ] || specialisation_of "$profile-$number-link" "$1" >/dev/null; then return 0; fi
  done
  return 1
}

# specialisation_of SYSTEM RUNS: by which name that is a specialisation of the system. Fails where it is none.
specialisation_of() {
  local each
  for each in "$1"/specialisation/*; do
    if [ "$(readlink -e "$each")" = "$2" ]; then echo "${each##*/}" && return 0; fi
  done
  return 1
}

# tell_specialisation: which one runs, of the system that boots.
tell_specialisation() {
  local name
  if name=$(specialisation_of "$profile" "$runs"); then echo "special $name"; fi
}

# may_deploy [MORE...]: whether this machine can be deployed to by this user, now; MORE are questions of the kind. Changes nothing.
# Ends: where it can not.
may_deploy() {
  local more
  need_root deploy
  (each_open refuse_open; refuse_trial) || exit
  if [ -e /run/hey/lock ]; then flock -n /run/hey/lock true || refuse_held; fi
  refuse_switching
  refuse_changed
  echo "shown $(in_place)"
  tell_specialisation
  tell_facts
  tell_names
  for more in "$@"; do "$more"; done
}
