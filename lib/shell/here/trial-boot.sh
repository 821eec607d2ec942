# What a trial boot knows of boots.

# see_trial: the target knows better how much time is left, once it is up. It is believed no more time than it was given. Sets: deadline, because.
see_trial() {
  local rest
  clock
  rest=
  if [ "$(fact stands)" = open ]; then rest=$(fact_number left); fi
  if [ -n "$rest" ]; then deadline=$((now + rest)); fi
  if [ "$deadline" -gt "$latest" ]; then deadline=$latest; fi
  # What was seen in the trial says more than that it went away at the end.
  case $failing in
    "" | "$target does not answer"*) ;;
    *) because=$failing ;;
  esac
}

# what_goes_on: what the target does to go back.
what_goes_on() { echo "reboots now, and boots $prev"; }

# why_lost: why nothing is known there any more.
why_lost() { echo "${because:-${failing:-it has not booted $system}}"; }
