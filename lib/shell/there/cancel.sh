# shellcheck disable=SC2154,SC2317 # with deployment.sh before it
# Ends the deployment $1 ("any" for whichever is under way) now: back to what ran before. Waits for it. $2 says why.
id=$1
say_id() { if [ "$(progress)" != over ]; then echo "$id"; fi; }
if [ "$id" = any ]; then
  if not_root "take a deployment back" >&2; then exit 1; fi
  id=$(each_open say_id | tail -n 1)
  [ -n "$id" ] || id=$(readlink "$trial/id")
  if [ -z "$id" ]; then
    echo "nothing is armed"
    tell
    exit 0
  fi
fi
dir=/run/hey/$id
# A trial boot that has not begun: it may still be being armed.
if [ ! -d "$dir" ] && [ "$(readlink "$trial/id")" = "$id" ]; then
  (umask 077 && mkdir -p /run/hey)
  exec 9>/run/hey/lock
  flock -w 60 9 || :
  case $(trial_progress) in
    starting) systemctl reboot 9>&- ;;
    rebooting | over)
      systemctl stop "hey-reboot-$id.timer" 2>/dev/null
      end_trial >&2 || echo "unmended yes"
      echo "stands rolled-back"
      echo "why $2"
      tell
      exit 0
      ;;
  esac
  exec 9>&-
fi
case $(progress) in open | back-cut) go_back "$2" ;; commit-cut) sh "$dir/commit" "$id" undo >&2 ;; esac
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    if [ ! -d "$dir" ] || { [ -L "$dir/trial" ] && [ "$(progress)" = going-back ]; }; then break 2; fi
    sleep 0.1
  done
done
# It is known by then that it goes on by itself; an old system that takes its time is waited for, but not a lock that another program holds.
rounds=0
while [ -d "$dir" ] && alive rollback && [ ! -L "$dir/held" ] && [ "$rounds" -lt 600 ]; do
  rounds=$((rounds + 1))
  sleep 0.5
done
said=$(stands)
printf "%s\n" "$said"
tell
case $said in *"
held "*) exit 1 ;; "stands rolled-back"* | "stands going-back"* | "stands not-activated"*) exit 0 ;; *) exit 1 ;; esac
