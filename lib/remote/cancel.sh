# shellcheck disable=SC2154,SC2317 # with deployment.sh before it
# Ends the deployment $1 ("any" for whichever is under way) now: back to what ran before. Waits for it. $2 says why.
id=$1
say_id() { if [ "$(progress)" != over ]; then echo "$id"; fi; }
if [ "$id" = any ]; then
  id=$(each_open say_id | tail -n 1)
  if [ -z "$id" ]; then
    echo "nothing is armed"
    tell
    exit 0
  fi
fi
dir=/run/hey/$id
case $(progress) in open | back-cut) go_back "$2" ;; commit-cut) sh "$dir/commit" "$id" undo >&2 ;; esac
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    if [ ! -d "$dir" ]; then break 2; fi
    sleep 0.1
  done
done
# It is known by then that it goes on by itself; an old system that takes its time is waited for.
while [ -d "$dir" ] && alive rollback; do sleep 0.5; done
said=$(stands)
printf "%s\n" "$said"
tell
case $said in "stands rolled-back"*) exit 0 ;; *) exit 1 ;; esac
