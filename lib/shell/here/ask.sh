# The first question: before the build, which can be long.

# ask_target [MORE...]: is it there, may it be deployed to, and is nobody else at it? MORE are further questions of the target's.
# Sets: facts, from, agreed, last_deployed. Ends: where the target says no.
ask_target() {
  agreed=
  read_record
  ask_there may_deploy "$@"
}

# ask_there NAME WORD...: asks a first question. Sets: facts, from. Ends: where the target says no, or nothing.
ask_there() {
  step "ask $target"
  facts=$(there "$@" </dev/null) || not_answered "$?"
  from=$(fact_number number)
}

# take_generation: the system of the generation that was found there. Sets: system, to_activate, generation.
take_generation() {
  # A path of the store, whatever the target says.
  system=$(fact system | tr -cd "A-Za-z0-9+._?=/-")
  to_activate=$system
  generation=$(fact_number generation)
  step "generation $generation of $target: $system"
  if [ -n "$(fact other)" ]; then
    step "warning: that generation was not booted with these; what it needs of them works only after a reboot: $(changes other)"
  fi
}
