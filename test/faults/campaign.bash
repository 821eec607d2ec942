# shellcheck shell=bash disable=SC2154,SC2034
# Guarded deployments drawn by chance: a fault, its moment, what the new system is like, words of the line, times, the shell. $SEED and a
# number make one, always the same. Sourced by run; `campaign` is the way to call it.
drawn=${RUNS:-10} first=${FIRST:-1} besides=line_is_true

# pick WORD…: one of them, by chance. Sets: picked.
pick() {
  local words=("$@")
  picked=${words[RANDOM % $#]}
}

# An event, and the moments at which it can happen.
events=(
  "none -" "killed copied armed activating activated confirmed half-committed" "interrupted copied armed activating activated confirmed"
  "interrupted_twice armed activating activated confirmed" "terminated copied armed activated confirmed" "hung_up copied armed activated confirmed"
  "frozen armed activating activated confirmed" "frozen_a_while copied armed activating activated" "ssh_killed arming"
  "cut_for_good armed activated" "cut_and_late armed activating activated" "cut_and_back copied armed activating activated confirmed"
  "power_cut armed activating activated confirmed half-committed" "full_run copied armed activated" "no_inodes activated"
  "full_root copied armed activated" "full_boot activated half-committed" "nixos_locked copied armed activated"
  "collected_and_full half-committed" "read_only half-committed" "commit_killed confirmed" "return_killed going-back" "clock_jumps armed"
)
on_systemd=("emergency activated" "bus_stopped activated" "isolated armed" "systemctl_broken activated")

# What the new system is like.
systems=(
  "" "" "" "" '"sshd": false' '"sshdPorts": [2222]' '"firewall": "closed"' '"link": false' '"sshdExtra": "ForceCommand sleep 10000"'
  '"sshdExtra": "PermitRootLogin no"' '"activationStatus": 1' '"activationStatus": 4' '"activationStatus": 2' '"activationScript": "sleep 4"'
  '"activationScript": "printf %s \"printf hello\" >/root/.bashrc"' '"activationScript": "echo \"echo stands kept; echo why not\" >/root/.bashrc"'
)
lines=("" "" "" "--check true" "--check false" "--check-remote true" "--check-remote false" "--on-unit-failure warn" "--check-remote 'head -c 9000000 /dev/zero'")

# drawn_row NUMBER: sets all that one run needs.
drawn_row() {
  local among
  RANDOM=$(((SEED * 7919 + $1) % 32768))
  among=("${events[@]}")
  [ "$init" != systemd ] || among+=("${on_systemd[@]}")
  pick "${among[@]}"
  event=${picked%% *}
  # shellcheck disable=SC2086
  pick ${picked#* }
  at=$picked
  pick "${systems[@]}"
  knobs=$picked
  pick "${lines[@]}"
  words=$picked
  pick 6 9 20
  seconds=$picked activation=20
  pick "" 1 2
  pause=$picked
  pick dash bash "busybox sh"
  shell=$picked
  patience=20 before=
  if [ "$event" = none ]; then at=''; fi
  case $event$at in cut_for_good* | *_late*) patience=3 ;; esac
  # What the moment itself needs.
  case $at in
    activating) if [[ $knobs != *sleep* ]]; then knobs=$during; fi ;;
    confirmed | half-committed) knobs='' words='' seconds=40 ;;
    going-back) words='--check false' ;;
  esac
  # By a login that becomes root there, which such a system locks out or not, as may be.
  pick "" "" "admin@$host --elevate sudo "
  if [ -n "$picked" ] && [[ $knobs != *PermitRootLogin* ]]; then words="$picked$words"; fi
  case $event in killed) seconds=20 ;; interrupted* | terminated | hung_up | frozen_a_while | cut_and_back | ssh_killed | power_cut) seconds=40 ;; esac
}
during='"activationScript": "sleep 4"'

