# What a guarded activation knows of boots.

# see_trial: none is tried.
see_trial() { :; }

# what_goes_on: what the target does to go back.
what_goes_on() {
  local holder
  holder=$(fact held)
  if [ -n "$(fact rebooting)" ]; then
    echo "reboots into $prev now, as that can't be made to run otherwise"
    return
  fi
  if [ -n "$holder" ]; then echo "rolls back to $prev as soon as it gets the lock of NixOS from $holder, and runs $(fact runs) now"; else echo "rolls back to $prev now, and runs $(fact runs)"; fi
}

# why_lost: why nothing is known there any more.
why_lost() { echo "the machine was booted again"; }
