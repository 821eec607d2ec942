# shellcheck disable=SC2154 # with deployment.sh before it
# Says for a person what is armed here, what was last, and what runs. Changes nothing.
if not_root "see what is armed" >&2; then exit 1; fi
say_facts() {
  for fact in by prev new why status units; do
    if [ -L "$1/$fact" ]; then echo "  $fact $(readlink "$1/$fact")"; fi
  done
}
say_open() {
  case $(progress) in
    open) if [ -L "$dir/trial" ]; then echo "a trial boot: reboots in $left s unless confirmed, into what boots"; else echo "armed: goes back in $left s unless confirmed"; fi ;;
    going-back) echo "going back$(if [ -L "$dir/held" ]; then echo ", as soon as it gets the lock of NixOS from $(readlink "$dir/held")"; fi)" ;;
    back-cut) echo "the way back was cut short: --cancel takes it up again" ;;
    committing) echo "confirmed, and becoming what boots" ;;
    commit-cut) echo "confirmed, but what boots was cut short: deploy again" ;;
  esac
  say_facts "$dir"
}
say_trial() {
  case $(trial_progress) in
    rebooting) echo "a trial boot is about to begin" ;;
    starting) echo "a trial boot begins" ;;
    over) echo "a trial boot is over, and was not confirmed; the next deployment clears away what it has left" ;;
    *) return ;;
  esac
  say_facts "$trial"
}
open=$(each_open say_open; say_trial)
if [ -n "$open" ]; then
  printf "%s\n" "$open"
else
  echo "nothing is armed"
  if [ -e /run/hey/lock ]; then flock -n -s /run/hey/lock true || echo "a deployment is under way: $(readlink /run/hey/holder)"; fi
  if [ -L "$marker" ]; then echo "a commit was cut short, and the boot menu may be in two halves: the next deployment mends it, or ops-reboot"; fi
  # Names that mktemp has made.
  # shellcheck disable=SC2012
  last=$(ls -t /run/hey/past 2>/dev/null | head -n 1)
  if [ -n "$last" ]; then
    echo "the last guarded deployment since boot: $(cd "/run/hey/past/$last" && for end in $verdicts; do if [ -L "$end" ]; then echo "$end"; fi; done)"
    say_facts "/run/hey/past/$last"
  fi
fi
tell