# wrongs NUMBER: makes one run, and says what is wrong at its end, by the host's own word: it is reachable; it boots what its profile says, and can;
# nothing is armed or rooted; the last line is true.
wrongs() {
  # As the table calls it: what may stay there depends on that.
  case $event in full_boot | collected_and_full) fault="/boot full" ;; read_only) fault="the store turns read-only" ;; *) fault=$event ;; esac
  number=$1
  deploy_with_fault </dev/null >"$work/log" 2>&1 || echo "the test itself failed" >>"$work/wrong"
  # A moment that never came is no fault: what the system is like may have ended the deployment before.
  sed '/^never /d' "$work/wrong"
}

# line_is_true: what the last line says of the host, beside the host itself. Who was killed has said nothing.
line_is_true() {
  local last said ends
  last=$(grep -a '^ops-deploy: ' "$work/out" | tail -n 1)
  said=$(sed -n 's/.* runs \(\/nix\/store\/[^ ,;]*\).*/\1/p' <<<"$last")
  ends=${ended_on%% *}
  case $status$last in
    137*) ;;
    0*"deployed and confirmed"*) [ "$ends" = new ] || echo "0, and it runs $ended_on" ;;
    1[02]*"rolled back"* | 1[02]*"is rolled back"*) [ "$ends" = old ] || echo "$status, and it runs $ended_on" ;;
    11*"does not answer"* | 11*"leads to"*) [ "$ends" != new ] || [[ $last == *"asked to confirm"* ]] || echo "11, and it runs new" ;;
    13*) ;;
    14*"not committed"*) [ "$ends" = new ] || echo "14, and it runs $ended_on" ;;
    1*"nothing was changed"*) [ "$ended_on" = old ] || echo "nothing was changed, and it runs $ended_on" ;;
    1*"rolled back"* | 129*"rolled back"* | 130*"rolled back"* | 143*"rolled back"*) [ "$ends" = old ] || echo "rolled back, and it runs $ended_on" ;;
    129*"confirmed already"* | 130*"confirmed already"* | 143*"confirmed already"*) [ "$ends" = new ] || echo "confirmed already, and it runs $ended_on" ;;
    129*"by itself"* | 130*"by itself"* | 143*"by itself"* | 130*"rolls back to"*) ;;
    *) echo "$status: $last" ;;
  esac
  # What is still under way is said so.
  case $last in *"rolls back"* | *"goes back"* | *"by itself"* | *"asked to confirm"*) return ;; esac
  if [ -n "$said" ] && [ "$status" != 13 ]; then
    case $ends in old) [ "$said" = "$old" ] ;; new) [ "$said" = "$new" ] ;; esac || echo "it says that $said runs, and it runs $ended_on"
  fi
}

# shrink NUMBER: leaves out what is not needed for something to be wrong, one after another, and says what is left.
shrink() {
  local part kept
  for part in words knobs pause; do
    kept=${!part}
    [ -n "$kept" ] || continue
    # What the moment itself needs stays.
    if [ "$kept" = "$during" ] || [ "$at" = going-back ]; then continue; fi
    printf -v "$part" ''
    if [ -z "$(wrongs "$1")" ]; then printf -v "$part" %s "$kept"; fi
  done
  echo "less: $event at ${at:-no moment}, knobs {$knobs}, words: $words, settle ${pause:-0}"
}

# As NixOS has it for a wheel that needs no password.
lab host "$host" sh -c 'mkdir -p /etc/pam.d && printf "%s\n" "account required pam_permit.so" "session required pam_permit.so" >/etc/pam.d/sudo &&
  printf "%s\n" "root ALL=(ALL) ALL" "admin ALL=(ALL) NOPASSWD: ALL" >/etc/sudoers && chmod 440 /etc/sudoers'
for ((run = first; run < first + drawn; run++)); do
  [ $((run % lanes)) = $((lane % lanes)) ] || continue
  ended_on='' status=''
  drawn_row "$run"
  wrong=$(wrongs "$run" | paste -sd ';' -)
  printf '%s\t' "$run" "$event" "$at" "$knobs" "$words" "$seconds/${pause:-0}" "$shell"
  printf '%s\n' "${wrong:-held}"
  [ -n "$wrong" ] || continue
  shrink "$run" >&2
  { echo "--- seed $SEED, run $run on $init: $wrong" && tail -n 25 "$work/log" "$work/out"; } | cut -c 1-300 >&2
done
