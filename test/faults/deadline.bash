# shellcheck shell=bash disable=SC2154
# Ten confirmations that leave around the moment when the host goes back, each as much later or earlier as the last one tells.
# Sourced by run.
late=1500 step=300 before=
for round in 1 2 3 4 5 6 7 8 9 10; do
  flock "$LAB/faults.lock" lab knobs "$host" "{\"marker\": \"round $round\"}"
  old=$(running)
  new=$(built)
  # It waits until so many milliseconds after a moment two seconds before the deadline. A host's clock is that of this machine.
  "$SCRIPTS/ops-deploy.ts" "$host" --guard --settle 0 --print | script | given seconds 5 |
    first try_to_confirm "armed_at=\$((\$(lab host $host sh -c 'readlink /run/hey/*/deadline') - 2)); read -r at _ </proc/uptime; sleep \"\$(awk \"BEGIN { left = $late / 1000 - (\$at - \$armed_at); print (left > 0 ? left : 0) }\")\"" >"$work/script"
  status=0
  sh "$work/script" >"$work/out" 2>&1 </dev/null || status=$?
  case "$status $(running) $(profile) $(next_boot) $(left_there)" in
    "0 $new $new $new ") verdict=confirmed ;;
    "10 $old $old $old ") verdict="gone back" ;;
    *) verdict="inconsistent: $status, runs $(running), profile $(profile), boots $(next_boot), old $old, new $new; $(left_there); $(tail -n 1 "$work/out")" ;;
  esac
  if [ "$verdict" != "${before:-$verdict}" ]; then step=$((step > 60 ? step / 3 : 20)); fi
  before=$verdict
  if [ "$verdict" = confirmed ]; then late=$((late + step)); else late=$((late - step)); fi
  printf '%s\t%s\n' "$lane-$round" "$verdict"
done
